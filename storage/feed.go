package storage

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Change is an entry of the feed: a visit that became done, refused or work for
// the desk, or was closed after the feed had told of it.
type Change struct {
	Seq    uint64 // grows with every change; has gaps
	Record Record // as it is now
}

// ErrCursorName refuses the name of a reader of the feed.
var ErrCursorName = errors.New("a cursor's name has small letters, digits and hyphens, 40 at most")

var cursorName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

const (
	// feedSize is the length of a feed's id in bytes.
	feedSize = 8
	// feedLeap is added to the numbers of a file that was rescued, so that they
	// are above those that the damaged file gave away and that nobody knows any
	// more.
	feedLeap = 1 << 32
)

func newFeed() []byte {
	id := make([]byte, feedSize)
	_, _ = rand.Read(id) // crypto/rand never fails
	return id
}

// fed reports whether a change to this state is one of the feed.
func (r Record) fed() bool {
	if r.Opened.By != "" {
		return false // nobody knows whose it is; of what completes it the feed tells
	}
	switch r.State {
	case visit.StateStaff:
		return !r.Held() // that somebody looks at a visit is no news
	case visit.StateDone, visit.StateRefused:
		return true
	case visit.StateDropped:
		return r.feed != 0
	}
	return false
}

// Feed returns the id of the feed, 16 characters. A cursor is worth something
// with the same id only: another one means that this is a new data directory or
// that the old file could not be read at all, and that a reader begins with 0
// again.
func (s *Store) Feed() (id string, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		id = hex.EncodeToString(tx.Bucket(bucketMeta).Get(keyFeed))
		return nil
	})
	return id, err
}

// Changes returns the changes after that number, oldest first, limit at most. A
// visit that changed again stands at its newest number only; one that was erased
// is a gap. Records that cannot be read are left out and named by the error, one
// *DecodeError each; the others are returned all the same. A reader goes on behind
// next, the last number that was looked at. When the store cannot be read at all, nothing
// was: next is after then.
func (s *Store) Changes(after uint64, limit int) (list []Change, next uint64, err error) {
	found := read(s.index, func(x *index) refs {
		at, there := x.feed.find(after)
		if there {
			at++
		}
		return append(refs(nil), x.feed[at:min(at+max(limit, 0), len(x.feed))]...)
	})
	next = after
	if n := len(found); n > 0 {
		next = found[n-1].n
	}
	var bad []error
	err = s.view(func(tx *bolt.Tx) error {
		for _, f := range found {
			r, err := s.load(tx, f.id.id())
			switch {
			case errors.Is(err, ErrNotFound): // erased in between
			case err != nil:
				bad = append(bad, err)
			default:
				list = append(list, Change{f.n, r})
			}
		}
		return nil
	})
	if err != nil {
		return nil, after, err
	}
	return list, next, errors.Join(bad...)
}

// Cursor returns how far the reader of that name has come, 0 when it never said
// so. The number is kept with the feed: when the feed is a new one, it is 0.
func (s *Store) Cursor(name string) (n uint64, err error) {
	if !cursorName.MatchString(name) {
		return 0, ErrCursorName
	}
	err = s.view(func(tx *bolt.Tx) error {
		stored := tx.Bucket(bucketCursors).Get([]byte(name))
		if stored == nil {
			return nil
		}
		n, err = s.ring.openCursor(tx, name, stored)
		return err
	})
	return n, err
}

// SetCursor notes how far a reader has come, durable when it returns nil.
func (s *Store) SetCursor(name string, n uint64) error {
	if !cursorName.MatchString(name) {
		return ErrCursorName
	}
	return s.update(func(tx *bolt.Tx) error {
		content := append(seqKey(n), tx.Bucket(bucketMeta).Get(keyFeed)...)
		sealed, err := s.ring.seal(tx, keyLasting, string(bucketCursors), name, content)
		if err != nil {
			return err
		}
		return tx.Bucket(bucketCursors).Put([]byte(name), sealed)
	})
}

// openCursor returns 0 for a cursor of another feed.
func (r *keyring) openCursor(tx *bolt.Tx, name string, stored []byte) (uint64, error) {
	content, err := r.open(tx, string(bucketCursors), name, stored)
	if err == nil && len(content) < seqSize {
		err = fmt.Errorf("it has %d bytes", len(content))
	}
	if err != nil {
		return 0, &DecodeError{Bucket: string(bucketCursors), Key: name, Err: err}
	}
	if !bytes.Equal(content[seqSize:], tx.Bucket(bucketMeta).Get(keyFeed)) {
		return 0, nil
	}
	return binary.BigEndian.Uint64(content), nil
}
