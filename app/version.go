package app

import (
	"runtime/debug"
	"time"

	"authenkiosk/visit"
)

// version and built, a date as 2026-11-29, are set by the linker; a plain go build
// leaves them empty.
var version, built string

// Version returns the version of the program.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development"
}

// BuiltOn returns the day before that of the build, wherever that was; zero when it is
// not known. No clock that is right shows an earlier time.
func BuiltOn() time.Time {
	d, err := visit.ParseDate(built)
	if err != nil {
		return time.Time{}
	}
	return d.Midnight().AddDate(0, 0, -1)
}

// UserAgent is how the program names itself to servers.
func UserAgent() string { return "AuthenKiosk/" + Version() }
