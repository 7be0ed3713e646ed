// Package kiosk draws the screens of the patient's way: it shows a flow.Model and sends
// the taps of the patient as flow events. It decides nothing, keeps nothing about a
// patient beyond the screen that is shown, and calls no device.
//
// The camera's pictures come through Kiosk.Frame, many a second: a copy of the
// newest is shown by one object, which alone is painted anew, and wiped as soon
// as its screen is left (preview.go).
package kiosk
