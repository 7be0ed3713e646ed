// Package assets holds the files that are built into the program. It knows
// nothing about their use.
package assets

import _ "embed"

// The font of every screen and slip: looped Thai letters, which older readers
// know best, with Latin. It is Noto Sans Thai Looped 0.4.2 (licences/) with a
// line high enough for every stacked cluster; see fonts/widen.
var (
	// FontRegular is the TrueType file of AuthenKiosk Looped Regular.
	//
	//go:embed fonts/AuthenKioskLooped-Regular.ttf
	FontRegular []byte

	// FontBold is the TrueType file of AuthenKiosk Looped Bold.
	//
	//go:embed fonts/AuthenKioskLooped-Bold.ttf
	FontBold []byte
)
