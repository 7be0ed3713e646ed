package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// formatVersion is the newest layout of buckets this program knows.
const formatVersion = 1

// The buckets. A seq is the order of saving, 8 bytes, big endian.
var (
	bucketMeta      = []byte("meta")      // "format" -> number
	bucketVisits    = []byte("visits")    // visit id -> record
	bucketUnsettled = []byte("unsettled") // seq -> id, of pending and inflight visits
	bucketStaff     = []byte("staff")     // seq -> id, of work for the desk
	bucketDays      = []byte("days")      // service date, seq -> letter of the state, id
	bucketPersons   = []byte("persons")   // index of the PID, seq -> id

	keyFormat = []byte("format")
)

var allBuckets = [][]byte{bucketMeta, bucketVisits, bucketUnsettled, bucketStaff, bucketDays, bucketPersons}

const (
	seqSize = 8
)

func makeBuckets(tx *bolt.Tx) error {
	for _, name := range allBuckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return tx.Bucket(bucketMeta).Put(keyFormat, strconv.AppendInt(nil, formatVersion, 10))
}

// prepare checks the layout of a file that was just opened. It writes nothing.
func (s *Store) prepare() error {
	return s.db.View(func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			return fmt.Errorf("%w: it has no format", ErrDamaged)
		}
		format, err := strconv.Atoi(string(meta.Get(keyFormat)))
		if err != nil || format < 1 {
			return fmt.Errorf("%w: its format is unreadable", ErrDamaged)
		}
		if format > formatVersion {
			return fmt.Errorf("%w: format %d", ErrNewerFormat, format)
		}
		for _, name := range allBuckets {
			if tx.Bucket(name) == nil {
				return fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
			}
		}
		return nil
	})
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

func dayKey(d visit.Date, seq uint64) []byte { return append([]byte(d.String()), seqKey(seq)...) }

// letter is the state in one byte, for counting without reading records.
func (s State) letter() byte {
	if s == StateDropped {
		return 'x' // "done" has the d
	}
	return s[0]
}

// load reads a record. It returns ErrNotFound or a *DecodeError.
func (s *Store) load(tx *bolt.Tx, id visit.ID) (Record, error) {
	value := tx.Bucket(bucketVisits).Get([]byte(id))
	if value == nil {
		return Record{}, fmt.Errorf("visit %s: %w", id, ErrNotFound)
	}
	fail := func(err error) (Record, error) {
		return Record{}, &DecodeError{Bucket: string(bucketVisits), Key: string(id), Err: err}
	}
	data, err := s.codec.open(string(bucketVisits), string(id), value)
	if err != nil {
		return fail(err)
	}
	r, err := decode(data)
	if err != nil {
		return fail(err)
	}
	if r.Visit.ID != id {
		return fail(errors.New("it belongs to another visit"))
	}
	return r, nil
}

// store writes a record and brings its indexes up to date.
func (s *Store) store(tx *bolt.Tx, r Record) error {
	data, err := encode(r)
	if err != nil {
		return fmt.Errorf("encode visit %s: %w", r.Visit.ID, err)
	}
	id := []byte(r.Visit.ID)
	if data, err = s.codec.seal(string(bucketVisits), string(id), data); err != nil {
		return fmt.Errorf("seal visit %s: %w", id, err)
	}
	if err := tx.Bucket(bucketVisits).Put(id, data); err != nil {
		return err
	}
	if err := member(tx.Bucket(bucketUnsettled), r.State.Unsettled(), seqKey(r.seq), id); err != nil {
		return err
	}
	if err := member(tx.Bucket(bucketStaff), r.State == StateStaff, seqKey(r.seq), id); err != nil {
		return err
	}
	return tx.Bucket(bucketDays).Put(dayKey(r.Visit.ServiceDate, r.seq), append([]byte{r.State.letter()}, id...))
}

// member puts the key into the bucket or takes it out, and touches no page when
// it is right already.
func member(b *bolt.Bucket, in bool, key, value []byte) error {
	switch has := b.Get(key) != nil; {
	case in && !has:
		return b.Put(key, value)
	case !in && has:
		return b.Delete(key)
	}
	return nil
}
