package storage

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
)

// inspection is what a look at a data file without bbolt found.
type inspection struct {
	format    int    // 0: unknown
	damaged   string // why; empty: sound
	oneMeta   bool   // the newest change may be gone: bbolt works with the one before
	unchecked bool   // no child could check it
	content   map[string][]element
	loose     []element // of a file without a root: every element of every leaf page, old versions included
}

// inspect reads the whole file. keep holds on to its content, for a rescue.
func inspect(path string, keep bool) (i inspection, err error) {
	f, err := os.Open(path)
	if err != nil {
		return i, err
	}
	defer func() { _ = f.Close() }()
	p, err := openPages(f)
	if err != nil {
		return i, err
	}
	i.content = map[string][]element{}
	switch {
	case p.size == 0:
		p.note("it is empty") // bbolt would take it for a new file and hide that visits are gone
	case p.metas == 0 && keep:
		i.scan(p)
	case p.metas > 0:
		i.read(p, keep)
	}
	i.oneMeta = p.metas == 1
	i.damaged = p.why
	return i, nil
}

func (i *inspection) read(p *pageFile, keep bool) {
	var names []string
	p.walk(p.root, 0, func(e element) {
		if !e.bucket {
			p.note("the root has a value that is no bucket")
			return
		}
		name := string(e.key)
		names = append(names, name)
		var before []byte
		p.tree(e.value, func(e element) {
			if before != nil && bytes.Compare(before, e.key) >= 0 {
				p.note("bucket %q is out of order", name)
			}
			before = e.key
			if keep || name == string(bucketMeta) {
				i.content[name] = append(i.content[name], e)
			}
		})
	})
	p.checkFree()
	i.readFormat(p, names)
}

// readFormat takes a number to be that of a newer program only when its check is
// right.
func (i *inspection) readFormat(p *pageFile, names []string) {
	text, check := i.meta(keyFormat), i.meta(keyFormatCheck)
	format, err := strconv.Atoi(string(text))
	switch {
	case err != nil || format < 1:
		p.note("its format is unreadable")
		return
	case format < formatVersion, !bytes.Equal(check, formatCheck(text)):
		p.note("its format is unlikely")
		return
	}
	i.format = format
	for _, name := range allBuckets {
		if format == formatVersion && !slices.Contains(names, string(name)) {
			p.note("bucket %s is missing", name)
		}
	}
}

func (i *inspection) meta(key []byte) []byte {
	for _, e := range i.content[string(bucketMeta)] {
		if bytes.Equal(e.key, key) {
			return e.value
		}
	}
	return nil
}

// scan collects every leaf element that can be made out.
func (i *inspection) scan(p *pageFile) {
	for id := uint64(2); id < p.limit; id++ {
		b, err := p.page(id)
		if err == nil && little.Uint16(b[8:]) == flagLeaf {
			p.leaf(id, b, func(e element) { i.loose = append(i.loose, e) })
		}
	}
}

// sound returns ErrNewerFormat or ErrDamaged.
func (i inspection) sound() error {
	switch {
	case i.format > formatVersion:
		return fmt.Errorf("%w: format %d", ErrNewerFormat, i.format)
	case i.damaged != "":
		return fmt.Errorf("%w: %s", ErrDamaged, i.damaged)
	}
	return nil
}
