package storage

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Event is something that the audit keeps for good. It has no place for personal
// data: its words are of a fixed form, and a person is named by a handle only.
type Event struct {
	Name   string    // what happened, such as "visit-saved"; small letters, digits and hyphens
	Role   string    // who did it: RolePatient, RoleStaff, RoleSystem, or another such word
	Result string    // what came of it, such as "ok"
	Visit  visit.ID  // of the visit, if any
	Handle string    // of a person (Store.Handle) or a key, if any
	At     time.Time // zero: now
}

// The roles that this package writes itself.
const (
	RolePatient = "patient"
	RoleStaff   = "staff"
	RoleSystem  = "system"
)

// ErrAuditEvent refuses an event that could carry more than it should.
var ErrAuditEvent = errors.New("an audit event has words of small letters, digits (four in a row at most) and hyphens")

// AuditError says where the chain of the audit is broken.
type AuditError struct {
	Seq    uint64 // of the first entry that is not what it was; 0: the head
	Reason string
}

// Error implements error.
func (e *AuditError) Error() string {
	return fmt.Sprintf("the audit is broken at entry %d: %s", e.Seq, e.Reason)
}

// auditEntry is an entry as it is written: these bytes, with the fields in this
// order, are what is hashed. Prev is the hash of the entry before.
type auditEntry struct {
	Seq    uint64    `json:"seq"`
	Time   time.Time `json:"time"`
	Event  string    `json:"event"`
	Role   string    `json:"role"`
	Result string    `json:"result"`
	Visit  visit.ID  `json:"visit,omitempty"`
	Handle string    `json:"handle,omitempty"`
	Prev   string    `json:"prev"`
}

// auditHead is the end of the chain. It is stored with a keyed sum, so that
// nobody without the key can make a chain end earlier or elsewhere.
type auditHead struct {
	seq  uint64
	hash [sha256.Size]byte
}

var (
	keyAuditHead = []byte("audit-head")
	auditWord    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	longNumber   = regexp.MustCompile(`[0-9]{5}`)
	handleForm   = regexp.MustCompile(`^[0-9a-f]{0,64}$`)
)

const (
	headSize   = seqSize + 2*sha256.Size
	handleSize = 8 // bytes of the HMAC; enough to find a person again, too few to be sure
)

// Handle names a person in the audit: always the same for the same PID, and
// nothing without the key of this data directory.
func (s *Store) Handle(pid visit.PID) string {
	return hex.EncodeToString(s.ring.person(pid)[:handleSize])
}

// Audit appends events, durable when it returns nil: all of them or none. It returns
// ErrAuditEvent for words of another form.
func (s *Store) Audit(events ...Event) error {
	return s.update(func(tx *bolt.Tx) error { return s.audit(tx, events...) })
}

// AuditOf returns what the audit has of a visit, the oldest first. It reads the entries
// from the newest back to the one with which the visit was saved, without the chain,
// which AuditVerify holds together.
func (s *Store) AuditOf(id visit.ID) (events []Event, err error) {
	named := []byte(`"visit":"` + string(id) + `"`)
	err = s.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketAudit).Cursor()
		for k, line := c.Last(); k != nil; k, line = c.Prev() {
			if !bytes.Contains(line, named) {
				continue
			}
			var e auditEntry
			if err := json.Unmarshal(line, &e); err != nil {
				return &DecodeError{Bucket: string(bucketAudit), Key: strconv.FormatUint(binary.BigEndian.Uint64(k), 10), Err: err}
			}
			events = append(events, Event{Name: e.Event, Role: e.Role, Result: e.Result, Visit: e.Visit, Handle: e.Handle, At: e.Time})
			if e.Event == "visit-saved" && e.Result != resultTakenBack {
				break
			}
		}
		return nil
	})
	slices.Reverse(events)
	return events, err
}

// AuditVerify checks every entry and the head. It returns the number of entries
// and, for a chain that was changed, cut, reordered or shortened, an
// *AuditError.
func (s *Store) AuditVerify() (entries uint64, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		entries, err = s.ring.verifyAudit(tx, nil)
		return err
	})
	return entries, err
}

// AuditExport writes the entries as JSON lines, in order, and verifies them on
// the way; an *AuditError comes after the entries before the break.
func (s *Store) AuditExport(w io.Writer) error {
	return s.view(func(tx *bolt.Tx) error {
		_, err := s.ring.verifyAudit(tx, func(line []byte) error {
			_, err := w.Write(append(bytes.Clone(line), '\n'))
			return err
		})
		return err
	})
}

