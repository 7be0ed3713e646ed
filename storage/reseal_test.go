package storage

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAKeyThatDoesNotComeFromTheRequiredSourceIsRefusedUntilItIsResealed(t *testing.T) {
	dir := t.TempDir()
	gone := false
	chip := madeUpSource{SourceTPM, false, &gone}
	o := func(require string) KeyOptions {
		return KeyOptions{Require: require, Sources: []KeySource{chip, NewFileSource(filepath.Join(dir, machineKeyName))}}
	}
	gone = true // so that the key comes from the file at first
	s, err := Open(dir, Options{Keys: o("")})
	must(t, err)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Close())
	gone = false
	before := s.KeySource()
	if !before.Weak {
		t.Errorf("it comes from %v", before)
	}
	if _, err := Open(dir, Options{Keys: o(SourceTPM)}); !errors.Is(err, ErrSourceRequired) {
		t.Errorf("a weaker source: %v", err)
	}
	if _, err := OpenSecretsWith(dir, o(SourceTPM)).KeySource(); !errors.Is(err, ErrSourceRequired) {
		t.Errorf("a weaker source of secrets: %v", err)
	}
	if info, err := Reseal(dir, o(SourceTPM), ""); err != nil || info != (SourceInfo{SourceTPM, false}) {
		t.Fatalf("%v, %v", info, err)
	}
	for _, name := range []string{machineKeyName, machineKeyName + copySuffix} {
		if exists(filepath.Join(dir, name)) {
			t.Errorf("%s still lies beside the data", name)
		}
	}
	for _, require := range []string{SourceTPM, ""} {
		s, err = Open(dir, Options{Keys: o(require)})
		must(t, err)
		if _, err := s.Visit(madeUp(1).ID); err != nil {
			t.Errorf("the visit: %v", err)
		}
		must(t, s.Close())
	}
	gone = true
	if _, err := Open(t.TempDir(), Options{Keys: o(SourceTPM)}); !errors.Is(err, ErrKeySource) {
		t.Errorf("a new directory without the required source: %v", err)
	}
}

func TestAResealThatThePowerEndedIsFinishedByTheNextOne(t *testing.T) {
	for name, ended := range map[string]struct{ before []string }{
		"between the two sealed keys":    {[]string{kekName + copySuffix, machineKeyName, machineKeyName + copySuffix}},
		"before the key file is removed": {[]string{machineKeyName, machineKeyName + copySuffix}},
		"between the two key files":      {[]string{machineKeyName + copySuffix}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, gone := t.TempDir(), true
			o := KeyOptions{Sources: []KeySource{
				madeUpSource{SourceTPM, false, &gone}, NewFileSource(filepath.Join(dir, machineKeyName)),
			}}
			s, err := Open(dir, Options{Keys: o})
			must(t, err)
			must(t, s.Save(madeUp(1), noon))
			must(t, s.Close())
			old := copyDir(t, dir)
			gone = false
			_, err = Reseal(dir, o, "")
			must(t, err)
			for _, file := range ended.before { // as they were
				data, err := os.ReadFile(filepath.Join(old, file))
				must(t, err)
				must(t, os.WriteFile(filepath.Join(dir, file), data, 0o600))
			}
			_, err = Reseal(dir, o, "")
			must(t, err)
			for _, file := range []string{machineKeyName, machineKeyName + copySuffix} {
				if exists(filepath.Join(dir, file)) {
					t.Errorf("%s still lies beside the data", file)
				}
			}
			s, err = Open(dir, Options{Keys: o})
			must(t, err)
			if _, err := s.Visit(madeUp(1).ID); err != nil {
				t.Error(err)
			}
			must(t, s.Close())
		})
	}
}

func TestARecoveryCodeIsReadAsPeopleTypeIt(t *testing.T) {
	code := NewRecoveryCode()
	if len(strings.Split(code, "-")) != 8 || code == NewRecoveryCode() {
		t.Errorf("the code has %d groups", len(strings.Split(code, "-")))
	}
	want, err := parseRecoveryCode(code)
	must(t, err)
	looksLike := strings.NewReplacer("0", "o", "1", "l")
	for _, typed := range []string{
		strings.ToLower(code), strings.ReplaceAll(code, "-", " "), strings.ReplaceAll(code, "-", ""),
		" " + code + "\n", looksLike.Replace(code),
	} {
		if got, err := parseRecoveryCode(typed); err != nil || string(got) != string(want) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for at, letter := range code {
		other := "A"
		if letter == 'A' {
			other = "B"
		}
		if letter != '-' {
			if _, err := parseRecoveryCode(code[:at] + other + code[at+1:]); !errors.Is(err, ErrRecoveryForm) {
				t.Errorf("letter %d wrong: %v", at, err)
			}
		}
	}
}

func FuzzRecoveryCode(f *testing.F) {
	f.Add(NewRecoveryCode())
	f.Add("0000-0000")
	f.Fuzz(func(t *testing.T, text string) {
		if b, err := parseRecoveryCode(text); err == nil && len(b) != codeRandom || err != nil && !errors.Is(err, ErrRecoveryForm) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	})
}

func TestEverySourceSaysWhatItProtectsFromAndWhatNot(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{SourceTPM, SourceTPMBound, SourceDPAPI, SourceKeychain, SourcePassphrase, SourceFile} {
		p := SourceInfo{Name: name}.Protection()
		if p.From == "" || p.Not == "" || seen[p.Not] || strings.Contains(p.From, "nothing") {
			t.Errorf("%s: %+v", name, p)
		}
		seen[p.Not] = true
	}
}
