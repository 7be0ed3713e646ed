package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"authenkiosk/visit"
)

// Each check returns "" or what is allowed.

// demoHCode is the unit of the demo. No unit has it.
const demoHCode = "99999"

// maxLabel is the length of a name, in characters: the longest names of Thai
// hospitals have about 80.
const maxLabel = 200

var (
	hcodeForm     = regexp.MustCompile(`^[0-9A-Z]{5}$`)
	claimTypeForm = regexp.MustCompile(`^PG[0-9]{7}$`)
	sourceKind    = regexp.MustCompile(`^[a-z0-9]+:`)
	serialForm    = regexp.MustCompile(`^(/[^?\s]+|COM[0-9]{1,3})(\?[^?\s]+)?$`)
)

func orEmpty(check func(string) string) func(string) string {
	return func(s string) string {
		if s == "" {
			return ""
		}
		return check(s)
	}
}

func hcode(s string) string {
	if hcodeForm.MatchString(s) {
		return ""
	}
	return "allowed are five characters 0-9 A-Z"
}

func claimType(s string) string {
	if claimTypeForm.MatchString(s) {
		return ""
	}
	return "allowed is PG and seven digits"
}

func otherNumber(s string) string {
	if s == "0" || s == "6" || s == "7" || s == "8" {
		return ""
	}
	return `allowed are the first digits "0", "6", "7" and "8"; 1 to 5 are citizens and always taken`
}

func label(s string) string {
	if strings.TrimSpace(s) == "" {
		return "it must not be empty"
	}
	if utf8.RuneCountInString(s) > maxLabel || strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Sprintf("allowed are up to %d characters on one line", maxLabel)
	}
	return ""
}

// maxNext is how much fits behind the title of the code on every panel, in the largest
// text as well.
const maxNext = 40

func short(s string) string {
	if label(s) != "" || utf8.RuneCountInString(s) > maxNext {
		return fmt.Sprintf("allowed are up to %d characters on one line", maxNext)
	}
	return ""
}

// wellForm is what an ESC/POS printer says in hexadecimal; the printer's own package
// reads it.
var wellForm = regexp.MustCompile(`^ *[0-9A-Fa-f]{2}( ?[0-9A-Fa-f]{2}){0,3} *(, *[0-9A-Fa-f]{2}( ?[0-9A-Fa-f]{2}){0,3} *){0,7}$`)

func answers(s string) string {
	if wellForm.MatchString(s) {
		return ""
	}
	return `allowed are up to 8 answers of 1 to 4 bytes in hexadecimal, like "FF" or "02 0A, 03"; doctor shows them`
}

func webURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "allowed is an address like https://host/path, without user, question mark or #"
	}
	return ""
}

func origin(s string) string {
	if s == "null" || s == "file://" { // pages without an origin of their own
		return ""
	}
	u, err := url.Parse(s)
	if webURL(s) != "" || err != nil || u.Path != "" || strings.Contains(s, "*") || s != strings.ToLower(s) {
		return "allowed is http:// or https://, a host in lower case and perhaps a port, without a path or *; or null or file://"
	}
	return ""
}

// listenAddress is an address with a number, or localhost: a name could come to
// mean another machine. Whether other machines may connect is decided together
// with the keys that protect that.
func listenAddress(s string) string {
	const allowed = "allowed is 127.0.0.1:port, [::1]:port or localhost:port; another address of this machine with agent.tls_cert"
	host, port, err := net.SplitHostPort(s)
	if err != nil || !portNumber(port) {
		return allowed
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "localhost" {
		return allowed
	}
	return ""
}

func portNumber(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == s
}

func hostPort(s string) string {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" || port == "0" || !portNumber(port) {
		return "it must be host:port"
	}
	return ""
}

func cameraSource(s string) string {
	const allowed = `allowed are "", v4l2:/dev/video0, mjpeg:http://..., file:PATH or the name of a camera`
	kind := sourceKind.FindString(s)
	rest := strings.TrimPrefix(s, kind)
	ok := label(s) == ""
	switch kind {
	case "":
	case "v4l2:":
		ok = ok && strings.HasPrefix(rest, "/")
	case "mjpeg:":
		u, err := url.Parse(rest)
		ok = ok && err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
	case "file:":
		ok = ok && rest != ""
	default:
		ok = false
	}
	if !ok {
		return allowed
	}
	return ""
}

// printerAddress is the check of an address for each kind of printer.
//
//exhaustive:enforce
var printerAddress = map[visit.PrinterKind]func(string) string{
	visit.PrinterNone: func(string) string { return "" },
	visit.PrinterTCP:  hostPort,
	visit.PrinterFile: func(s string) string {
		if !filepath.IsAbs(s) && !strings.HasPrefix(s, "/") {
			return "it must be the full path of a device, for example /dev/usb/lp0"
		}
		return ""
	},
	visit.PrinterSerial: func(s string) string {
		if !serialForm.MatchString(s) {
			return "it must be a port and perhaps its settings, for example /dev/ttyUSB0?baud=19200&flow=dtrdsr or COM3?baud=9600"
		}
		return ""
	},
	visit.PrinterIPP: func(s string) string {
		u, err := url.Parse(s)
		if err != nil || u.Hostname() == "" || !strings.Contains(" ipp ipps http https ", " "+u.Scheme+" ") {
			return "it must be an address like ipp://host/ipp/print"
		}
		return ""
	},
	visit.PrinterWindows: func(s string) string { return needed(s, "the name of a printer in Windows") },
	visit.PrinterImage:   func(s string) string { return needed(s, "a directory") },
}

func needed(s, what string) string {
	if s == "" {
		return "it must be " + what
	}
	return ""
}

// onThisMachine reports whether an address stays on this machine, where TLS adds
// nothing.
func onThisMachine(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

// CheckAddress says what is wrong with the address of a printer of that kind, or nothing.
func CheckAddress(kind visit.PrinterKind, address string) string {
	if check := printerAddress[kind]; check != nil {
		return check(address)
	}
	return "unknown kind of printer"
}
