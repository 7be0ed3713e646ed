// Package privatelog is the last line of defence between personal data and the
// log: types of personal data print themselves masked, and this filter removes
// from whatever is logged all that looks like a PID, a phone number or a token.
package privatelog

import (
	"regexp"
	"strings"

	"authenkiosk/visit"
)

// What is put in the place of personal data.
const (
	hiddenPID   = "[pid]"
	hiddenPhone = "[phone]"
	hiddenToken = "[token]"

	hiddenSecret = "[secret]"
)

var (
	// digitRun is what may hold numbers: digits, Thai ones too, in groups or not.
	digitRun = regexp.MustCompile(`\+?[0-9๐-๙](?:[ .\-]{0,2}[0-9๐-๙]){8,}`)
	uuidForm = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

// Clean returns the text without anything that looks like a PID (13 digits with
// a right check digit), a phone number, or a token (a UUID that is not the id of
// a visit), and without the secrets that Hide was told.
func Clean(text string) string {
	text = known.clean(text)
	if !strings.ContainsAny(text, "0123456789๐๑๒๓๔๕๖๗๘๙") {
		return text
	}
	text = uuidForm.ReplaceAllStringFunc(text, func(s string) string {
		if _, err := visit.ParseID(s); err == nil {
			return hideDashes(s)
		}
		return hiddenToken
	})
	text = digitRun.ReplaceAllStringFunc(text, cleanRun)
	return strings.ReplaceAll(text, dash, "-")
}

// dash stands for the hyphens of a visit id while digits are looked for, so that
// its parts are not taken for a long number.
const dash = "\x00-\x00"

func hideDashes(s string) string { return strings.ReplaceAll(s, "-", dash) }
