package printer

import (
	"encoding/json"
	"path"
	"strings"
	"testing"

	"authenkiosk/assets"
	"authenkiosk/assets/slipwords"
)

// TestScreenAndSlipCallOneThingByOneName compares the words of the screens with
// those of the slips: a patient who reads "service code" on one looks for it on
// the other.
func TestScreenAndSlipCallOneThingByOneName(t *testing.T) {
	const zeroWidthSpace = "\u200B"
	for _, lang := range []string{"th", "en"} {
		data, err := assets.Words.ReadFile(path.Join("words", lang+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var screen map[string]any
		if err := json.Unmarshal(data, &screen); err != nil {
			t.Fatal(err)
		}
		onScreen := func(key string) string {
			text, _ := screen[key].(string)
			return strings.ReplaceAll(text, zeroWidthSpace, "")
		}
		onSlip := func(key string) string { return strings.ReplaceAll(slipwords.In(lang, key), zeroWidthSpace, "") }
		for _, same := range [][2]string{
			{"code.label", "title.code"},
			{"desk.problem", "label.help"},
			{"confirm.right", "label.right"},
			{"claim.PG0060001", "claim.PG0060001"},
			{"claim.PG0130001", "claim.PG0130001"},
			{"claim.PG0150001", "claim.PG0150001"},
		} {
			if a, b := onScreen(same[0]), onSlip(same[1]); a == "" || a != b {
				t.Errorf("%s: the screen says %q (%s), the slip %q (%s)", lang, a, same[0], b, same[1])
			}
		}
		for _, part := range [][2]string{{"queued.number", "label.visit"}, {"queued.title", "title.queued"}} {
			if a, b := onScreen(part[0]), onSlip(part[1]); b == "" || !strings.HasPrefix(a, b) {
				t.Errorf("%s: the screen says %q, the slip %q", lang, a, b)
			}
		}
	}
}
