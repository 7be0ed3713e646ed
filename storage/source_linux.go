package storage

import (
	"errors"
	"fmt"
	"os"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
)

// tpmDevice is the kernel's resource manager, which lets several programs share
// the TPM.
const tpmDevice = "/dev/tpmrm0"

// machineSources returns what this kind of machine has, best first.
func machineSources() []KeySource {
	open := func() (transport.TPMCloser, error) { return linuxtpm.Open(tpmDevice) }
	return []KeySource{tpmSource{open: open}, tpmSource{open: open, bound: true}}
}

// tpmSource seals under the storage root key of a TPM 2.0, which never leaves
// the chip: the disk in another machine is unreadable. Any system that starts on this
// machine can have the key, unless it is bound: then the chip gives it only after the
// same start as when it was sealed.
type tpmSource struct {
	open  func() (transport.TPMCloser, error)
	bound bool
}

var _ onlyOnDemand = tpmSource{}

func (s tpmSource) Name() string {
	if s.bound {
		return SourceTPMBound
	}
	return SourceTPM
}

func (tpmSource) Weak() bool { return false }

// OnlyOnDemand implements onlyOnDemand: an update of the firmware changes what a bound
// key needs.
func (s tpmSource) OnlyOnDemand() bool { return s.bound }

func (s tpmSource) Available() bool {
	t, err := s.open()
	if err != nil {
		return false
	}
	defer func() { _ = t.Close() }()
	_, err = tpm2.GetCapability{Capability: tpm2.TPMCapTPMProperties, Property: uint32(tpm2.TPMPTManufacturer), PropertyCount: 1}.Execute(t)
	return err == nil
}

// rootKey is the storage root key of a TPM that is open.
type rootKey struct {
	tpm2.NamedHandle
	public *tpm2.TPMTPublic
}

// session returns the authorisation of an object without a password. What is
// sealed crosses the bus between chip and processor encrypted under a secret that
// only the root key opens, so that listening to the bus is of no use.
func (r rootKey) session(encryption tpm2.AuthOption) tpm2.Session {
	return tpm2.HMAC(tpm2.TPMAlgSHA256, nonceSize, encryption, tpm2.Salted(r.Handle, *r.public))
}

const (
	nonceSize = 16  // bytes, of a session
	busKey    = 128 // bits, of a session's AES key
)

// withRoot runs f with the storage root key, which is derived anew each time
// from the chip's seed and so needs no place in the chip.
func (s tpmSource) withRoot(f func(t transport.TPM, root rootKey) error) error {
	t, err := s.open()
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%w: TPM: %w", ErrKeySource, err)
	}
	if err != nil {
		return fmt.Errorf("open the TPM: %w", err)
	}
	defer func() { _ = t.Close() }()
	made, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}.Execute(t)
	if err != nil {
		return fmt.Errorf("make the TPM's root key: %w", err)
	}
	defer func() { _, _ = tpm2.FlushContext{FlushHandle: made.ObjectHandle}.Execute(t) }()
	public, err := made.OutPublic.Contents()
	if err != nil {
		return fmt.Errorf("read the TPM's root key: %w", err)
	}
	return f(t, rootKey{tpm2.NamedHandle{Handle: made.ObjectHandle, Name: made.Name}, public})
}

func (s tpmSource) Seal(key []byte) (sealed []byte, err error) {
	err = s.withRoot(func(t transport.TPM, root rootKey) error {
		policy, err := s.policy(t)
		if err != nil {
			return err
		}
		made, err := tpm2.Create{
			ParentHandle: tpm2.AuthHandle{
				Handle: root.Handle, Name: root.Name, Auth: root.session(tpm2.AESEncryption(busKey, tpm2.EncryptIn)),
			},
			InSensitive: tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{
				Data: tpm2.NewTPMUSensitiveCreate(&tpm2.TPM2BSensitiveData{Buffer: key}),
			}},
			InPublic: tpm2.New2B(tpm2.TPMTPublic{
				Type: tpm2.TPMAlgKeyedHash, NameAlg: tpm2.TPMAlgSHA256,
				ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, UserWithAuth: !s.bound, NoDA: true},
				AuthPolicy:       policy,
			}),
		}.Execute(t)
		if err != nil {
			return fmt.Errorf("seal with the TPM: %w", err)
		}
		sealed = append(tpm2.Marshal(made.OutPublic), tpm2.Marshal(made.OutPrivate)...)
		return nil
	})
	return sealed, err
}

func (s tpmSource) Unseal(sealed []byte) (key []byte, err error) {
	public, rest, err := cutSized(sealed)
	if err != nil {
		return nil, err
	}
	private, _, err := cutSized(rest)
	if err != nil {
		return nil, err
	}
	err = s.withRoot(func(t transport.TPM, root rootKey) error {
		key, err = s.unsealUnder(t, root, public, private)
		return err
	})
	return key, err
}

func (s tpmSource) unsealUnder(t transport.TPM, root rootKey, public, private []byte) ([]byte, error) {
	loaded, err := tpm2.Load{
		ParentHandle: root.NamedHandle,
		InPublic:     tpm2.BytesAs2B[tpm2.TPMTPublic](public),
		InPrivate:    tpm2.TPM2BPrivate{Buffer: private},
	}.Execute(t)
	if err != nil {
		return nil, fmt.Errorf("%w: the TPM does not know it: %w", ErrKeySource, err)
	}
	defer func() { _, _ = tpm2.FlushContext{FlushHandle: loaded.ObjectHandle}.Execute(t) }()
	session := root.session(tpm2.AESEncryption(busKey, tpm2.EncryptOut))
	if s.bound {
		session = root.sameStart()
	}
	opened, err := tpm2.Unseal{ItemHandle: tpm2.AuthHandle{Handle: loaded.ObjectHandle, Name: loaded.Name, Auth: session}}.Execute(t)
	if errors.Is(err, tpm2.TPMRCPolicyFail) {
		return nil, fmt.Errorf("%w: %w", ErrKeySource, ErrStartChanged)
	}
	if err != nil {
		return nil, fmt.Errorf("unseal with the TPM: %w", err)
	}
	return opened.OutData.Buffer, nil
}

// cutSized takes a TPM's sized buffer (2 bytes of length, big endian) apart.
func cutSized(b []byte) (buffer, rest []byte, err error) {
	if len(b) >= 2 {
		if n := int(b[0])<<8 | int(b[1]); len(b) >= 2+n {
			return b[2 : 2+n], b[2+n:], nil
		}
	}
	return nil, nil, fmt.Errorf("%w: the TPM's part is cut off", ErrKeyGone)
}
