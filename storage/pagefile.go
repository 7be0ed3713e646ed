package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// pageFile reads the pages of a bbolt file without bbolt, whose code panics or
// never ends on some damaged files. Every number in the file is checked before
// it is used; nothing is mapped into memory. The layout is that of bbolt 1.3 and
// 1.4 (internal/common/page.go, meta.go) on little-endian machines.
type pageFile struct {
	r        io.ReaderAt
	size     int64
	pageSize int64
	metas    int    // valid meta pages, 0 to 2
	root     uint64 // of the newest valid meta page
	freelist uint64
	limit    uint64 // the first page that is not in use
	txid     uint64
	seen     map[uint64]bool // pages in use
	bad      int             // pages and elements that make no sense
	why      string          // of the first bad one
	unread   error           // of the disk, when a meta page could not be read
}

const (
	pageHeader   = 16
	metaSize     = 64
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10
	flagBucket   = 0x01 // of a leaf element
	elementSize  = 16
	bucketHeader = 16
	maxPages     = 1 << 20 // one element's overflow; 4 GiB
	maxDepth     = 64
	noFreelist   = ^uint64(0)
)

var little = binary.LittleEndian

// openPages reads the meta pages. A file without a valid one has metas == 0.
func openPages(f *os.File) (*pageFile, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	p := &pageFile{r: f, size: info.Size(), seen: map[uint64]bool{}}
	p.readMetas()
	if p.metas == 0 {
		p.note("no meta page is valid")
		p.pageSize = int64(os.Getpagesize())
		p.limit = uint64(p.size / p.pageSize)
	}
	return p, nil
}

// readMetas looks for the second meta page where the first says that it is, or
// else at each usual page size.
func (p *pageFile) readMetas() {
	first := p.meta(0)
	sizes := []int64{1 << 12, 1 << 14, 1 << 16, 1 << 13, 1 << 15, 1 << 10, 1 << 11}
	if first {
		sizes = []int64{p.pageSize}
	}
	for _, size := range sizes {
		if p.meta(size) {
			return
		}
	}
}

// meta takes the meta page at that offset over when it is valid and newer.
func (p *pageFile) meta(at int64) bool {
	b := make([]byte, pageHeader+metaSize)
	if _, err := p.r.ReadAt(b, at); err != nil {
		if !errors.Is(err, io.EOF) {
			p.unread = err
		}
		return false
	}
	b = b[pageHeader:]
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8])
	size := int64(little.Uint32(b[8:]))
	if little.Uint32(b) != metaMagic || little.Uint32(b[4:]) != metaVersion || little.Uint64(b[56:]) != sum.Sum64() {
		return false
	}
	if size < 512 || size > 1<<16 || size&(size-1) != 0 || at != 0 && at != size {
		return false
	}
	p.metas++
	if txid := little.Uint64(b[48:]); p.metas == 1 || txid > p.txid {
		p.pageSize, p.root, p.freelist, p.limit, p.txid = size, little.Uint64(b[16:]), little.Uint64(b[32:]), little.Uint64(b[40:]), txid
	}
	return true
}

func (p *pageFile) note(format string, args ...any) {
	p.bad++
	if p.why == "" {
		p.why = fmt.Sprintf(format, args...)
	}
}

var errPage = errors.New("the page makes no sense")

// page reads a page with what overflows from it.
func (p *pageFile) page(id uint64) ([]byte, error) {
	if id < 2 || id >= p.limit || int64(id) >= p.size/p.pageSize {
		return nil, errPage
	}
	head := make([]byte, pageHeader)
	if _, err := p.r.ReadAt(head, int64(id)*p.pageSize); err != nil {
		return nil, err
	}
	more := uint64(little.Uint32(head[12:]))
	if little.Uint64(head) != id || more > maxPages || id+more >= p.limit {
		return nil, errPage
	}
	end := (int64(id) + int64(more) + 1) * p.pageSize
	if end > p.size {
		return nil, errPage
	}
	b := make([]byte, end-int64(id)*p.pageSize)
	_, err := p.r.ReadAt(b, int64(id)*p.pageSize)
	return b, err
}

// claim notes that the page and its overflow are in use, once.
func (p *pageFile) claim(id uint64, b []byte) bool {
	for n := range uint64(int64(len(b)) / p.pageSize) {
		if p.seen[id+n] {
			return false
		}
		p.seen[id+n] = true
	}
	return true
}

// element is one entry of a leaf page; it aliases the page.
type element struct {
	key, value []byte
	bucket     bool
}

// walk hands every leaf element below a page to emit, in order, and leaves out
// what cannot be read.
func (p *pageFile) walk(id uint64, depth int, emit func(element)) {
	b, err := p.page(id)
	if err != nil || depth > maxDepth || !p.claim(id, b) {
		p.note("page %d cannot be read", id)
		return
	}
	p.elements(id, b, depth, emit)
}

func (p *pageFile) elements(id uint64, b []byte, depth int, emit func(element)) {
	switch flags := little.Uint16(b[8:]); flags {
	case flagBranch:
		for i := range int(little.Uint16(b[10:])) {
			at := pageHeader + i*elementSize
			if at+elementSize > len(b) {
				p.note("page %d is too short", id)
				return
			}
			p.walk(little.Uint64(b[at+8:]), depth+1, emit)
		}
	case flagLeaf:
		p.leaf(id, b, emit)
	default:
		p.note("page %d has flags %#x", id, flags)
	}
}

func (p *pageFile) leaf(id uint64, b []byte, emit func(element)) {
	for i := range int(little.Uint16(b[10:])) {
		at := uint64(pageHeader + i*elementSize)
		if at+elementSize > uint64(len(b)) {
			p.note("page %d is too short", id)
			return
		}
		flags := little.Uint32(b[at:])
		start := at + uint64(little.Uint32(b[at+4:]))
		middle := start + uint64(little.Uint32(b[at+8:]))
		end := middle + uint64(little.Uint32(b[at+12:]))
		if flags > flagBucket || start < at || end > uint64(len(b)) || middle == start {
			p.note("page %d has an element beyond its end", id)
			continue
		}
		emit(element{b[start:middle:middle], b[middle:end:end], flags == flagBucket})
	}
}

// tree hands the elements of a bucket to emit; value is the bucket's own, from
// the leaf above.
func (p *pageFile) tree(value []byte, emit func(element)) {
	if len(value) < bucketHeader {
		p.note("a bucket is too short")
		return
	}
	root := little.Uint64(value)
	switch {
	case root != 0:
		p.walk(root, 0, emit)
	case len(value) < bucketHeader+pageHeader || little.Uint16(value[bucketHeader+8:]) != flagLeaf:
		p.note("a small bucket makes no sense")
	default:
		p.leaf(0, value[bucketHeader:], emit)
	}
}

// checkFree compares the list of free pages with those in use: a page that is
// both would be overwritten by the next change.
func (p *pageFile) checkFree() {
	if p.freelist == noFreelist {
		return
	}
	b, err := p.page(p.freelist)
	if err != nil || little.Uint16(b[8:]) != flagFreelist || !p.claim(p.freelist, b) {
		p.note("the list of free pages cannot be read")
		return
	}
	count, ids := uint64(little.Uint16(b[10:])), b[pageHeader:]
	if count == 0xFFFF && len(ids) >= 8 {
		count, ids = little.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids)/8) {
		p.note("the list of free pages is too long")
		return
	}
	for i := range count {
		id := little.Uint64(ids[i*8:])
		if id < 2 || id >= p.limit || p.seen[id] {
			p.note("page %d is free and in use", id)
			return
		}
		p.seen[id] = true
	}
}
