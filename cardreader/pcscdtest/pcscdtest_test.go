package pcscdtest_test

import (
	"slices"
	"testing"

	"authenkiosk/cardreader/pcscdtest"
)

func TestPolkitIsSwitchedOffWhereTheServiceKnowsThat(t *testing.T) {
	const old = "Usage: pcscd options\nOptions:\n  -f, --foreground\trun in foreground\n  -I, --reader-name-no-interface do not include the USB interface name\n"
	for name, c := range map[string]struct {
		help string
		want []string
	}{
		"1.9":     {old, []string{"--foreground"}},
		"2.3":     {old + "  --disable-polkit\t\tdisable polkit support\n", []string{"--foreground", "--disable-polkit"}},
		"no help": {"", []string{"--foreground"}},
	} {
		if got := pcscdtest.Arguments(c.help); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
