package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Layout of a TrueType file, OpenType specification 1.9, "Organization of an
// OpenType font" and the chapters of the tables named.
const (
	headerSize     = 12
	recordSize     = 16
	checksumMagic  = 0xB1B0AFBA // head.checksumAdjustment = magic - sum of the file
	headAdjustment = 8          // offset of checksumAdjustment in head
	headUnitsPerEm = 18
	maxTables      = 64 // a font has 10 to 30 tables
)

var big = binary.BigEndian

type table struct {
	tag  string
	data []byte
}

// sfnt is a font file taken apart into its tables, in the order of the file.
type sfnt struct {
	version uint32
	tables  []table
}

var errShort = errors.New("the file ends too early")

// parse takes a TrueType file apart. It drops the table DSIG, a signature that
// no longer holds once a table is changed.
func parse(data []byte) (*sfnt, error) {
	if len(data) < headerSize {
		return nil, errShort
	}
	n := int(big.Uint16(data[4:]))
	if n == 0 || n > maxTables || len(data) < headerSize+n*recordSize {
		return nil, fmt.Errorf("%d tables: %w", n, errShort)
	}
	f := &sfnt{version: big.Uint32(data)}
	for i := range n {
		rec := data[headerSize+i*recordSize:]
		offset, length := uint64(big.Uint32(rec[8:])), uint64(big.Uint32(rec[12:]))
		if offset+length > uint64(len(data)) {
			return nil, fmt.Errorf("table %q: %w", rec[:4], errShort)
		}
		if tag := string(rec[:4]); tag != "DSIG" {
			f.tables = append(f.tables, table{tag, slices.Clone(data[offset : offset+length])})
		}
	}
	for _, want := range []struct {
		tag string
		min int
	}{{"head", 54}, {"hhea", 36}, {"OS/2", 78}, {"name", 6}} {
		if t := f.table(want.tag); t == nil || len(t.data) < want.min {
			return nil, fmt.Errorf("table %q is missing or short", want.tag)
		}
	}
	return f, nil
}

func (f *sfnt) table(tag string) *table {
	for i := range f.tables {
		if f.tables[i].tag == tag {
			return &f.tables[i]
		}
	}
	return nil
}

func (f *sfnt) unitsPerEm() int { return int(big.Uint16(f.table("head").data[headUnitsPerEm:])) }

// bytes puts the file together again with right checksums and offsets.
func (f *sfnt) bytes() []byte {
	head := f.table("head").data
	big.PutUint32(head[headAdjustment:], 0)
	slices.SortFunc(f.tables, func(a, b table) int { return slices.Compare([]byte(a.tag), []byte(b.tag)) })
	out := f.directory()
	headAt := 0
	for i, t := range f.tables {
		rec := out[headerSize+i*recordSize:]
		copy(rec, t.tag)
		big.PutUint32(rec[4:], checksum(t.data))
		big.PutUint32(rec[8:], uint32(len(out)))
		big.PutUint32(rec[12:], uint32(len(t.data)))
		if t.tag == "head" {
			headAt = len(out)
		}
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	big.PutUint32(out[headAt+headAdjustment:], checksumMagic-checksum(out))
	return out
}

// directory returns the header and empty table records.
func (f *sfnt) directory() []byte {
	n := len(f.tables)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := make([]byte, headerSize+n*recordSize)
	big.PutUint32(out, f.version)
	big.PutUint16(out[4:], uint16(n))
	big.PutUint16(out[6:], uint16(power*16))
	big.PutUint16(out[8:], uint16(log))
	big.PutUint16(out[10:], uint16((n-power)*16))
	return out
}

// checksum adds the data as big-endian words of 32 bits, padded with zeros.
func checksum(data []byte) uint32 {
	var sum uint32
	for len(data) >= 4 {
		sum += big.Uint32(data)
		data = data[4:]
	}
	var tail [4]byte
	copy(tail[:], data)
	return sum + big.Uint32(tail[:])
}
