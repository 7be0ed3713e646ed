//go:build linux

package powercut

import (
	"context"
	"math"
	"sync"
	"syscall"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// block is what a file system allocates: a disk that gets full in the middle of a
// write takes whole blocks of it.
const block = 4096

// Disk is a file system in memory that knows what is safe. It is safe for
// concurrent use. A disk that was cut stays off; Cut returns its successor.
type Disk struct {
	mu    sync.Mutex
	root  *inode
	last  uint64       // number of the newest inode
	names []nameChange // that are not safe, oldest first

	changes int           // writes, truncations, syncs and changes of names so far
	stopAt  int           // the power goes before this change; 0: it does not
	dark    chan struct{} // closed when the power is gone
	gone    chan struct{} // closed by Cut: whoever waits is sent away
	room    int64         // bytes that may still be written
	full    int           // how often a change was refused for want of room
	lying   bool

	syncs   int // asked for so far
	failing failing
	failed  int // syncs that failed
}

// New returns an empty disk.
func New() *Disk {
	d := &Disk{room: math.MaxInt64, dark: make(chan struct{}), gone: make(chan struct{})}
	d.root = d.newDirectory(0o755)
	return d
}

// MakeDirectory makes a directory, named from the root, that is safe at once.
func (d *Disk) MakeDirectory(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.newDirectory(0o700)
	d.root.entries[name], d.root.kept[name] = n, n
}

// PowerOffBefore lets the power fail in front of the nth change from now, counted
// from 1; 0 means at once. A change is a write, a truncation, a sync or a change
// of a name; the program that asks for it waits until it is killed or until Cut.
func (d *Disk) PowerOffBefore(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopAt = d.changes + n; n <= 0 {
		d.switchOff()
	}
}

// Dark returns a channel that is closed when the power has failed.
func (d *Disk) Dark() <-chan struct{} { return d.dark }

// Changes returns how many changes there were.
func (d *Disk) Changes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// SetRoom lets files take that many more bytes, in whole blocks; then writes that
// need a new block and new names fail with ENOSPC. Writing over data that has its
// blocks goes on, as on ext4, XFS and NTFS. (File systems that copy on write refuse
// that too, but FUSE cannot play them: it leaves in the page cache what was
// refused, where a program that maps the file sees it.) A negative number means
// that there is room enough.
func (d *Disk) SetRoom(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if bytes < 0 {
		bytes = math.MaxInt64
	}
	d.room = bytes
}

// Refusals returns how many changes failed for want of room.
func (d *Disk) Refusals() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.full
}

// LieAboutSync makes every sync from now on succeed and save nothing, as cheap
// disks and careless virtual machines do. Nothing can keep its promises on such a
// disk; it is there to count what becomes of it.
func (d *Disk) LieAboutSync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lying = true
}

// change runs f, which changes something, unless the power is gone.
func (d *Disk) change(ctx context.Context, f func() syscall.Errno) syscall.Errno {
	return d.use(ctx, func() syscall.Errno {
		d.changes++
		return f()
	}, true)
}

// look runs f, which changes nothing, unless the power is gone.
func (d *Disk) look(ctx context.Context, f func() syscall.Errno) syscall.Errno {
	return d.use(ctx, f, false)
}

func (d *Disk) use(ctx context.Context, f func() syscall.Errno, changes bool) syscall.Errno {
	d.mu.Lock()
	if changes && d.stopAt > 0 && d.changes+1 >= d.stopAt {
		d.switchOff()
	}
	if !d.isDark() {
		defer d.mu.Unlock()
		return f()
	}
	d.mu.Unlock()
	select { // a program without power does not go on, not even with an error
	case <-ctx.Done():
	case <-d.gone:
	}
	return syscall.EIO
}

func (d *Disk) switchOff() {
	if !d.isDark() {
		close(d.dark)
	}
}

func (d *Disk) isDark() bool {
	select {
	case <-d.dark:
		return true
	default:
		return false
	}
}

// take finds room for the blocks of a file that a write needs and does not have
// yet, and returns how many of its bytes fit.
func (d *Disk) take(n *inode, bytes int, offset int64) int {
	end := offset + int64(bytes)
	for b := offset / block; b*block < end; b++ {
		if n.blocks[b] {
			continue
		}
		if d.room < block {
			d.full++
			return int(max(b*block-offset, 0))
		}
		if d.room != math.MaxInt64 {
			d.room -= block
		}
		n.blocks[b] = true
	}
	return bytes
}

// Kill returns the disk as it is after the program was killed while the machine goes
// on: nothing is lost, and what was not safe is not.
func (d *Disk) Kill() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.switchOff()
	d.sendAway()
	return &Disk{
		root: d.root, last: d.last, names: d.names, room: d.room, full: d.full, lying: d.lying,
		syncs: d.syncs, failing: d.failing, failed: d.failed, changes: d.changes,
		dark: make(chan struct{}), gone: make(chan struct{}),
	}
}

// sendAway ends whoever waits for a disk that is off.
func (d *Disk) sendAway() {
	select {
	case <-d.gone:
	default:
		close(d.gone)
	}
}
