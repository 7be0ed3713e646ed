package storage

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

const requireTools = "AUTHENKIOSK_REQUIRE_TOOLS"

// emulator is a TPM 2.0 in software (swtpm): the same commands as those of a chip,
// and a state on the disk that is as good as the chip's identity.
type emulator struct {
	state, socket string
	cmd           *exec.Cmd
	talk          []byte // all that went over the bus
}

func newEmulator(t *testing.T) *emulator {
	t.Helper()
	if _, err := exec.LookPath("swtpm"); err != nil {
		if os.Getenv(requireTools) != "" {
			t.Fatal("swtpm is not installed")
		}
		t.Skip("swtpm is not installed")
	}
	short, err := os.MkdirTemp("", "tpm") // the path of a socket has some 100 characters at most
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	e := &emulator{state: t.TempDir(), socket: filepath.Join(short, "s")}
	e.start(t)
	t.Cleanup(e.stop)
	return e
}

func (e *emulator) start(t *testing.T) {
	t.Helper()
	e.cmd = exec.Command("swtpm", "socket", "--tpm2", "--tpmstate", "dir="+e.state,
		"--server", "type=unixio,path="+e.socket, "--flags", "not-need-init,startup-clear")
	must(t, e.cmd.Start())
	for deadline := time.Now().Add(longest); !e.source().Available(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("swtpm does not answer")
		}
	}
}

func (e *emulator) stop() {
	if e.cmd != nil {
		_ = e.cmd.Process.Kill()
		_ = e.cmd.Wait()
		_ = os.Remove(e.socket)
		e.cmd = nil
	}
}

func (e *emulator) source() tpmSource {
	return tpmSource{open: func() (transport.TPMCloser, error) {
		t, err := linuxudstpm.Open(e.socket)
		return &bus{t, e}, err
	}}
}

// atStart is the source that is bound to the start of the machine.
func (e *emulator) atStart() tpmSource {
	s := e.source()
	s.bound = true
	return s
}

// bus listens to what goes to the TPM and comes from it.
type bus struct {
	transport.TPMCloser
	heard *emulator
}

func (b *bus) Send(command []byte) ([]byte, error) {
	answer, err := b.TPMCloser.Send(command)
	b.heard.talk = append(append(b.heard.talk, command...), answer...)
	return answer, err
}

func TestATPMOpensWhatItSealedAndNoOtherDoes(t *testing.T) {
	e := newEmulator(t)
	key := make([]byte, keySize)
	_, _ = rand.Read(key)
	sealed, err := e.source().Seal(key)
	must(t, err)
	if bytes.Contains(sealed, key) {
		t.Fatal("the key is readable")
	}
	// A TPM has room for three loaded objects: each one must be let go of.
	for range 10 {
		got, err := e.source().Unseal(sealed)
		must(t, err)
		if !bytes.Equal(got, key) {
			t.Fatal("another key came back")
		}
	}
	if len(e.talk) == 0 || bytes.Contains(e.talk, key) {
		t.Errorf("the key is readable in %d bytes on the bus", len(e.talk))
	}
	e.stop()
	e.start(t)
	if got, err := e.source().Unseal(sealed); err != nil || !bytes.Equal(got, key) {
		t.Errorf("after a power cycle: %v", err)
	}
	other := newEmulator(t)
	if _, err := other.source().Unseal(sealed); !errors.Is(err, ErrKeySource) {
		t.Errorf("another TPM: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if got, err := e.source().Unseal(changed); err == nil && !bytes.Equal(got, key) {
			t.Errorf("byte %d changed: another key came back", i)
		}
		if _, err := e.source().Unseal(sealed[:i]); !errors.Is(err, ErrKeyGone) {
			t.Errorf("%d bytes: %v", i, err)
		}
	}
	e.clear(t)
	if _, err := e.source().Unseal(sealed); !errors.Is(err, ErrKeySource) {
		t.Errorf("the TPM was cleared: %v", err)
	}
	e.stop()
	if _, err := e.source().Unseal(sealed); !errors.Is(err, ErrKeySource) {
		t.Errorf("no TPM: %v", err)
	}
}

// clear gives the TPM to another owner, as the firmware's menu does.
func (e *emulator) clear(t *testing.T) {
	t.Helper()
	dev, err := linuxudstpm.Open(e.socket)
	must(t, err)
	_, err = tpm2.Clear{AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHPlatform, Auth: tpm2.PasswordAuth(nil)}}.Execute(dev)
	must(t, errors.Join(err, dev.Close()))
}

func TestADirectorySealedByATPMOpensOnThatMachineOnly(t *testing.T) {
	e := newEmulator(t)
	dir := t.TempDir()
	weak := NewFileSource(filepath.Join(dir, machineKeyName))
	o := Options{Keys: KeyOptions{Sources: []KeySource{e.source(), weak}}}
	s, err := Open(dir, o)
	must(t, err)
	if got := s.KeySource(); got != (SourceInfo{SourceTPM, false}) || exists(filepath.Join(dir, machineKeyName)) {
		t.Errorf("source %v", got)
	}
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Close())
	e.stop()
	if _, err := Open(dir, o); !errors.Is(err, ErrKeySource) {
		t.Errorf("without the TPM: %v", err)
	}
	e.start(t)
	s, err = Open(dir, o)
	must(t, err)
	if r, err := s.Visit(madeUp(1).ID); err != nil || !sameVisit(r.Visit, madeUp(1)) {
		t.Errorf("the visit: %v", err)
	}
	must(t, s.Close())
	thief := Options{Keys: KeyOptions{Sources: []KeySource{newEmulator(t).source(), weak}}}
	if _, err := Open(copyDir(t, dir), thief); !errors.Is(err, ErrKeySource) {
		t.Errorf("on another machine: %v", err)
	}
}
