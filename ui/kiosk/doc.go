// Package ui draws the kiosk: it shows a flow.Model and sends the taps of the
// patient as flow events. It decides nothing, keeps nothing about a patient
// beyond the screen that is shown, and calls no device.
//
// A screen is a function that is run at every change and names what it wants to
// see: a text, a button, a picture, each with its place. The objects behind the
// names are made once and used again (sheet.go), so that a long day costs no
// memory, and whatever the present screen does not name is emptied at once, so
// that nothing personal survives the end of a session.
//
// The camera's pictures come through Kiosk.Frame, many a second: a copy of the
// newest is shown by one object, which alone is painted anew, and wiped as soon
// as its screen is left (preview.go).
//
// All sizes are in design units: the pixels of a panel whose shorter side has
// 1080 of them (geometry.go).
package kiosk
