// Package update puts a newer version of the programs beside the one that runs, and
// changes from one to the other. docs/updates.md describes it from outside.
//
// A package is an archive with a signature in minisign's form, by a key that is built into
// the program. It is checked, in a copy that nobody else can change, before anything else
// is touched. Versions lie side by side:
//
//	ROOT/versions/1.2.0/authenkiosk ...
//	ROOT/current -> versions/1.2.0      what is started; changed by one rename
//	ROOT/previous                       the version that rollback goes back to
//	ROOT/trial.json                     a version that has not shown yet that it works
//	ROOT/trial.back, trial.refused, ... what going back needs, ready before a trial begins
//	ROOT/trial.lock                     held while a trial is looked at and changed
//	ROOT/refused                        the version that went back, or was taken back
//	ROOT/lock                           held by whoever changes versions
//
// A new version is on trial until it says that it stays (Keep): when it can serve people,
// or before it saves its first visit, for its data must not be left to an older one.
// A version that does not say so goes back (Root.Back, Root.Settle). The package knows
// nothing of visits, and restores none.
package update

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"

	"aead.dev/minisign"
	"golang.org/x/mod/semver"
)

// Limits of a package.
const (
	maxArchive   = 256 << 20 // bytes of the file
	maxUnpacked  = 512 << 20 // bytes of what is in it
	maxFiles     = 100
	maxSignature = 4 << 10
	maxManifest  = 4 << 10

	// maxStarts is how often a version on trial may start without showing that it works.
	maxStarts = 3
)

// Errors, for errors.Is.
var (
	ErrNoKey       = errors.New("updates by file are off: this build has no key, so that it cannot tell a real package")
	ErrSignature   = errors.New("the package is not signed by those who make this program")
	ErrPackage     = errors.New("the package cannot be used")
	ErrOlder       = errors.New("the package is not newer than the version that runs; an older one is put back by: update rollback")
	ErrNothing     = errors.New("there is no package for this system")
	ErrNoVersion   = errors.New("there is no version to go back to")
	ErrBusy        = errors.New("another update is under way")
	ErrByInstaller = errors.New("this program was not installed in a form that updates itself: use the package of the system (.deb, .rpm, MSI)")
)

// publicKey is set by the linker: the second line of a minisign.pub.
var publicKey string

// PublicKey tells a real package.
type PublicKey = minisign.PublicKey

// Key returns the key that packages are signed with.
func Key() (key PublicKey, err error) {
	if publicKey == "" {
		return key, ErrNoKey
	}
	if err := key.UnmarshalText([]byte(publicKey)); err != nil {
		return key, fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	return key, nil
}

var versionForm = regexp.MustCompile(`^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}(-[0-9A-Za-z][0-9A-Za-z.-]{0,30})?$`)

func validVersion(v string) bool { return versionForm.MatchString(v) && semver.IsValid("v"+v) }

// Newer reports whether a version is newer than another one. One that is no version, as
// that of a development build, is older than every other.
func Newer(a, b string) bool { return semver.Compare("v"+a, "v"+b) > 0 }

const platform = runtime.GOOS + "-" + runtime.GOARCH

// FileName is the name of the package of a version for this system.
func FileName(version string) string {
	return "authenkiosk-" + version + "-" + platform + ".tar.gz"
}

// signatureSuffix stands behind the name of the package.
const signatureSuffix = ".minisig"

// versionIn returns the version in the name of a package for this system.
func versionIn(name string) (string, bool) {
	rest, ours := strings.CutPrefix(name, "authenkiosk-")
	version, fits := strings.CutSuffix(rest, "-"+platform+".tar.gz")
	return version, ours && fits && validVersion(version)
}
