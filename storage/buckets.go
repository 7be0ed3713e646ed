package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// formatVersion is the newest layout of buckets this program knows.
const formatVersion = 2

// The buckets. A seq is the order of saving, 8 bytes, big endian. "Sealed" is
// what keyring.seal makes.
var (
	bucketMeta      = []byte("meta")      // "format", its check, the head of the audit, the check of the key
	bucketVisits    = []byte("visits")    // visit id -> sealed record
	bucketUnsettled = []byte("unsettled") // seq -> id, of pending and inflight visits
	bucketStaff     = []byte("staff")     // seq -> id, of work for the desk
	bucketDays      = []byte("days")      // service date, seq -> letter of the state, id
	bucketPersons   = []byte("persons")   // HMAC of the PID, seq -> id
	bucketKeys      = []byte("keys")      // month -> wrapped data key
	bucketPhotos    = []byte("photos")    // visit id -> photo, sealed with its own key
	bucketPhotoKeys = []byte("photokeys") // visit id -> time, wrapped key of the photo
	bucketPast      = []byte("past")      // visit id -> sealed remains of an erased visit
	bucketAudit     = []byte("audit")     // seq -> JSON of an entry

	keyFormat      = []byte("format")
	keyFormatCheck = []byte("format-check") // so that a flipped bit is not taken for a newer program
	keyKEKCheck    = []byte("kek-check")
)

// plainBuckets are those of format 1, in which records were not sealed.
var plainBuckets = [][]byte{bucketMeta, bucketVisits, bucketUnsettled, bucketStaff, bucketDays, bucketPersons}

var allBuckets = append(slices.Clone(plainBuckets),
	bucketKeys, bucketPhotos, bucketPhotoKeys, bucketPast, bucketAudit)

const (
	seqSize = 8
)

// makeBuckets fills a new file.
func makeBuckets(tx *bolt.Tx, r *keyring) error {
	for _, name := range allBuckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	format := strconv.AppendInt(nil, formatVersion, 10)
	return errors.Join(
		meta.Put(keyFormat, format), meta.Put(keyFormatCheck, formatCheck(format)),
		meta.Put(keyKEKCheck, r.check), r.putHead(tx, auditHead{}),
	)
}

// formatCheck is stored beside the number of the format, by this and every later
// program.
func formatCheck(format []byte) []byte {
	return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(append([]byte("format "), format...)))
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
	data, err := s.ring.open(tx, string(bucketVisits), string(id), value)
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
	if data, err = s.ring.seal(tx, monthOf(r.SavedAt), string(bucketVisits), string(id), data); err != nil {
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
