// Package virtualcard is a made-up Thai national ID card, for demonstrations,
// the developer's dock and tests. It answers the same commands as a real card,
// with the same memory, and carries a drawn silhouette in place of a photo.
//
// A Card can be put into two kinds of readers: Service is a card service inside
// of the program, and Dial puts the card into a reader of vpcd, the virtual
// reader driver of pcsc-lite, so that the real card service is used.
//
// The people on the cards do not exist: their numbers begin with 9, which is not
// in civil use. The package must never hold data of a real card.
package virtualcard
