// Package pcsc is the card service of the machine: pcsc-lite on Linux, the Smart
// Card service on Windows, the CryptoTokenKit of macOS. It is the only package
// that imports the binding github.com/ebfe/scard, and all it does is to keep
// clear of that binding's traps and to turn its errors into those of cardreader.
//
// Linux and macOS need CGO, Windows does not. The package knows nothing of Thai
// ID cards.
package pcsc
