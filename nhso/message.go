package nhso

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
)

// refusal is a "no" of NHSO.
type refusal struct {
	message   string // cleaned
	duplicate bool
}

// refusalBody is every documented form of a "no": dataError of the new API,
// Data_Error of the old one, the binding errors of Spring (errors, in some
// programs error), and problem+json (detail).
type refusalBody struct {
	DataError    text            `json:"dataError"`
	OldDataError text            `json:"Data_Error"`
	Errors       json.RawMessage `json:"errors"`
	Error        json.RawMessage `json:"error"`
	Message      text            `json:"message"`
	Detail       text            `json:"detail"`
	Title        text            `json:"title"`
}

type fieldError struct {
	Codes          json.RawMessage `json:"codes"`
	Code           text            `json:"code"`
	DefaultMessage text            `json:"defaultMessage"`
	Message        text            `json:"message"`
}

// parseRefusal reads the reason for which NHSO said no; false when the body has none.
func parseRefusal(body []byte) (refusal, bool) {
	var b refusalBody
	if checkObject(body) != nil || json.Unmarshal(trim(body), &b) != nil {
		return refusal{}, false
	}
	list, word := fieldErrors(b.Errors)
	more, errorWord := fieldErrors(b.Error)
	list = append(list, more...)
	var r refusal
	candidates := []string{string(b.DataError), string(b.OldDataError)}
	for _, e := range list {
		candidates = append(candidates, string(e.DefaultMessage), string(e.Message))
		r.duplicate = r.duplicate || e.Code == "Duplicate" || bytes.Contains(e.Codes, []byte(`"Duplicate`))
	}
	candidates = append(candidates, word, string(b.Message), string(b.Detail), string(b.Title), errorWord)
	for _, c := range candidates {
		if r.message = cleanMessage(c); r.message != "" {
			break
		}
	}
	r.duplicate = r.duplicate || soundsDuplicate(r.message)
	return r, r.message != ""
}

// fieldErrors reads a list of errors, one error, or a mere word.
func fieldErrors(raw json.RawMessage) (list []fieldError, word string) {
	var one fieldError
	var t text
	switch {
	case len(raw) == 0:
	case json.Unmarshal(raw, &list) == nil:
	case json.Unmarshal(raw, &one) == nil:
		list = []fieldError{one}
	default:
		var words []text
		if json.Unmarshal(raw, &words) == nil && len(words) > 0 {
			t = words[0]
		} else {
			_ = json.Unmarshal(raw, &t)
		}
		return nil, string(t)
	}
	return list, ""
}

// soundsDuplicate recognises the words for "already today". NHSO's real texts
// are not known; these words are in the messages that hospital programs show. A
// wrong guess does no harm: whoever gets Duplicate asks Status for the code.
func soundsDuplicate(message string) bool {
	m := strings.ToLower(message)
	if strings.Contains(m, "ซ้ำ") || strings.Contains(m, "duplicate") {
		return true
	}
	today := strings.Contains(m, "วันนี้") || strings.Contains(m, "วันเดียวกัน") || strings.Contains(m, "today")
	return today && (strings.Contains(m, "แล้ว") || strings.Contains(m, "already"))
}

const digit = `[0-9๐-๙]`

var (
	// Thirteen digits or more, also when grouped as a PID is written.
	longNumber = regexp.MustCompile(digit + `(?:[ \-.]?` + digit + `){12,}`)
	// A telephone number by itself. A code has letters before its digits.
	phoneNumber = regexp.MustCompile(`(^|[^0-9A-Za-z])0[0-9](?:[ \-.]?[0-9]){7,8}($|[^0-9A-Za-z])`)
)

// removed stands where a number was, so that what is left and right of it does
// not grow together into another one.
const removed = "…"

// cleanMessage makes a text of NHSO fit for a screen: control characters out,
// blanks single, numbers of persons and telephones removed, at most
// maxMessageRunes runes.
func cleanMessage(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != '\u200b':
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	s = longNumber.ReplaceAllString(s, removed)
	for range 2 { // neighbours share the blank between them
		s = phoneNumber.ReplaceAllString(s, "${1}"+removed+"${2}")
	}
	return cutRunes(s, maxMessageRunes)
}

// cutRunes keeps the first n runes.
func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
