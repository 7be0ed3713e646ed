package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/visit"
)

// madeUpSource is a source that can come and go.
type madeUpSource struct {
	name string
	weak bool
	gone *bool
}

func (m madeUpSource) Name() string    { return m.name }
func (m madeUpSource) Weak() bool      { return m.weak }
func (m madeUpSource) Available() bool { return m.gone == nil || !*m.gone }
func (m madeUpSource) Seal(key []byte) ([]byte, error) {
	return newBox(bytes.Repeat([]byte(m.name[:1]), keySize)).seal(nil, key), nil
}

func (m madeUpSource) Unseal(sealed []byte) ([]byte, error) {
	key, err := newBox(bytes.Repeat([]byte(m.name[:1]), keySize)).open(nil, sealed)
	if err != nil {
		return nil, ErrKeySource
	}
	return key, nil
}

func TestTheBestSourceIsTakenOnceAndThenStays(t *testing.T) {
	dir := t.TempDir()
	gone := true
	chip := madeUpSource{"chip", false, &gone}
	weak := madeUpSource{"weak", true, nil}
	o := Options{Keys: KeyOptions{Sources: []KeySource{chip, weak}}}
	open := func() (SourceInfo, error) {
		s, err := Open(dir, o)
		if err != nil {
			return SourceInfo{}, err
		}
		return s.KeySource(), s.Close()
	}
	if got, err := open(); err != nil || got != (SourceInfo{"weak", true}) {
		t.Errorf("without the chip: %v, %v", got, err)
	}
	gone = false
	if got, err := open(); err != nil || got.Name != "weak" {
		t.Errorf("the file says which it is: %v, %v", got, err)
	}
	dir = t.TempDir()
	if got, err := open(); err != nil || got != (SourceInfo{"chip", false}) {
		t.Errorf("with the chip: %v, %v", got, err)
	}
	gone = true
	if _, err := open(); !errors.Is(err, ErrKeySource) {
		t.Errorf("the chip is gone: %v", err)
	}
	dir, o.Keys.Sources = t.TempDir(), []KeySource{chip}
	if _, err := open(); !errors.Is(err, ErrKeySource) {
		t.Errorf("nothing can be used: %v", err)
	}
}

func TestAPassphraseOpensAndAnotherOrNoneIsATypedError(t *testing.T) {
	dir := t.TempDir()
	phrase := "a made-up passphrase"
	ask := func() (string, error) { return phrase, nil }
	o := Options{Keys: KeyOptions{Sources: []KeySource{NewPassphraseSource(ask), NewFileSource(filepath.Join(dir, machineKeyName))}}}
	s, err := Open(dir, o)
	must(t, err)
	if got := s.KeySource(); got != (SourceInfo{SourcePassphrase, false}) {
		t.Errorf("source %v", got)
	}
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Close())
	for _, wrong := range []string{"", "another"} {
		phrase = wrong
		if _, err := Open(dir, o); !errors.Is(err, ErrKeySource) {
			t.Errorf("passphrase %q: %v", wrong, err)
		}
	}
	phrase = "a made-up passphrase"
	s, err = Open(dir, o)
	must(t, err)
	defer func() { _ = s.Close() }()
	if r, err := s.Visit(madeUp(1).ID); err != nil || !sameVisit(r.Visit, madeUp(1)) {
		t.Errorf("the visit: %v", err)
	}
}

func TestTheKeyIsFoundInItsCopyAndItsLossIsATypedError(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Close())
	path := filepath.Join(dir, kekName)
	must(t, os.WriteFile(path, []byte("{"), 0o600))
	must(t, openIn(t, dir).Close())
	must(t, os.Remove(path))
	must(t, openIn(t, dir).Close())
	good, err := os.ReadFile(path + copySuffix)
	must(t, err)
	must(t, os.Remove(path+copySuffix))
	before, err := os.ReadFile(filepath.Join(dir, fileName))
	must(t, err)
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrKeyGone) {
		t.Errorf("no key: %v", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, fileName))
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the data file was changed")
	}
	must(t, os.WriteFile(path, good, 0o600))
	if _, err := openIn(t, dir).Visit(madeUp(1).ID); err != nil {
		t.Errorf("the key is back: %v", err)
	}
}

func TestAFileOfAnotherKeyIsLeftAlone(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Close())
	must(t, openIn(t, other).Close())
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(other, fileName), data, 0o600))
	if _, err := Open(other, Options{}); !errors.Is(err, ErrKeyGone) {
		t.Errorf("got %v", err)
	}
}

