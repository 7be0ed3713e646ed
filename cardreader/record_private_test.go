package cardreader_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"authenkiosk/cardreader/virtualcard"
)

func TestNothingPersonalIsInATranscript(t *testing.T) {
	recordings(t, func(t *testing.T, p virtualcard.Person, card *virtualcard.Card) {
		transcript, _ := recorded(t, card)
		shown := answersOf(t, transcript)
		for _, secret := range secretsOf(t, p) {
			for i := range max(len(secret)-2, 0) {
				if window := secret[i : i+3]; !isFiller(window) && bytes.Contains(shown, window) {
					t.Fatalf("bytes %d to %d of %q are in the transcript", i, i+2, secret)
				}
			}
		}
		windows := map[string]bool{}
		for i := range len(shown) - 3 {
			windows[string(shown[i:i+4])] = true
		}
		for i, photo := 2, card.Photo(); i < len(photo)-4; i++ {
			window := photo[i : i+4]
			if !isFiller(window) && !bytes.Contains(fillerHeader, window) && windows[string(window)] {
				t.Fatalf("bytes %d to %d of the photo are in the transcript", i, i+3)
			}
		}
	})
}

// fillerHeader is the beginning of photos in transcripts; every JPEG begins like
// it, and it tells nothing but a size.
var fillerHeader = []byte("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" +
	"\xFF\xC0\x00\x11\x08\x00\xB2\x00\x94\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00")

// isFiller reports whether bytes say nothing: filler, separators and marks.
func isFiller(b []byte) bool { return len(bytes.Trim(b, "\x00\xFF\xD9\xA19X #/-.")) == 0 }

// answersOf returns all data of the answers one after another, without the labels
// of addresses, which may stay.
func answersOf(t *testing.T, transcript string) []byte {
	t.Helper()
	var all []byte
	for line := range strings.Lines(transcript) {
		if words := strings.Fields(line); len(words) == 3 && words[1] == "<" {
			data, err := hex.DecodeString(words[2])
			must(t, err)
			all = append(all, data[:max(len(data)-2, 0)]...)
		}
	}
	for _, label := range addressLabels {
		all = bytes.ReplaceAll(all, tis620(t, label), []byte("#"))
	}
	return all
}

var addressLabels = []string{"หมู่ที่", "ตรอก", "ซอย", "ถนน", "ตำบล", "แขวง", "อำเภอ", "เขต", "จังหวัด"}

// secretsOf lists what must not be seen.
func secretsOf(t *testing.T, p virtualcard.Person) [][]byte {
	t.Helper()
	a := p.Address
	var secrets [][]byte
	if digits := []byte(p.PID.Digits()); !bytes.HasPrefix(digits, []byte("9000")) {
		secrets = append(secrets, digits, []byte(p.Birth)) // the others are too much like the filler
	}
	for _, s := range []string{
		p.Name.Prefix, p.Name.First, p.Name.Last, p.English.Prefix, p.English.First, p.English.Last, p.Issuer,
		a.House, a.Moo, a.Trok, a.Soi, a.Road, a.Tambon, a.Amphoe, a.Changwat,
	} {
		for _, label := range addressLabels {
			s = strings.TrimPrefix(s, label)
		}
		secrets = append(secrets, tis620(t, s))
	}
	return secrets
}

func tis620(t *testing.T, s string) []byte {
	t.Helper()
	b, err := charmap.Windows874.NewEncoder().Bytes([]byte(s))
	must(t, err)
	return b
}
