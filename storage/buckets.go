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

// formatVersion is the layout of buckets. Programs that wrote lower numbers were never
// released.
const formatVersion = 3

// The buckets. A seq is 8 bytes, big endian. "Sealed" is what keyring.seal or
// sealVisit makes. The sequence of bucketVisits numbers both saves and entries of
// the feed.
var (
	bucketMeta      = []byte("meta")      // "format", its check, the head of the audit, the check of the key, the feed, the day of the last erasure, since when nothing is missing
	bucketVisits    = []byte("visits")    // visit id -> line, sealed record
	bucketKeys      = []byte("keys")      // month -> wrapped data key
	bucketPhotos    = []byte("photos")    // visit id -> photo, sealed with its own key
	bucketPhotoKeys = []byte("photokeys") // visit id -> time, wrapped key of the photo
	bucketPast      = []byte("past")      // visit id -> sealed remains of an erased visit
	bucketAudit     = []byte("audit")     // seq -> JSON of an entry
	bucketJobs      = []byte("jobs")      // id of a print job -> sealed job
	bucketClients   = []byte("clients")   // name of a client -> sealed client
	bucketCursors   = []byte("cursors")   // name of a reader of the feed -> sealed number
	bucketOperators = []byte("operators") // id of an operator -> sealed operator
	bucketMachines  = []byte("machines")  // name of a machine where a PIN was wrong -> sealed number of tries

	keyFormat      = []byte("format")
	keyFormatCheck = []byte("format-check") // so that a flipped bit is not taken for a newer program
	keyKEKCheck    = []byte("kek-check")
	keyFeed        = []byte("feed")    // random, see Store.Feed
	keyExpired     = []byte("expired") // the day by which was erased last, see Store.Expire
	keyWhole       = []byte("whole")   // when it was made of an older one or of a damaged one, see Store.Knows
)

// allBuckets are those without which a file is damaged.
var allBuckets = [][]byte{
	bucketMeta, bucketVisits, bucketKeys, bucketPhotos, bucketPhotoKeys, bucketPast, bucketAudit,
	bucketJobs, bucketClients, bucketCursors,
}

// laterBuckets are those that files of before lack until Open gives them.
var laterBuckets = [][]byte{bucketUndelivered, bucketOperators, bucketMachines}

// lostLater returns a later bucket that is missing in a file that is not of before it,
// because it has one that came no earlier; nil: none. To give it an empty one would
// take operators and locks away and tell nobody.
func lostLater(tx *bolt.Tx) []byte {
	lacks := func(name []byte) bool { return tx.Bucket(name) == nil }
	switch {
	case lacks(bucketOperators) && !lacks(bucketMachines):
		return bucketOperators
	case lacks(bucketMachines) && !lacks(bucketOperators):
		return bucketMachines
	case lacks(bucketUndelivered) && !lacks(bucketOperators):
		return bucketUndelivered
	}
	return nil
}

const seqSize = 8

// makeBuckets fills a new file.
func makeBuckets(tx *bolt.Tx, r *keyring) error {
	for _, name := range slices.Concat(allBuckets, laterBuckets) {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	format := strconv.AppendInt(nil, formatVersion, 10)
	return errors.Join(
		meta.Put(keyFormat, format), meta.Put(keyFormatCheck, formatCheck(format)),
		meta.Put(keyKEKCheck, r.check), meta.Put(keyFeed, newFeed()), r.putHead(tx, auditHead{}),
	)
}

// formatCheck is stored beside the number of the format, by this and every later
// program.
func formatCheck(format []byte) []byte {
	return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(append([]byte("format "), format...)))
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// letter is the state in one byte, for counting without opening records.
func letter(s visit.State) byte {
	if s == visit.StateDropped {
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
	r, err := s.ring.openVisit(tx, id, value)
	if err != nil {
		return Record{}, &DecodeError{Bucket: string(bucketVisits), Key: string(id), Err: err}
	}
	return r, nil
}

// openVisit opens and decodes what is stored for a visit and holds it against its
// line.
func (r *keyring) openVisit(tx *bolt.Tx, id visit.ID, stored []byte) (Record, error) {
	data, err := r.open(tx, string(bucketVisits), string(id), stored)
	if err != nil {
		return Record{}, err
	}
	l, err := lineOf(stored)
	if err != nil {
		return Record{}, err
	}
	rec, err := decode(data)
	if err != nil {
		return Record{}, err
	}
	if rec.Visit.ID != id {
		return Record{}, errors.New("it belongs to another visit")
	}
	rec.seq, rec.feed = l.seq, l.feed
	if r.line(rec) != l {
		return Record{}, errLine
	}
	return rec, nil
}

// store writes a record. The index follows when the transaction is on the disk.
func (s *Store) store(tx *bolt.Tx, r Record) error {
	data, err := encode(r)
	if err != nil {
		return fmt.Errorf("encode visit %s: %w", r.Visit.ID, err)
	}
	return s.storeEncoded(tx, r, data)
}

func (s *Store) storeEncoded(tx *bolt.Tx, r Record, data []byte) error {
	u, ok := packID(r.Visit.ID)
	if !ok {
		return visit.ErrID
	}
	l, id := s.ring.line(r), string(r.Visit.ID)
	sealed, err := s.ring.sealVisit(tx, monthOf(r.SavedAt), id, l, data)
	if err != nil {
		return fmt.Errorf("seal visit %s: %w", id, err)
	}
	tx.OnCommit(func() { s.index.put(u, l) })
	return tx.Bucket(bucketVisits).Put([]byte(id), sealed)
}

// remove deletes a record.
func (s *Store) remove(tx *bolt.Tx, r Record) error {
	if u, ok := packID(r.Visit.ID); ok {
		tx.OnCommit(func() { s.index.remove(u) })
	}
	return tx.Bucket(bucketVisits).Delete([]byte(r.Visit.ID))
}
