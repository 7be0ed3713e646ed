// Package pincost says how much memory trying a PIN takes, so that tests of a store, and of what
// stands on one, need not wait for every PIN (storagetest.CheapPINs).
package pincost

// Memory is what a PIN takes that is kept from now on, in KiB. A PIN that is kept has its own
// cost with it.
var Memory uint32 = 32 << 10
