package storage

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/crypto/chacha20poly1305"

	"authenkiosk/visit"
)

// A sealed record: the version (1 byte), the id of its key (7), nonce (24), and
// what XChaCha20-Poly1305 made of the content. Version, id, line, bucket and key
// are associated data, so that a record that is moved does not open.
const (
	sealVersion = 2
	// sealVersionLine marks a record whose line stands, open, after the id.
	sealVersionLine = 3
	keyIDSize       = 7 // "2026-11"
	headerSize      = 1 + keyIDSize

	// keyLasting is the id of the key of what outlives the monthly keys. The word
	// is that of its first use, the remains of erased visits.
	keyLasting = "past   "
)

// box seals with one key.
type box struct{ aead cipher.AEAD }

func newBox(key []byte) box {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(fmt.Sprintf("storage: a key of %d bytes", len(key))) // every caller has 32
	}
	return box{aead}
}

// seal returns nonce and ciphertext.
func (b box) seal(label, plain []byte) []byte {
	nonce := make([]byte, b.aead.NonceSize(), b.aead.NonceSize()+len(plain)+b.aead.Overhead())
	_, _ = rand.Read(nonce) // crypto/rand never fails
	return b.aead.Seal(nonce, nonce, plain, label)
}

// overhead is by how many bytes seal makes its content longer.
func (b box) overhead() int { return b.aead.NonceSize() + b.aead.Overhead() }

// open is the reverse of seal; its only error is ErrTampered.
func (b box) open(label, sealed []byte) ([]byte, error) {
	size := b.aead.NonceSize()
	if len(sealed) < size {
		return nil, ErrTampered
	}
	plain, err := b.aead.Open(nil, sealed[:size], sealed[size:], label)
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// keyring holds the keys of an open store.
type keyring struct {
	wrap    box // seals the monthly keys and the keys of photos
	lasting box
	journal box
	backup  box
	index   []byte // of the PID index
	audit   []byte // of the head of the audit
	check   []byte // tells a file of another key

	mu     sync.Mutex
	opened map[string]box // wrapped key -> key, so that no key is ever taken for another

	fresh atomic.Bool // there are keys that the copy of the keys lacks
}

func newKeyring(k kek) *keyring {
	return &keyring{
		wrap: newBox(k.derive("wrap")), lasting: newBox(k.derive("past")), journal: newBox(k.derive("journal")),
		backup: newBox(k.derive("backup")),
		index:  k.derive("index"), audit: k.derive("audit"), check: k.derive("file check"), opened: map[string]box{},
	}
}

// monthOf names the key of a record that was saved at that time.
func monthOf(t time.Time) string { return t.In(visit.Bangkok).Format("2006-01") }

// person returns the key under which the visits of a person are found: always
// the same for the same PID, and nothing that tells the PID without the key.
func (r *keyring) person(pid visit.PID) []byte {
	m := hmac.New(sha256.New, r.index)
	_, _ = m.Write([]byte(pid.Digits()))
	return m.Sum(nil)
}

func label(parts ...string) []byte {
	return []byte("authenkiosk\x00" + strings.Join(parts, "\x00"))
}

// seal returns what is stored for a record under that bucket and key, sealed
// with the key of that id, which is made when it is new.
func (r *keyring) seal(tx *bolt.Tx, id, bucket, key string, plain []byte) ([]byte, error) {
	return r.sealAfter(tx, id, append([]byte{sealVersion}, id...), bucket, key, plain)
}

// sealVisit is seal for a visit: its line stands in front.
func (r *keyring) sealVisit(tx *bolt.Tx, id, key string, l line, plain []byte) ([]byte, error) {
	header := append(append([]byte{sealVersionLine}, id...), l.bytes()...)
	return r.sealAfter(tx, id, header, string(bucketVisits), key, plain)
}

func (r *keyring) sealAfter(tx *bolt.Tx, id string, header []byte, bucket, key string, plain []byte) ([]byte, error) {
	b, err := r.box(tx, id)
	if errors.Is(err, errNoDataKey) {
		b, err = r.makeBox(tx, id)
	}
	if err != nil {
		return nil, err
	}
	return append(header, b.seal(label(string(header), bucket, key), plain)...), nil
}

// open is the reverse; it fails with ErrTampered on anything that seal did not
// write there.
func (r *keyring) open(tx *bolt.Tx, bucket, key string, stored []byte) ([]byte, error) {
	size := headerSize
	if len(stored) > 0 && stored[0] == sealVersionLine {
		size += lineSize
	}
	if len(stored) < size || stored[0] != sealVersion && stored[0] != sealVersionLine {
		return nil, ErrTampered
	}
	b, err := r.box(tx, string(stored[1:headerSize]))
	if err != nil {
		return nil, err
	}
	return b.open(label(string(stored[:size]), bucket, key), stored[size:])
}

// errNoDataKey is an ErrTampered, too: a record that names a key that never was.
var errNoDataKey = fmt.Errorf("there is no such data key: %w", ErrTampered)

// box returns the key of that id.
func (r *keyring) box(tx *bolt.Tx, id string) (box, error) {
	if id == keyLasting {
		return r.lasting, nil
	}
	wrapped := tx.Bucket(bucketKeys).Get([]byte(id))
	if wrapped == nil {
		return box{}, errNoDataKey
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, ok := r.opened[string(wrapped)]; ok {
		return b, nil
	}
	key, err := r.wrap.open(label("data key", id), wrapped)
	if err != nil || len(key) != keySize {
		return box{}, fmt.Errorf("the data key: %w", ErrTampered)
	}
	b := newBox(key)
	r.opened[string(wrapped)] = b
	return b, nil
}

// forget drops the keys that were opened; those that still exist are opened
// again when they are needed.
func (r *keyring) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.opened)
}

// makeBox makes the key of a month, in the transaction of its first record.
func (r *keyring) makeBox(tx *bolt.Tx, id string) (box, error) {
	if len(id) != keyIDSize {
		return box{}, fmt.Errorf("a data key cannot have the id %q", id)
	}
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // crypto/rand never fails
	tx.OnCommit(func() { r.fresh.Store(true) })
	return newBox(key), tx.Bucket(bucketKeys).Put([]byte(id), r.wrap.seal(label("data key", id), key))
}
