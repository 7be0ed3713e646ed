package cardreader

import "bytes"

// scrubber replaces what a card says about a person, byte for byte, so that a
// transcript shows how a card answers and not whose it is. It follows the commands
// to know which field each byte belongs to. What it does not know it blanks.
type scrubber struct {
	citizen bool // the citizen applet is selected
	reading bool // the answer is memory
	ins     byte
	off     int // of the next byte of memory
	old     bool
	photo   photoScrubber
}

// Status words begin with 61 to 6F or 90 to 9F (ISO 7816-4). What does not is
// data that was cut off.
func looksLikeStatus(sw1 byte) bool { return sw1 > 0x60 && sw1 <= 0x6F || sw1>>4 == 9 }

// maxCommandShown is the longest command that is written as it is: SELECT with
// the longest name, 16 bytes, and Le.
const maxCommandShown = 22

// command takes note of a command and returns what may be written of it.
func (s *scrubber) command(cmd []byte) []byte {
	if len(cmd) >= 2 && cmd[1] == insResponse {
		return shown(cmd, 5)
	}
	s.reading = false
	switch {
	case len(cmd) < 5:
		return shown(cmd, len(cmd))
	case cmd[0] == 0x00 && cmd[1] == 0xA4:
		s.citizen = bytes.Equal(cmd, selectCommand(aidCitizen))
		return shown(cmd, maxCommandShown)
	case cmd[0] == 0x80 && (cmd[1] == insBlock0 || cmd[1] == insBlock1) && len(cmd) >= 7:
		s.reading = s.citizen
		s.ins, s.off = cmd[1], int(cmd[2])<<8|int(cmd[3])
		return shown(cmd, 8)
	default:
		return shown(cmd, 5)
	}
}

// shown returns the first bytes of a command, and zeros for the others.
func shown(cmd []byte, bytes int) []byte {
	out := make([]byte, len(cmd))
	copy(out, cmd[:min(bytes, len(cmd))])
	return out
}

// answer returns what may be written of an answer.
func (s *scrubber) answer(answer []byte) []byte {
	n := len(answer) - 2
	if n < 0 || !looksLikeStatus(answer[n]) {
		n = len(answer)
	}
	if n == 1 && looksLikeStatus(answer[0]) {
		n = 0 // half a status word
	}
	out := make([]byte, len(answer))
	copy(out[n:], answer[n:])
	if s.reading {
		s.memory(out[:n], answer[:n])
	}
	return out
}

// memory fills in what may be shown of a stretch of memory. out is all zeros.
func (s *scrubber) memory(out, data []byte) {
	base := s.off
	s.off += len(data)
	if s.ins == insBlock0 && base == 0 && len(data) >= fieldVersion.size {
		s.old = string(data[:fieldVersion.size]) == versionOld
	}
	fields := scrubbed
	if s.old && s.ins == insBlock0 {
		fields = scrubbedOld
	}
	for _, f := range fields {
		part := cut(data, base, f.area)
		if len(part) == 0 {
			continue
		}
		at := max(base, f.off)
		copy(out[at-base:], f.form(part, len(part) == f.size))
	}
	if s.old && s.ins == insBlock0 {
		return
	}
	if part := cut(data, base, area{photoOffset, photoRoom}); len(part) > 0 {
		at := max(base, photoOffset)
		copy(out[at-base:], s.photo.scrub(at-photoOffset, part))
	}
}
