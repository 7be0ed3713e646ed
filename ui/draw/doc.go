// Package draw is what screens are made of.
//
// A screen is a function that is run at every change and names what it wants to
// see: a text, a button, a picture, each with its place. The objects behind the
// names are made once and used again (Sheet), so that a long day costs no memory, and
// whatever the present screen does not name is emptied at once, so that nothing
// personal survives the end of a session.
//
// All sizes are in design units: the pixels of a panel whose shorter side has
// 1080 of them (Geometry).
package draw
