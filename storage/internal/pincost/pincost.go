// Package pincost says how much memory trying a PIN takes, so that tests of what stands on
// a store need not wait for every PIN (storagetest.CheapPINs).
package pincost

// Full is what a program takes, in KiB.
const Full = 32 << 10

// Memory is what a PIN takes that is kept from now on, in KiB. A PIN that is kept has its own
// cost with it.
var Memory uint32 = Full
