package storage

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"

	"golang.org/x/crypto/argon2"

	"authenkiosk/storage/internal/pincost"
	"authenkiosk/visit/desk"
)

// The cost of trying a PIN: argon2id with 2 passes over 32 MiB (pincost) by one thread, 70 ms as
// measured on a server's core and some 150 to 300 ms (estimated) on that of a kiosk.
// More would not keep a PIN of six digits from whoever has the keys of the store; the
// lock-out keeps it from everybody else.
const (
	pinTime    = 2
	pinThreads = 1
)

// The highest cost that is accepted of what was stored, so that no record makes the
// program take all memory.
const (
	maxPINTime    = 10
	maxPINMemory  = 128 << 10 // KiB
	maxPINThreads = 8
)

// pinHash is what is kept of a PIN, with its cost: later programs may ask for more.
type pinHash struct {
	Salt    []byte `json:"salt"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory"` // KiB
	Threads uint8  `json:"threads"`
	Key     []byte `json:"key"`
}

func newPINHash(pin desk.PIN) pinHash {
	h := pinHash{Salt: make([]byte, saltSize), Time: pinTime, Memory: pincost.Memory, Threads: pinThreads}
	_, _ = rand.Read(h.Salt) // crypto/rand never fails
	h.Key = h.of(pin)
	return h
}

// nobodysPIN costs as much as the PIN of an operator and fits none.
func nobodysPIN() pinHash {
	return pinHash{Salt: make([]byte, saltSize), Time: pinTime, Memory: pincost.Memory, Threads: pinThreads, Key: make([]byte, keySize)}
}

func (h pinHash) of(pin desk.PIN) []byte {
	return argon2.IDKey([]byte(pin.Digits()), h.Salt, h.Time, h.Memory, h.Threads, keySize)
}

func (h pinHash) fits(pin desk.PIN) bool { return subtle.ConstantTimeCompare(h.of(pin), h.Key) == 1 }

func (h pinHash) check() error {
	if len(h.Salt) != saltSize || len(h.Key) != keySize || h.Time < 1 || h.Time > maxPINTime ||
		h.Threads < 1 || h.Threads > maxPINThreads || h.Memory < 8*uint32(h.Threads) || h.Memory > maxPINMemory {
		return errors.New("it is not the hash of a PIN")
	}
	return nil
}
