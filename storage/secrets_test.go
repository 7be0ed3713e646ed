package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"authenkiosk/visit"
)

const zeroToken = "00000000-0000-4000-8000-000000000001"

func TestASecretComesBackForItsOwnZoneAndNameOnly(t *testing.T) {
	dir := t.TempDir()
	s := OpenSecrets(dir)
	if _, err := s.Get(visit.ZoneTest, "nhso-token"); !errors.Is(err, ErrNoSecret) {
		t.Fatalf("before it is set: %v", err)
	}
	for _, value := range []string{"older", zeroToken} {
		if err := s.Set(visit.ZoneTest, "nhso-token", value); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := OpenSecrets(dir).Get(visit.ZoneTest, "nhso-token"); err != nil || got != zeroToken {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := s.Get(visit.ZoneProduction, "nhso-token"); !errors.Is(err, ErrNoSecret) {
		t.Errorf("another zone: %v", err)
	}
	test := filepath.Join(dir, "secrets", "nhso-token.test")
	if err := os.Rename(test, filepath.Join(dir, "secrets", "nhso-token.production")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(visit.ZoneProduction, "nhso-token"); !errors.Is(err, ErrBadSecret) {
		t.Errorf("a test token renamed to production: %v", err)
	}
}

func TestASecretThatWasRemovedIsGoneWithTheOneBefore(t *testing.T) {
	dir := t.TempDir()
	s := OpenSecrets(dir)
	if err := s.Remove(visit.ZoneTest, "desk-1"); !errors.Is(err, ErrNoSecret) {
		t.Errorf("before it is set: %v", err)
	}
	for _, value := range []string{"older", zeroToken} {
		if err := s.Set(visit.ZoneTest, "desk-1", value); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Remove(visit.ZoneTest, "desk-1"); err != nil {
		t.Fatal(err)
	}
	if got := s.Candidates(visit.ZoneTest, "desk-1"); len(got) != 0 {
		t.Errorf("%d values are left", len(got))
	}
	if err := s.Remove(visit.ZoneTest, "../desk-1"); !errors.Is(err, ErrSecretName) {
		t.Errorf("a path: %v", err)
	}
}

func TestASecretIsNotReadableInItsFileAndEveryChangedBitIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := OpenSecrets(dir)
	if err := s.Set(visit.ZoneTest, "nhso-token", zeroToken); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "secrets", "nhso-token.test")
	sealed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte(zeroToken[:8])) {
		t.Error("the file shows the secret")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(visit.ZoneTest, "nhso-token"); !errors.Is(err, ErrBadSecret) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	info, err := os.Stat(path)
	// On Windows the rights are those of the directory.
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestWhatIsNoSecretIsRefused(t *testing.T) {
	s := OpenSecrets(t.TempDir())
	for name, c := range map[string]struct {
		name, value string
		want        error
	}{
		"a path as a name": {"../x", zeroToken, ErrSecretName},
		"no name":          {"", zeroToken, ErrSecretName},
		"no value":         {"nhso-token", "", ErrSecretText},
		"a line end":       {"nhso-token", "a\n", ErrSecretText},
		"too long":         {"nhso-token", strings.Repeat("a", 5000), ErrSecretText},
	} {
		if err := s.Set(visit.ZoneTest, c.name, c.value); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
