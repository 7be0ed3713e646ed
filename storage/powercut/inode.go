//go:build linux

package powercut

import (
	"slices"
	"syscall"
	"time"
)

// inode is a file or a directory. Its disk's lock guards it.
type inode struct {
	number   uint64
	mode     uint32 // permissions
	links    uint32
	modified time.Time

	// Of a file.
	content []byte         // as programs see it
	safe    []byte         // as it was synced last
	pending []dataChange   // what came since, oldest first
	blocks  map[int64]bool // that have a place on the disk; the others are holes

	// Of a directory; nil for a file.
	entries map[string]*inode // as programs see them
	kept    map[string]*inode // those that are safe
}

// dataChange is one write, or a truncation when data is nil.
type dataChange struct {
	offset int64 // the new length, for a truncation
	data   []byte
	length int // of the file afterwards
}

func (d *Disk) newInode(mode uint32) *inode {
	d.last++
	return &inode{number: d.last, mode: mode & 0o7777, links: 1, modified: time.Now(), blocks: map[int64]bool{}}
}

func (d *Disk) newDirectory(mode uint32) *inode {
	n := d.newInode(mode)
	n.entries, n.kept = map[string]*inode{}, map[string]*inode{}
	return n
}

func (n *inode) isDirectory() bool { return n.entries != nil }

// apply makes the change to content and returns it; what lies between its end and
// the data is zero.
func (c dataChange) apply(content []byte) []byte {
	if c.data == nil {
		return resize(content, int(c.offset))
	}
	content = resize(content, max(len(content), int(c.offset)+len(c.data)))
	copy(content[c.offset:], c.data)
	return content
}

func resize(content []byte, length int) []byte {
	if length <= len(content) {
		return content[:length]
	}
	grown := slices.Grow(content, length-len(content))[:length]
	clear(grown[len(content):])
	return grown
}

func (n *inode) alter(c dataChange) {
	n.content = c.apply(n.content)
	c.length = len(n.content)
	n.pending = append(n.pending, c)
	n.modified = time.Now()
}

// write takes as much of the data as there is room for.
func (d *Disk) write(n *inode, data []byte, offset int64) (int, syscall.Errno) {
	fits := d.take(n, len(data), offset)
	if fits == 0 && len(data) > 0 {
		return 0, syscall.ENOSPC
	}
	if fits > 0 {
		n.alter(dataChange{offset: offset, data: slices.Clone(data[:fits])})
	}
	return fits, 0
}

func (d *Disk) truncate(n *inode, length int64) {
	n.alter(dataChange{offset: length})
	n.dropBlocks()
}

// dropBlocks forgets the blocks behind the end.
func (n *inode) dropBlocks() {
	for b := range n.blocks {
		if b*block >= int64(len(n.content)) {
			delete(n.blocks, b)
		}
	}
}

// sync makes the content of a file, or the names in a directory, safe.
func (d *Disk) sync(n *inode) syscall.Errno {
	d.syncs++
	if d.failing.now(d.syncs) {
		d.failSync(n)
		return syscall.EIO
	}
	if d.lying {
		return 0
	}
	if n.isDirectory() {
		d.syncNames(n)
		return 0
	}
	n.save(len(n.pending))
	return 0
}

// save makes the first changes that are not safe yet safe.
func (n *inode) save(changes int) {
	for _, c := range n.pending[:changes] {
		n.safe = c.apply(n.safe)
	}
	n.pending = n.pending[changes:]
}
