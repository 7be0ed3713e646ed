package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Offsets of the vertical metrics in their tables.
const (
	hheaAscender  = 4
	hheaDescender = 6
	hheaLineGap   = 8
	os2TypoAsc    = 68
	os2TypoDesc   = 70
	os2TypoGap    = 72
	os2WinAsc     = 74
	os2WinDesc    = 76
)

// marginPerMille is added above and below the measured ink: a program that
// rounds the line height down to whole pixels loses up to one pixel, which is
// 10/1000 em at 100 px and hidden by anti-aliasing below that.
const marginPerMille = 10

// widen sets all three pairs of vertical metrics to hold the needed ink. It
// never makes a line lower than the font had it, and sets no line gap.
func (f *sfnt) widen(need extent) error {
	hhea, os2 := f.table("hhea").data, f.table("OS/2").data
	margin := f.unitsPerEm() * marginPerMille / 1000
	up := max(need.high+margin, int(int16(big.Uint16(hhea[hheaAscender:]))))
	down := max(margin-need.low, -int(int16(big.Uint16(hhea[hheaDescender:]))))
	if up > 2*f.unitsPerEm() || down > 2*f.unitsPerEm() {
		return fmt.Errorf("line of %d above and %d below the baseline makes no sense", up, down)
	}
	put := func(t []byte, at, value int) { big.PutUint16(t[at:], uint16(int16(value))) }
	put(hhea, hheaAscender, up)
	put(hhea, hheaDescender, -down)
	put(hhea, hheaLineGap, 0)
	put(os2, os2TypoAsc, up)
	put(os2, os2TypoDesc, -down)
	put(os2, os2TypoGap, 0)
	put(os2, os2WinAsc, up)
	put(os2, os2WinDesc, down)
	return nil
}

// Name ids of the table name (OpenType specification, "name").
const (
	nameCopyright = 0
	nameSubfamily = 2
	nameLicence   = 13
	nameLicenceAt = 14

	platformUnicode = 0
	platformWindows = 3
	nameRecordSize  = 12
	nameHeaderSize  = 6
)

type nameRecord struct {
	ids  [8]byte // platform, encoding, language, name: two bytes each
	text []byte
}

func (r nameRecord) platform() uint16 { return big.Uint16(r.ids[0:]) }
func (r nameRecord) name() uint16     { return big.Uint16(r.ids[6:]) }

// rename replaces the family name in every record except copyright and licence,
// which must stay, and returns the style, for example "Regular".
func (f *sfnt) rename(original, family string) (string, error) {
	t := f.table("name")
	records, err := readNames(t.data)
	if err != nil {
		return "", err
	}
	style, replaced := "Regular", 0
	pack := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	swap := strings.NewReplacer(original, family, pack(original), pack(family))
	for i, r := range records {
		wide := r.platform() == platformUnicode || r.platform() == platformWindows
		if n := r.name(); n == nameCopyright || n == nameLicence || n == nameLicenceAt {
			continue
		}
		before := decode(r.text, wide)
		if r.name() == nameSubfamily {
			style = before
		}
		if after := swap.Replace(before); after != before {
			records[i].text = encode(after, wide)
			replaced++
		}
	}
	if replaced == 0 {
		return "", fmt.Errorf("the name %q does not occur", original)
	}
	t.data = writeNames(records)
	return style, nil
}

func readNames(data []byte) ([]nameRecord, error) {
	count, storage := int(big.Uint16(data[2:])), int(big.Uint16(data[4:]))
	if big.Uint16(data) != 0 || len(data) < nameHeaderSize+count*nameRecordSize {
		return nil, fmt.Errorf("table name: %w", errShort)
	}
	records := make([]nameRecord, count)
	for i := range records {
		rec := data[nameHeaderSize+i*nameRecordSize:]
		copy(records[i].ids[:], rec)
		length, offset := int(big.Uint16(rec[8:])), storage+int(big.Uint16(rec[10:]))
		if offset+length > len(data) {
			return nil, fmt.Errorf("table name: %w", errShort)
		}
		records[i].text = slices.Clone(data[offset : offset+length])
	}
	return records, nil
}

func writeNames(records []nameRecord) []byte {
	out := make([]byte, nameHeaderSize+len(records)*nameRecordSize)
	storage := len(out)
	big.PutUint16(out[2:], uint16(len(records)))
	big.PutUint16(out[4:], uint16(storage))
	for i, r := range records {
		rec := out[nameHeaderSize+i*nameRecordSize:]
		copy(rec, r.ids[:])
		big.PutUint16(rec[8:], uint16(len(r.text)))
		big.PutUint16(rec[10:], uint16(len(out)-storage))
		out = append(out, r.text...)
	}
	return out
}

func decode(b []byte, wide bool) string {
	if !wide {
		return string(b)
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = big.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

func encode(s string, wide bool) []byte {
	if !wide {
		return []byte(s)
	}
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = big.AppendUint16(out, u)
	}
	return out
}

// fileName returns for example AuthenKioskLooped-Regular.ttf.
func fileName(family, style string) string {
	return strings.ReplaceAll(family, " ", "") + "-" + strings.ReplaceAll(style, " ", "") + ".ttf"
}
