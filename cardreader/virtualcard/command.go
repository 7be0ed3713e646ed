package virtualcard

import (
	"bytes"
	"encoding/binary"
)

// Status words. 9000, 61xx, 6Cxx and 6A82 are what real cards were seen to
// answer; the others are habits of ISO 7816-4.
var (
	swOK            = []byte{0x90, 0x00}
	swNotFound      = []byte{0x6A, 0x82}
	swWrongP1P2     = []byte{0x6A, 0x86}
	swWrongLength   = []byte{0x67, 0x00}
	swNotAllowed    = []byte{0x69, 0x85}
	swWrongOffset   = []byte{0x6B, 0x00}
	swNoInstruction = []byte{0x6D, 0x00}
	swNoClass       = []byte{0x6E, 0x00}
)

var aidCitizen = []byte{0xA0, 0x00, 0x00, 0x00, 0x54, 0x48, 0x00, 0x01}

// fci is what SELECT has ready; readers need not fetch it.
var fci = []byte{0x6F, 0x08, 0x84, 0x06, 0xA0, 0x00, 0x00, 0x00, 0x54, 0x48}

// answer does one command. hang says that there will be no answer.
func (c *Card) answer(command []byte) (answer []byte, hang bool) {
	if c.kind == kindMute || len(command) < 4 {
		return swWrongLength, false
	}
	switch cla, ins := command[0], command[1]; {
	case cla == 0x00 && ins == 0xC0:
		return c.getResponse(command), false
	case cla == 0x00 && ins == 0xA4:
		return c.selectApplet(command), false
	case cla == 0x80 && (ins == 0xB0 || ins == 0xB1):
		switch c.kind {
		case kindHanging:
			return nil, true
		case kindDamaged:
			return []byte{0x61}, false
		}
		return c.readMemory(command), false
	case cla != 0x00 && cla != 0x80:
		return swNoClass, false
	default:
		return swNoInstruction, false
	}
}

func (c *Card) selectApplet(command []byte) []byte {
	c.selected, c.pending = false, nil
	if len(command) < 6 || len(command) < 5+int(command[4]) {
		return swWrongLength
	}
	if c.kind == kindNotThai || !bytes.Equal(command[5:5+int(command[4])], aidCitizen) {
		return swNotFound
	}
	c.selected = true
	return c.ready(fci)
}

// readMemory does the card's own READ, of which the last two bytes are a length.
// A Le after them is borne.
func (c *Card) readMemory(command []byte) []byte {
	c.pending = nil
	if !c.selected {
		return swNotAllowed
	}
	if len(command) < 7 || command[4] != 2 {
		return swWrongLength
	}
	block := c.memory.block0
	if command[1] == 0xB1 {
		block = c.memory.block1
	}
	from := int(binary.BigEndian.Uint16(command[2:]))
	size := int(binary.BigEndian.Uint16(command[5:]))
	if c.profile.MostRead > 0 && size > c.profile.MostRead {
		return swWrongLength
	}
	if c.profile.MostData > 0 {
		size = min(size, c.profile.MostData)
	}
	if size == 0 || from >= len(block) {
		return swWrongOffset
	}
	return c.ready(block[from:min(from+size, len(block))])
}

// ready keeps data for GET RESPONSE and says how much there is; 61 00 means 256
// bytes or more. A reader that fetches by itself hands everything out at once.
func (c *Card) ready(data []byte) []byte {
	if c.profile.Direct {
		return append(bytes.Clone(data), swOK...)
	}
	c.pending = data
	return []byte{0x61, byte(min(len(data), 256))}
}

// getResponse hands out what is ready. More than is there is answered with 6Cxx,
// less with the rest still to come.
func (c *Card) getResponse(command []byte) []byte {
	if command[2] != 0 || command[3] != c.responseP2() {
		return swWrongP1P2
	}
	if len(command) < 5 || len(c.pending) == 0 {
		return swNotAllowed
	}
	want := int(command[4])
	if want == 0 {
		want = 256
	}
	if want > len(c.pending) {
		return []byte{0x6C, byte(len(c.pending))}
	}
	data := bytes.Clone(c.pending[:want])
	c.pending = c.pending[want:]
	if len(c.pending) > 0 {
		return append(data, 0x61, byte(min(len(c.pending), 256)))
	}
	return append(data, swOK...)
}

// responseP2 is what cards with an ATR of 3B 67 want to be different.
func (c *Card) responseP2() byte {
	if bytes.HasPrefix(c.atr, []byte{0x3B, 0x67}) {
		return 1
	}
	return 0
}
