package app

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"time"

	"authenkiosk/visit"
)

// version, built (a date as 2026-11-29) and commit are set by the linker; a plain go
// build leaves them empty.
var version, built, commit string

// Build tells one build of the program from another, for reports.
type Build struct {
	Version string
	Date    string // of the last change in it
	Commit  string // its first 12 digits
}

// ThisBuild returns the build that runs. What is not known of it is "unknown", as it is
// when the source was no checkout.
func ThisBuild() Build {
	return Build{Version(), cmp.Or(built, "unknown"), cmp.Or(commit, "unknown")}
}

// String is for a line of a report.
func (b Build) String() string {
	return fmt.Sprintf("%s, built %s, commit %s", b.Version, b.Date, b.Commit)
}

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
