package sink

// State is how the made-up printer behaves. The zero value is a good printer.
type State struct {
	PaperOut    bool
	NearEnd     bool
	CoverOpen   bool
	CutterError bool
	Offline     bool // without a reason
	Mute        bool // it prints, but never answers
	Garbage     bool // it answers nonsense
	Stall       bool // it takes no more bytes
	// Strange is what it says in place of every answer; Tail stands behind each, and
	// Greeting is said to whoever connects.
	Strange, Tail, Greeting string
	// InOrder makes it answer DLE EOT when it comes to it, as many clones do; as
	// part of a picture the question is then nothing but dots.
	InOrder bool
	// NoFence makes it pass over GS r.
	NoFence bool
	// BytesPerSecond is how fast it takes bytes; 0 is as fast as they come.
	BytesPerSecond int
	// ResetAfter breaks the connection when so many more bytes came; 0 never.
	ResetAfter int
	// PaperRows is how many more rows the roll has; 0 is an endless one. When they
	// are used up, the paper is out.
	PaperRows int
}

// stopped reports whether it prints nothing now.
func (s State) stopped() bool { return s.PaperOut || s.CoverOpen || s.CutterError || s.Offline }

// realTime returns the answer to DLE EOT n.
func (s State) realTime(n byte) byte {
	const fixed = 0x12
	b := byte(fixed)
	set := func(when bool, bits byte) {
		if when {
			b |= bits
		}
	}
	switch n {
	case 1:
		set(true, 0x04) // no drawer is connected
		set(s.stopped(), 0x08)
	case 2:
		set(s.CoverOpen, 0x04)
		set(s.PaperOut, 0x20)
		set(s.CutterError, 0x40)
	case 3:
		set(s.CutterError, 0x08)
	case 4:
		set(s.NearEnd || s.PaperOut, 0x0C)
		set(s.PaperOut, 0x60)
	}
	return b
}

// automatic returns the four bytes of automatic status.
func (s State) automatic() []byte {
	b := []byte{0x10 | 0x04, 0, 0, 0}
	if s.stopped() {
		b[0] |= 0x08
	}
	if s.CoverOpen {
		b[0] |= 0x20
	}
	if s.CutterError {
		b[1] |= 0x08
	}
	b[2] = s.sensor()
	return b
}

// sensor returns the answer to GS r 1.
func (s State) sensor() (b byte) {
	if s.NearEnd || s.PaperOut {
		b |= 0x03
	}
	if s.PaperOut {
		b |= 0x0C
	}
	return b
}
