package escpos

import (
	"fmt"

	"authenkiosk/printer/device"
)

// State is what a printer said about itself.
type State struct {
	Offline     bool // it does not print, for one of the reasons below or another
	CoverOpen   bool
	PaperOut    bool
	PaperLow    bool
	Feeding     bool // somebody holds the feed button
	Cutter      bool // the knife is stuck
	Fatal       bool // an error that only switching off may cure
	Hot         bool // an error that passes, like a hot print head
	Unspecified bool // an error without a cause
}

// Condition returns the first thing that a person has to mend. The cover comes
// before the paper, because an open cover hides the paper from its sensor.
func (s State) Condition() device.Condition {
	switch {
	case s.CoverOpen:
		return device.CoverOpen
	case s.PaperOut:
		return device.PaperOut
	case s.Cutter || s.Fatal || s.Hot || s.Unspecified:
		return device.Error
	case s.Feeding:
		return device.Busy
	case s.Offline:
		return device.Offline
	case s.PaperLow:
		return device.PaperLow
	}
	return device.Ready
}

func (s State) or(t State) State {
	return State{
		s.Offline || t.Offline, s.CoverOpen || t.CoverOpen, s.PaperOut || t.PaperOut, s.PaperLow || t.PaperLow,
		s.Feeding || t.Feeding, s.Cutter || t.Cutter, s.Fatal || t.Fatal, s.Hot || t.Hot, s.Unspecified || t.Unspecified,
	}
}

// The questions of DLE EOT n.
const (
	askPrinter = 1
	askCause   = 2 // of being off line
	askError   = 3 // cause of an error
	askPaper   = 4
)

// Bits of the answers, by Epson's reference; the manuals of Bixolon and HPRT
// agree for 1, 2 and 4.
const (
	bitOffline  = 0x08 // of 1
	bitCover    = 0x04 // of 2
	bitFeeding  = 0x08
	bitPaperEnd = 0x20
	bitError    = 0x40
	bitCutter   = 0x08 // of 3
	bitFatal    = 0x20
	bitHot      = 0x40
	bitsLow     = 0x0C // of 4
	bitsEnd     = 0x60
)

// Fixed bits tell the three sorts of answers from each other and from noise.
const (
	fixedMask    = 0x93
	fixedAnswer  = 0x12 // DLE EOT
	fixedAuto    = 0x10 // the first of four bytes of automatic status (GS a)
	fixedRest    = 0x90 // must be clear in the other three, and in the answer to GS r
	autoBytes    = 4
	xon          = 0x11
	xoff         = 0x13
	fenceLow     = 0x03 // GS r 1: both bits or none
	fenceEnd     = 0x0C
	fenceUnknown = 0x60 // reserved
)

// ParseAnswer reads the answer to DLE EOT n (1 to 4). A byte without the fixed
// bits of an answer is an error.
func ParseAnswer(n, answer byte) (State, error) {
	if answer&fixedMask != fixedAnswer {
		return State{}, fmt.Errorf("answer %#02x to DLE EOT %d lacks the fixed bits", answer, n)
	}
	has := func(bits byte) bool { return answer&bits != 0 }
	switch n {
	case askPrinter:
		return State{Offline: has(bitOffline)}, nil
	case askCause:
		return State{CoverOpen: has(bitCover), Feeding: has(bitFeeding), PaperOut: has(bitPaperEnd), Unspecified: has(bitError)}, nil
	case askError:
		return State{Cutter: has(bitCutter), Fatal: has(bitFatal), Hot: has(bitHot)}, nil
	case askPaper:
		return State{PaperLow: has(bitsLow), PaperOut: has(bitsEnd)}, nil
	}
	return State{}, fmt.Errorf("DLE EOT %d is no question about the state", n)
}

// ParseAuto reads the four bytes of automatic status, which printers may send
// unasked when a switch says so.
func ParseAuto(b [autoBytes]byte) (State, error) {
	if b[0]&fixedMask != fixedAuto || b[1]&fixedRest != 0 || b[2]&fixedRest != 0 || b[3]&fixedRest != 0 {
		return State{}, fmt.Errorf("automatic status %x lacks the fixed bits", b)
	}
	return State{
		Offline: b[0]&0x08 != 0, CoverOpen: b[0]&0x20 != 0, Feeding: b[0]&0x40 != 0,
		Cutter: b[1]&0x08 != 0, Fatal: b[1]&0x20 != 0, Hot: b[1]&0x40 != 0,
		PaperLow: b[2]&0x03 != 0, PaperOut: b[2]&0x0C != 0,
	}, nil
}

// sort is what a byte from the printer belongs to.
type sort uint8

const (
	noise   sort = iota
	partly       // inside of an automatic status, or the end of a line
	answer       // to DLE EOT
	fenced       // to GS r 1
	auto         // a whole automatic status
	hold         // XOFF
	proceed      // XON
)

// message is one thing that a printer said.
type message struct {
	sort  sort
	value byte            // of answer and fenced
	auto  [autoBytes]byte // of auto
}

// parser makes messages of the bytes from a printer.
type parser struct {
	block [autoBytes]byte
	n     int // bytes of an automatic status so far
}

func (p *parser) feed(b byte) message {
	if p.n > 0 {
		if b&fixedRest == 0 {
			p.block[p.n] = b
			if p.n++; p.n == autoBytes {
				p.n = 0
				return message{sort: auto, auto: p.block}
			}
			return message{sort: partly}
		}
		if b&fixedMask == fixedAnswer {
			return message{sort: answer, value: b} // real time: may come in between
		}
		p.n = 0 // the block was none
	}
	switch {
	case b&fixedMask == fixedAnswer:
		return message{sort: answer, value: b}
	case b&fixedMask == fixedAuto:
		p.block[0], p.n = b, 1
		return message{sort: partly}
	case b == xoff:
		return message{sort: hold}
	case b == xon:
		return message{sort: proceed}
	case isFence(b):
		return message{sort: fenced, value: b}
	case b == '\r' || b == '\n':
		return message{sort: partly} // some printers end their answers like lines
	}
	return message{sort: noise}
}

// isFence knows the answer to GS r 1: two bits for paper that is low, two for its
// end, each pair equal.
func isFence(b byte) bool {
	low, end := b&fenceLow, b&fenceEnd
	return b&^(fenceLow|fenceEnd|fenceUnknown) == 0 && (low == 0 || low == fenceLow) && (end == 0 || end == fenceEnd)
}
