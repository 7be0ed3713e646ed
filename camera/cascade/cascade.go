// Package cascade holds the trained tree of the face detector: the file
// cascade/facefinder of github.com/esimov/pigo v1.4.6 (MIT licence, see
// assets/licences), unchanged.
package cascade

import _ "embed" // for the file below

// Facefinder is the detector for upright faces in the format of pigo.
//
//go:embed facefinder
var Facefinder []byte