// AuditMark returns the number of entries and eight characters of the last
// hash, for the printed report of the day: with it a later restore of an older
// file shows, too.
func (s *Store) AuditMark() (entries uint64, mark string, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		head, err := s.ring.head(tx)
		entries, mark = head.seq, hex.EncodeToString(head.hash[:4])
		return err
	})
	return entries, mark, err
}

func (e Event) check() error {
	for _, word := range []string{e.Name, e.Role, e.Result} {
		if !auditWord.MatchString(word) || longNumber.MatchString(word) {
			return ErrAuditEvent
		}
	}
	if !handleForm.MatchString(e.Handle) {
		return ErrAuditEvent
	}
	if e.Visit != "" {
		if _, err := visit.ParseID(string(e.Visit)); err != nil {
			return ErrAuditEvent
		}
	}
	return nil
}

// audit appends events in the transaction of what they tell.
func (s *Store) audit(tx *bolt.Tx, events ...Event) error {
	head, err := s.ring.head(tx)
	if err != nil {
		return err
	}
	b := tx.Bucket(bucketAudit)
	b.FillPercent = 1 // entries only ever come at the end
	for _, e := range events {
		if err := e.check(); err != nil {
			return err
		}
		if e.At.IsZero() {
			e.At = s.now()
		}
		head.seq++
		line, err := json.Marshal(auditEntry{
			Seq: head.seq, Time: e.At.UTC().Truncate(time.Millisecond), Event: e.Name, Role: e.Role, Result: e.Result,
			Visit: e.Visit, Handle: e.Handle, Prev: base64.RawStdEncoding.EncodeToString(head.hash[:]),
		})
		if err != nil {
			return err
		}
		head.hash = sha256.Sum256(line)
		if err := b.Put(seqKey(head.seq), line); err != nil {
			return err
		}
	}
	return s.ring.putHead(tx, head)
}

func (r *keyring) putHead(tx *bolt.Tx, h auditHead) error {
	value := append(seqKey(h.seq), h.hash[:]...)
	return tx.Bucket(bucketMeta).Put(keyAuditHead, append(value, r.headSum(value)...))
}

func (r *keyring) headSum(value []byte) []byte {
	m := hmac.New(sha256.New, r.audit)
	_, _ = m.Write(value)
	return m.Sum(nil)
}

func (r *keyring) head(tx *bolt.Tx) (h auditHead, err error) {
	value := tx.Bucket(bucketMeta).Get(keyAuditHead)
	if len(value) != headSize || !hmac.Equal(value[seqSize+sha256.Size:], r.headSum(value[:seqSize+sha256.Size])) {
		return h, &AuditError{0, "the head was changed"}
	}
	h.seq = binary.BigEndian.Uint64(value)
	copy(h.hash[:], value[seqSize:])
	return h, nil
}

// verifyAudit walks the chain and hands each line that is right to emit.
func (r *keyring) verifyAudit(tx *bolt.Tx, emit func([]byte) error) (uint64, error) {
	head, err := r.head(tx)
	if err != nil {
		return 0, err
	}
	var at auditHead
	c := tx.Bucket(bucketAudit).Cursor()
	for k, line := c.First(); k != nil; k, line = c.Next() {
		if reason := at.follow(k, line); reason != "" {
			return at.seq, &AuditError{at.seq + 1, reason}
		}
		if emit != nil {
			if err := emit(line); err != nil {
				return at.seq, fmt.Errorf("write the audit: %w", err)
			}
		}
	}
	if at != head {
		return at.seq, &AuditError{at.seq + 1, "the chain does not end at its head"}
	}
	return at.seq, nil
}

// follow moves to the next entry, or says why it is not the next.
func (h *auditHead) follow(key, line []byte) string {
	var e auditEntry
	if !bytes.Equal(key, seqKey(h.seq+1)) {
		return "an entry is missing or too many"
	}
	if json.Unmarshal(line, &e) != nil || e.Seq != h.seq+1 {
		return "the entry is not readable or stands at another's place"
	}
	if e.Prev != base64.RawStdEncoding.EncodeToString(h.hash[:]) {
		return "it does not follow the entry before it"
	}
	if again, err := json.Marshal(e); err != nil || !bytes.Equal(again, line) {
		return "it is not in its one form"
	}
	h.seq, h.hash = e.Seq, sha256.Sum256(line)
	return ""
}
