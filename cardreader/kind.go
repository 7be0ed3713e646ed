package cardreader

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Kind says what a reader of the card service is, as far as its name tells. Systems
// list much as a reader that takes no ID card.
type Kind int

// The kinds of readers. Only KindContact is of use for ID cards, so the others have
// a role only where the configuration names them.
const (
	KindContact     Kind = iota // a slot for cards, or nothing in the name says otherwise
	KindContactless             // the antenna side: PICC, CL, NFC
	KindSAM                     // a slot inside of the reader for a chip of its owner
	KindVirtual                 // no device: Windows Hello, a virtual smart card
	KindKey                     // a security key or token with a chip of its own
	KindSIM                     // the SIM card of a modem
)

var kindNames = [...]string{
	KindContact: "contact", KindContactless: "contactless", KindSAM: "SAM", KindVirtual: "virtual", KindKey: "security key", KindSIM: "SIM",
}

// String returns a stable name for logs and diagnostics.
func (k Kind) String() string { return nameOf(kindNames[:], int(k)) }

// kindWords are the words by which drivers call kinds of readers; docs/readers.md
// tells of whole names. The last such word of a name decides, because the slot is
// named after the model: "ACR39U-SAM ICC Reader" is a slot for cards, and "3SAM ICC
// Reader SAM" is none.
var kindWords = map[string]Kind{
	"icc": KindContact, "contact": KindContact, "contacted": KindContact,

	"picc": KindContactless, "cl": KindContactless, "contactless": KindContactless, "less": KindContactless,
	"nfc": KindContactless, "rfid": KindContactless, "felica": KindContactless, "proximity": KindContactless,
	"acr122": KindContactless, "acr122u": KindContactless, "acr122t": KindContactless,
	"acr1251": KindContactless, "acr1251u": KindContactless, "acr1252": KindContactless, "acr1252u": KindContactless,
	"acr1255u": KindContactless, "scl010": KindContactless, "scl011": KindContactless, "scl3711": KindContactless,

	"sam": KindSAM, "sam1": KindSAM, "sam2": KindSAM, "sam3": KindSAM, "sam4": KindSAM,

	"hello": KindVirtual, "tpm": KindVirtual,

	"yubikey": KindKey, "fido": KindKey, "fido2": KindKey, "u2f": KindKey, "otp": KindKey, "openpgp": KindKey, "piv": KindKey,
	"nitrokey": KindKey, "solokey": KindKey, "token": KindKey, "etoken": KindKey, "rutoken": KindKey, "epass2003": KindKey,
	"cryptomate": KindKey, "gnuk": KindKey, "ledger": KindKey,

	"uicc": KindSIM, "sim": KindSIM,
}

// phrases are words that tell a kind only together.
var phrases = []struct {
	kind  Kind
	words []string
}{
	{KindVirtual, []string{"virtual", "smart", "card"}},
	{KindVirtual, []string{"virtual", "smartcard"}},
	{KindContactless, []string{"omnikey", "5022"}},
	{KindContactless, []string{"omnikey", "5023"}},
	{KindContactless, []string{"omnikey", "5027"}},
}

// KindOf tells the kind of a reader by the words of its name. Pcsc-lite puts the
// name of the one interface into brackets, and that decides before the name of the
// whole device.
func KindOf(reader string) Kind {
	if inner, ok := interfaceOf(reader); ok {
		if kind, told := kindByWords(wordsOf(inner)); told {
			return kind
		}
	}
	kind, _ := kindByWords(wordsOf(reader))
	return kind
}

// kindByWords returns the kind that the words tell, and whether they tell any.
func kindByWords(words []string) (Kind, bool) {
	for _, p := range phrases {
		if holdsRun(words, p.words) {
			return p.kind, true
		}
	}
	for _, word := range slices.Backward(words) {
		if kind, told := kindWords[word]; told {
			return kind, true
		}
		if modelCL.MatchString(word) {
			return KindContactless, true
		}
	}
	return KindContact, false
}

// modelCL is the number of a model with CL behind it, for example 5422CL.
var modelCL = regexp.MustCompile(`^\d+cl$`)

// inBrackets is the name of the interface in a name of pcsc-lite.
var inBrackets = regexp.MustCompile(`\[([^\]]+)\]`)

func interfaceOf(reader string) (string, bool) {
	m := inBrackets.FindStringSubmatch(reader)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// wordsOf returns the words of a name in small letters: runs of letters and digits.
func wordsOf(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// holdsRun reports whether the words hold the run, one word after another.
func holdsRun(words, run []string) bool {
	for i := 0; i+len(run) <= len(words); i++ {
		if slices.Equal(words[i:i+len(run)], run) {
			return true
		}
	}
	return false
}
