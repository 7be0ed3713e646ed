package storage

import (
	"bytes"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// machineSources returns what this kind of machine has, best first.
func machineSources() []KeySource { return []KeySource{dpapiSource{}} }

// dpapiSource seals with Windows' data protection in machine scope, so that the
// kiosk's account may change. Every program on this Windows can unseal. It is weak:
// Windows keeps its own key on the same disk, in the registry, and tools read it there;
// only BitLocker stops them. Entropy of ours (pOptionalEntropy) would lie beside the
// data and so change nothing.
type dpapiSource struct{}

var _ KeySource = dpapiSource{}

func (dpapiSource) Name() string    { return SourceDPAPI }
func (dpapiSource) Weak() bool      { return true }
func (dpapiSource) Available() bool { return true }

const dpapiFlags = windows.CRYPTPROTECT_LOCAL_MACHINE | windows.CRYPTPROTECT_UI_FORBIDDEN

func (dpapiSource) Seal(key []byte) ([]byte, error) {
	var out windows.DataBlob
	if err := windows.CryptProtectData(blobOf(key), nil, nil, 0, nil, dpapiFlags, &out); err != nil {
		return nil, fmt.Errorf("seal with DPAPI: %w", err)
	}
	return takeBlob(out), nil
}

func (dpapiSource) Unseal(sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, fmt.Errorf("%w: the sealed key is empty", ErrKeyGone)
	}
	var out windows.DataBlob
	if err := windows.CryptUnprotectData(blobOf(sealed), nil, nil, 0, nil, dpapiFlags, &out); err != nil {
		return nil, fmt.Errorf("%w: DPAPI: %w", ErrKeySource, err)
	}
	return takeBlob(out), nil
}

func blobOf(b []byte) *windows.DataBlob {
	return &windows.DataBlob{Size: uint32(len(b)), Data: unsafe.SliceData(b)}
}

// takeBlob copies what Windows allocated and gives it back.
func takeBlob(b windows.DataBlob) []byte {
	data := bytes.Clone(unsafe.Slice(b.Data, b.Size))
	_, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(b.Data)))
	return data
}
