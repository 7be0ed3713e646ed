// Package cardreader reads the Thai national ID card and tells when cards come
// and go. It knows the chip's commands, its memory and its two layouts, and it
// watches the card service of the machine through the interfaces Service,
// Watcher and Card, which package pcsc implements for real readers and package
// virtualcard for made-up ones.
//
// A Monitor owns everything: its Run watches the readers and sends events, its
// Read and Photo read the card of one insertion. Work is cut so that the name is
// known after three commands; the address follows, and the photo comes last,
// only when somebody wants it.
//
// What is known about the card is the community's reading of it, not an official
// document: see docs/thai-id-card.md.
//
// The package must not know PC/SC bindings, NHSO, screens or storage. It never
// logs what a card says.
package cardreader
