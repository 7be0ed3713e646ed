package virtualcard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Layout is one of the two ways in which cards arrange their memory.
type Layout string

// The layouts, as the first four bytes of the card name them.
const (
	LayoutPresent Layout = "0003" // all current cards
	LayoutOld     Layout = "0002" // data in block 1, address in block 0
)

// Places in the memory (docs/thai-id-card.md, section 1.3). They are written down
// here a second time on purpose: a slip in the reader must not be mirrored by the
// card that tests it.
const (
	memorySize    = 0x1727
	atPID         = 0x0004
	atName        = 0x0011
	atEnglish     = 0x0075
	atBirth       = 0x00D9
	atSex         = 0x00E1
	atRequest     = 0x00E2
	atIssuer      = 0x00F6
	atOfficerPID  = 0x015A
	atIssued      = 0x0167
	atExpires     = 0x016F
	atCardType    = 0x0177
	atPhotoLength = 0x0179
	atPhoto       = 0x017B
	atAddress     = 0x1579
	atPhotoNumber = 0x1619
	atSignature   = 0x1627

	// PhotoRoom is the most bytes a photo can have.
	PhotoRoom = 5118

	nameSize       = 100
	addressSize    = 160
	atAddressOld   = 0x0004
	addressSizeOld = 150
	blockZeroSize  = 0x0004 + addressSizeOld // of the old layout
)

// memory is what the two READ instructions see.
type memory struct {
	block0 []byte // INS B0
	block1 []byte // INS B1; nil on cards of the present layout
}

// image writes the memory of a card for the person. It fails when something does
// not fit or cannot be written in TIS-620.
func (p Person) image(layout Layout) (memory, error) {
	data := bytes.Repeat([]byte{' '}, memorySize)
	clear(data[atSignature:])
	w := writer{to: data}
	w.text(0, 4, string(layout))
	w.text(atPID, 13, p.PID.Digits())
	w.text(atName, nameSize, strings.Join([]string{p.Name.Prefix, p.Name.First, p.Name.Middle, p.Name.Last}, "#"))
	w.text(atEnglish, nameSize, strings.Join([]string{p.English.Prefix, p.English.First, p.English.Middle, p.English.Last}, "#"))
	w.text(atBirth, 8, p.Birth)
	w.text(atSex, 1, string(p.Sex))
	w.text(atRequest, 20, "0000-00-00000000/0000")
	w.text(atIssuer, nameSize, p.Issuer)
	w.text(atOfficerPID, 13, pidOf("900000000012").Digits())
	w.text(atIssued, 8, p.Issued)
	w.text(atExpires, 8, p.Expires)
	w.text(atCardType, 2, "01")
	w.text(atPhotoNumber, 14, "00000000000000")
	w.photo(p.Photo)
	a := p.Address
	address := strings.Join([]string{a.House, a.Moo, a.Trok, a.Soi, a.Road, a.Tambon, a.Amphoe, a.Changwat}, "#")
	if layout != LayoutOld {
		w.text(atAddress, addressSize, address)
		return memory{block0: data}, w.err
	}
	old := writer{to: bytes.Repeat([]byte{' '}, blockZeroSize), err: w.err}
	old.text(0, 4, string(layout))
	old.text(atAddressOld, addressSizeOld, address)
	return memory{block0: old.to, block1: data}, old.err
}

// writer fills the fields of a memory and keeps the first error.
type writer struct {
	to  []byte
	err error
}

// text writes a field. Texts longer than the field are an error, except that the
// request number is cut, as it is on cards.
func (w *writer) text(at, size int, s string) {
	encoded, err := charmap.Windows874.NewEncoder().Bytes([]byte(s))
	switch {
	case w.err != nil:
	case err != nil:
		w.err = fmt.Errorf("field at %04X: %w", at, err)
	case len(encoded) > size && at != atRequest:
		w.err = fmt.Errorf("field at %04X: %d bytes of %d", at, len(encoded), size)
	default:
		copy(w.to[at:at+size], encoded)
	}
}

// photo writes the picture and its length.
func (w *writer) photo(jpeg []byte) {
	if w.err == nil && len(jpeg) > PhotoRoom {
		w.err = fmt.Errorf("photo: %d bytes of %d", len(jpeg), PhotoRoom)
	}
	if w.err != nil {
		return
	}
	binary.BigEndian.PutUint16(w.to[atPhotoLength:], uint16(len(jpeg)))
	copy(w.to[atPhoto:], jpeg)
}
