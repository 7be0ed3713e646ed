package storage

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"

	"authenkiosk/visit"
)

// line is what is known of a record without opening it: it stands in front of
// the sealed part, where it is associated data, so that it can be read but not
// changed. Every index is made of lines when the store is opened; there is no
// second copy of them on the disk that could disagree, and a save touches no page
// but those of its record and its audit entry.
type line struct {
	state  byte
	seq    uint64 // order of saving
	feed   uint64 // of the newest change that the feed tells; 0: none
	date   day    // of the service
	person personKey
	code   codeKey // zero: there is no code
}

type (
	// personKey and codeKey are HMACs that are cut off: long enough that two of a
	// hospital's persons never meet.
	personKey [16]byte
	codeKey   [8]byte
	// day is a date as the number yyyymmdd.
	day uint32
)

const lineSize = 1 + 2*seqSize + 4 + len(personKey{}) + len(codeKey{})

// stateLetters are the letters of all states, as letter gives them.
const stateLetters = "pidrsx"

func (l line) bytes() []byte {
	b := make([]byte, 0, lineSize)
	b = append(b, l.state)
	b = binary.BigEndian.AppendUint64(b, l.seq)
	b = binary.BigEndian.AppendUint64(b, l.feed)
	b = binary.BigEndian.AppendUint32(b, uint32(l.date))
	b = append(b, l.person[:]...)
	return append(b, l.code[:]...)
}

var errLine = errors.New("the open part of a record makes no sense")

// lineOf reads the open part of what is stored for a record.
func lineOf(stored []byte) (l line, err error) {
	if len(stored) < headerSize+lineSize || stored[0] != sealVersionLine {
		return l, errLine
	}
	b := stored[headerSize:]
	l.state = b[0]
	l.seq, l.feed = binary.BigEndian.Uint64(b[1:]), binary.BigEndian.Uint64(b[9:])
	l.date = day(binary.BigEndian.Uint32(b[17:]))
	copy(l.person[:], b[21:])
	copy(l.code[:], b[37:])
	if strings.IndexByte(stateLetters, l.state) < 0 || l.seq == 0 {
		return l, errLine
	}
	return l, nil
}

// line makes the open part of a record.
func (r *keyring) line(rec Record) line {
	return line{
		letter(rec.State), rec.seq, rec.feed, dayOf(rec.Visit.ServiceDate),
		r.personKey(rec.Visit.PID), r.codeKey(rec.Code),
	}
}

func (l line) unsettled() bool {
	return l.state == letter(visit.StatePending) || l.state == letter(visit.StateInflight)
}
func (l line) staff() bool   { return l.state == letter(visit.StateStaff) }
func (l line) refused() bool { return l.state == letter(visit.StateRefused) }

func dayOf(d visit.Date) day { return day(d.Year*10000 + int(d.Month)*100 + d.Day) }

func (r *keyring) personKey(pid visit.PID) (k personKey) {
	copy(k[:], r.person(pid))
	return k
}

// codeKey names a code. The key of the index is that of persons; what is summed
// has another form.
func (r *keyring) codeKey(code visit.AuthenCode) (k codeKey) {
	if code == "" {
		return k
	}
	m := hmac.New(sha256.New, r.index)
	_, _ = m.Write([]byte("code " + string(code)))
	copy(k[:], m.Sum(nil))
	return k
}

// clientHandle names a client in the audit.
func (r *keyring) clientHandle(name string) string { return r.nameHandle("client " + name) }

// nameHandle names what is no person's number; the word before the name says what it is.
func (r *keyring) nameHandle(name string) string {
	m := hmac.New(sha256.New, r.index)
	_, _ = m.Write([]byte(name))
	return hex.EncodeToString(m.Sum(nil)[:handleSize])
}

// uuid is a visit id in 16 bytes: without a pointer, so that the indexes of a
// hundred thousand visits are no work for the garbage collector.
type uuid [16]byte

// packID is exact: a visit id has one form only.
func packID(id visit.ID) (u uuid, ok bool) {
	if _, err := visit.ParseID(string(id)); err != nil {
		return u, false
	}
	_, err := hex.Decode(u[:], []byte(strings.ReplaceAll(string(id), "-", "")))
	return u, err == nil
}

func (u uuid) id() visit.ID {
	b := make([]byte, 0, 36)
	for i, part := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return visit.ID(b)
}
