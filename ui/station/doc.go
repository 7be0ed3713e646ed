// Package station is the screen of the front desk: who works there signs in, sees the
// visits of today and what waits for a person, and does what the role allows. It is made of
// Fyne's own widgets, and can be worked by mouse, by touch and by the keyboard alone. All
// it shows and does goes through a desk.Desk; it opens no store and asks no device.
package station
