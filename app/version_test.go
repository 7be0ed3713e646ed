package app

import "testing"

func TestABuildSaysWhatIsKnownOfIt(t *testing.T) {
	for _, c := range []struct{ version, built, commit, want string }{
		{"0.1.0", "2026-11-29", "0123456789ab", "0.1.0, built 2026-11-29, commit 0123456789ab"},
		{"0.1.0", "", "", "0.1.0, built unknown, commit unknown"},
	} {
		before := []string{version, built, commit}
		version, built, commit = c.version, c.built, c.commit
		if got := ThisBuild().String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		version, built, commit = before[0], before[1], before[2]
	}
}
