package cardreader

// Commands and memory of the citizen applet, in the community reading of the
// card (docs/thai-id-card.md, sections 1.1 to 1.3). Offsets and lengths in bytes.

// aidCitizen names the applet of the Department of Provincial Administration.
var aidCitizen = []byte{0xA0, 0x00, 0x00, 0x00, 0x54, 0x48, 0x00, 0x01}

// insBlock0 reads the data of the present layout, and the address block of the
// old one. insBlock1 reads the data of the old layout at the same offsets.
const (
	insBlock0 = 0xB0
	insBlock1 = 0xB1
)

// The two layouts, as the first four bytes of the card name them.
const (
	versionOld     = "0002"
	versionPresent = "0003"
)

// area is a stretch of the card's memory.
type area struct{ off, size int }

// Areas that are read with one command each. Between identity and issue lie 20
// bytes that nobody needs, the number of the request for the card.
var (
	areaIdentity    = area{0x0000, 226} // version, PID, names, birth, sex
	areaFirst       = area{0x0000, 17}  // version and PID, for slow cards
	areaVersion     = area{0x0000, 4}
	areaIssue       = area{0x00F6, 133} // issuer, issue, expiry, type, length of the photo
	areaAddress     = area{0x1579, 128} // the address, unless it is a very long one
	areaAddressTail = area{0x15F9, 32}  // what is left of a very long one
	areaAddressOld  = area{0x0004, 150} // block 0 of the old layout
)

// Fields, as offsets from the beginning of the memory.
var (
	fieldVersion  = area{0x0000, 4}
	fieldPID      = area{0x0004, 13}
	fieldName     = area{0x0011, 100}
	fieldEnglish  = area{0x0075, 100}
	fieldBirth    = area{0x00D9, 8}
	fieldSex      = area{0x00E1, 1}
	fieldIssuer   = area{0x00F6, 100}
	fieldIssued   = area{0x0167, 8}
	fieldExpires  = area{0x016F, 8}
	fieldCardType = area{0x0177, 2}
	fieldPhotoLen = area{0x0179, 2}
)

// Photo: a JPEG of the length in fieldPhotoLen, then spaces.
const (
	photoOffset = 0x017B
	photoRoom   = 5118
	photoPiece  = 255 // the most that every known reader takes at once
)

// selectCommand is SELECT by name; no Le, because T=0 through PC/SC has none.
func selectCommand(aid []byte) []byte {
	return append([]byte{0x00, 0xA4, 0x04, 0x00, byte(len(aid))}, aid...)
}

// readCommand is the card's own READ: the offset in P1 and P2, and the length as
// two bytes of data, big endian.
func readCommand(ins byte, a area) []byte {
	return []byte{0x80, ins, byte(a.off >> 8), byte(a.off), 0x02, byte(a.size >> 8), byte(a.size)}
}

// after returns what is left of an area after its first bytes.
func after(a area, bytes int) area { return area{a.off + bytes, a.size - bytes} }

// cut returns the field out of data that was read from base on. What lies beyond
// the data is left out, so the result may be shorter than the field.
func cut(data []byte, base int, f area) []byte {
	from := min(max(f.off-base, 0), len(data))
	to := min(max(f.off+f.size-base, from), len(data))
	return data[from:to]
}

// hasTA1 reports whether the ATR carries TA1. Cards without it talk at 10,753 baud
// (at 4 MHz), a hundred times slower per byte than the reader's own overhead, so
// for them it pays to read less first. An unknown ATR counts as fast.
func hasTA1(atr []byte) bool { return len(atr) < 2 || atr[1]&0x10 != 0 }
