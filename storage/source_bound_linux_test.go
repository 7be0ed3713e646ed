package storage

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// measure tells the TPM about one more thing that took part in the start.
func (e *emulator) measure(t *testing.T, what string) {
	t.Helper()
	dev, err := linuxudstpm.Open(e.socket)
	must(t, err)
	sum := sha256.Sum256([]byte(what))
	_, err = tpm2.PCRExtend{
		PCRHandle: tpm2.AuthHandle{Handle: startPCR, Auth: tpm2.PasswordAuth(nil)},
		Digests: tpm2.TPMLDigestValues{Digests: []tpm2.TPMTHA{
			{HashAlg: tpm2.TPMAlgSHA256, Digest: sum[:]},
		}},
	}.Execute(dev)
	must(t, errors.Join(err, dev.Close()))
}

// restart switches the machine off and on; then things are measured.
func (e *emulator) restart(t *testing.T, measured ...string) {
	t.Helper()
	e.stop()
	e.start(t)
	for _, what := range measured {
		e.measure(t, what)
	}
}

func TestABoundKeyOpensAfterTheSameStartOnly(t *testing.T) {
	e := newEmulator(t)
	key := make([]byte, keySize)
	_, _ = rand.Read(key)
	if _, err := e.atStart().Seal(key); !errors.Is(err, errNoMeasure) {
		t.Errorf("nothing was measured: %v", err)
	}
	e.measure(t, "our boot loader")
	sealed, err := e.atStart().Seal(key)
	must(t, err)
	for range 10 { // no session and no object stays in the chip
		got, err := e.atStart().Unseal(sealed)
		must(t, err)
		if !bytes.Equal(got, key) {
			t.Fatal("another key came back")
		}
	}
	if bytes.Contains(e.talk, key) {
		t.Error("the key is readable on the bus")
	}
	if _, err := e.source().Unseal(sealed); err == nil {
		t.Error("it opens without the policy")
	}
	for _, c := range []struct {
		name     string
		measured []string
		opens    bool
	}{
		{"the same start", []string{"our boot loader"}, true},
		{"another boot loader", []string{"a stick"}, false},
		{"something comes on top", []string{"our boot loader", "an update"}, false},
		{"nothing", nil, false},
		{"the same start again", []string{"our boot loader"}, true},
	} {
		e.restart(t, c.measured...)
		got, err := e.atStart().Unseal(sealed)
		if c.opens && !bytes.Equal(got, key) || !c.opens && (!errors.Is(err, ErrStartChanged) || !errors.Is(err, ErrKeySource)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// filesIn reads every file in a directory.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[path] = string(content)
		return err
	}))
	return files
}

func TestAfterAnotherStartNothingIsTouchedAndTheRecoveryCodeBringsTheWholeQueueBack(t *testing.T) {
	e := newEmulator(t)
	e.measure(t, "our boot loader")
	dir := t.TempDir()
	weak := NewFileSource(filepath.Join(dir, machineKeyName))
	o := KeyOptions{Sources: []KeySource{e.source(), e.atStart(), weak}}
	s, err := Open(dir, Options{Keys: o})
	must(t, err)
	if s.KeySource().Name != SourceTPM {
		t.Errorf("it was bound without being asked for: %v", s.KeySource())
	}
	const visits = 20
	for n := range visits {
		must(t, s.Save(madeUp(n), noon))
	}
	must(t, s.Close())
	if _, err := Reseal(dir, o, SourceTPMBound); !errors.Is(err, ErrNoRecovery) {
		t.Errorf("bound without a code: %v", err)
	}
	code := NewRecoveryCode()
	must(t, AddRecovery(dir, o, code))
	before := filesIn(t, dir)
	if info, err := Reseal(dir, o, SourceTPMBound); err != nil || info.Name != SourceTPMBound || info.Weak {
		t.Fatalf("%v, %v", info, err)
	}
	if now := filesIn(t, dir); now[filepath.Join(dir, kekName)] == before[filepath.Join(dir, kekName)] ||
		now[filepath.Join(dir, kekName)] != now[filepath.Join(dir, kekName+copySuffix)] {
		t.Error("one of the copies is not bound")
	}
	must(t, OpenSecretsWith(dir, o).Set("test", "nhso-token", zeroToken))

	e.restart(t, "an update of the firmware")
	before = filesIn(t, dir)
	if _, err := Open(dir, Options{Keys: o}); !errors.Is(err, ErrKeySource) || !errors.Is(err, ErrStartChanged) {
		t.Errorf("after another start: %v", err)
	}
	for wrong, want := range map[string]error{NewRecoveryCode(): ErrRecoveryCode, code[1:]: ErrRecoveryForm, "": ErrRecoveryForm} {
		if _, err := Recover(dir, o, wrong); !errors.Is(err, want) {
			t.Errorf("another code: %v", err)
		}
	}
	if now := filesIn(t, dir); !maps.Equal(now, before) {
		t.Errorf("something was touched: %q", slices.Collect(maps.Keys(now)))
	}
	if info, err := Recover(dir, o, code); err != nil || info.Name != SourceTPMBound {
		t.Fatalf("%v, %v", info, err)
	}
	e.restart(t, "an update of the firmware")
	s, err = Open(dir, Options{Keys: o})
	must(t, err)
	list, err := s.Unsettled()
	if err != nil || len(list) != visits || s.Recovery() != (Recovery{}) {
		t.Errorf("%d visits, %v, %v", len(list), err, s.Recovery())
	}
	must(t, s.Close())
	if got, err := OpenSecretsWith(dir, o).Get("test", "nhso-token"); err != nil || got != zeroToken {
		t.Errorf("the token: %v", err)
	}
	e.restart(t, "our boot loader")
	if _, err := Open(dir, Options{Keys: o}); !errors.Is(err, ErrStartChanged) {
		t.Errorf("the start of before: %v", err)
	}
	if info, err := Recover(dir, o, code); err != nil || info.Name != SourceTPMBound {
		t.Errorf("the code once more: %v, %v", info, err)
	}
}