func TestTwoSlotsKeepTheValueThatWasGoodUntilTheNewOneIsConfirmed(t *testing.T) {
	s := OpenSecrets(t.TempDir())
	const name = "nhso-token"
	want := func(step string, values ...string) {
		t.Helper()
		got := s.Candidates(visit.ZoneTest, name)
		if len(got) != len(values) {
			t.Fatalf("%s: %d candidates, want %d", step, len(got), len(values))
		}
		for i := range got {
			if got[i] != values[i] {
				t.Errorf("%s: candidate %d is another", step, i)
			}
		}
	}
	want("nothing")
	must(t, s.Set(visit.ZoneTest, name, "one"))
	want("first", "one")
	must(t, s.Set(visit.ZoneTest, name, "two"))
	want("second", "two", "one")
	must(t, s.Set(visit.ZoneTest, name, "three"))
	want("third before the second was confirmed", "three", "one")
	must(t, s.Confirm(visit.ZoneTest, name))
	want("confirmed", "three")
	must(t, s.Confirm(visit.ZoneTest, name))
	must(t, s.Set(visit.ZoneTest, name, "four"))
	want("fourth", "four", "three")
}

// madeUpKeychain keeps secrets in memory.
type madeUpKeychain struct {
	kept   map[string]string
	broken error
}

func (k *madeUpKeychain) Get(name string) (string, error) {
	if k.broken != nil {
		return "", k.broken
	}
	secret, ok := k.kept[name]
	if !ok {
		return "", errNotInKeychain
	}
	return secret, nil
}

func (k *madeUpKeychain) Set(name, secret string) error {
	k.kept[name] = secret
	return nil
}

func TestAKeychainKeepsAKeyForEachDirectory(t *testing.T) {
	ring := &madeUpKeychain{kept: map[string]string{}}
	o := Options{Keys: KeyOptions{Sources: []KeySource{keychainSource{ring}}}}
	for n, dir := range []string{t.TempDir(), t.TempDir()} {
		for range 2 {
			s, err := Open(dir, o)
			must(t, err)
			if got := s.KeySource(); got != (SourceInfo{SourceKeychain, false}) {
				t.Errorf("source %v", got)
			}
			must(t, s.Close())
		}
		if len(ring.kept) != n+1 {
			t.Errorf("%d keys for %d directories", len(ring.kept), n+1)
		}
	}
}

func TestAKeychainThatLostOrChangedTheKeyIsATypedError(t *testing.T) {
	key := bytes.Repeat([]byte{7}, keySize)
	for name, spoil := range map[string]func(*madeUpKeychain){
		"gone":    func(k *madeUpKeychain) { clear(k.kept) },
		"locked":  func(k *madeUpKeychain) { k.broken = errors.New("locked") },
		"nothing": func(k *madeUpKeychain) { replaceAll(k.kept, "") },
		"short":   func(k *madeUpKeychain) { replaceAll(k.kept, "00") },
		"another": func(k *madeUpKeychain) { replaceAll(k.kept, strings.Repeat("00", keySize)) },
	} {
		t.Run(name, func(t *testing.T) {
			ring := &madeUpKeychain{kept: map[string]string{}}
			s := keychainSource{ring}
			sealed, err := s.Seal(key)
			must(t, err)
			if got, err := s.Unseal(sealed); err != nil || !bytes.Equal(got, key) {
				t.Fatalf("unspoiled: %v", err)
			}
			if _, err := s.Unseal(sealed[:keychainNameSize-1]); !errors.Is(err, ErrKeyGone) {
				t.Errorf("cut short: %v", err)
			}
			spoil(ring)
			if _, err := s.Unseal(sealed); !errors.Is(err, ErrKeySource) {
				t.Errorf("spoiled: %v", err)
			}
		})
	}
}

func replaceAll(m map[string]string, with string) {
	for name := range m {
		m[name] = with
	}
}

// refusing is a source that is there and does not seal.
type refusing struct{ madeUpSource }

func (refusing) Seal([]byte) ([]byte, error) { return nil, errors.New("locked out") }

func TestASourceThatRefusesLeavesTheKeyToTheNext(t *testing.T) {
	chip, weak := refusing{madeUpSource{name: "chip"}}, madeUpSource{"weak", true, nil}
	s, err := Open(t.TempDir(), Options{Keys: KeyOptions{Sources: []KeySource{chip, weak}}})
	must(t, err)
	if got := s.KeySource(); got != (SourceInfo{"weak", true}) {
		t.Errorf("source %v", got)
	}
	must(t, s.Close())
	if _, err := Open(t.TempDir(), Options{Keys: KeyOptions{Sources: []KeySource{chip}}}); !errors.Is(err, ErrKeySource) ||
		!strings.Contains(err.Error(), "chip: locked out") {
		t.Errorf("nothing seals: %v", err)
	}
}
