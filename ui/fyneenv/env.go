// Package fyneenv sets the environment that Fyne reads while it is initialised.
//
// Fyne keeps textures, text measurements and renderers for a minute after their
// last use, with the texts (names, numbers) as keys. Twelve seconds keep memory
// flat over days and forget a patient sooner; with ten or less Fyne would look
// through all objects 60 times a second. Fyne reads the variable in an init
// function, so setting it in main would be too late. Packages are initialised in
// the order of their import paths, each as soon as what it imports is ready (Go
// specification, "Program initialization"): this one imports nothing but os and
// sorts before fyne.io, so it always comes first. A test holds that.
package fyneenv

import "os"

func init() {
	for name, value := range map[string]string{
		"FYNE_CACHE":                 "12s",
		"FYNE_DISABLE_DPI_DETECTION": "1",
		"FYNE_SCALE":                 "1",
	} {
		if _, set := os.LookupEnv(name); !set {
			_ = os.Setenv(name, value) // it fails for malformed names only
		}
	}
}
