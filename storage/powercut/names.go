//go:build linux

package powercut

import "syscall"

// nameChange is one change of names; it happens whole or not at all.
type nameChange []assignment

// assignment says what a name in a directory stands for: nil for nothing.
type assignment struct {
	dir  *inode
	name string
	to   *inode
}

// assign changes names at once for programs and notes that they are not safe.
func (d *Disk) assign(change ...assignment) {
	for _, a := range change {
		if a.to == nil {
			delete(a.dir.entries, a.name)
		} else {
			a.dir.entries[a.name] = a.to
		}
	}
	d.names = append(d.names, change)
}

func (c nameChange) keep() {
	for _, a := range c {
		if a.to == nil {
			delete(a.dir.kept, a.name)
		} else {
			a.dir.kept[a.name] = a.to
		}
	}
}

func (c nameChange) concerns(dir *inode) bool {
	for _, a := range c {
		if a.dir == dir {
			return true
		}
	}
	return false
}

// syncNames saves the names of a directory. A rename from one directory to
// another is saved by a sync of either.
func (d *Disk) syncNames(dir *inode) {
	var rest []nameChange
	for _, c := range d.names {
		if c.concerns(dir) {
			c.keep()
		} else {
			rest = append(rest, c)
		}
	}
	d.names = rest
}

// add gives a new inode its first name.
func (d *Disk) add(dir *inode, name string, n *inode) syscall.Errno {
	if dir.entries[name] != nil {
		return syscall.EEXIST
	}
	if d.room < block {
		d.full++
		return syscall.ENOSPC
	}
	d.assign(assignment{dir, name, n})
	return 0
}

func (d *Disk) link(n, dir *inode, name string) syscall.Errno {
	if errno := d.add(dir, name, n); errno != 0 {
		return errno
	}
	n.links++
	return 0
}

func (d *Disk) remove(dir *inode, name string, directory bool) syscall.Errno {
	n := dir.entries[name]
	switch {
	case n == nil:
		return syscall.ENOENT
	case n.isDirectory() && !directory:
		return syscall.EISDIR
	case !n.isDirectory() && directory:
		return syscall.ENOTDIR
	case len(n.entries) > 0:
		return syscall.ENOTEMPTY
	}
	n.links--
	d.assign(assignment{dir, name, nil})
	return 0
}

// Flags of renameat2.
const (
	renameNoReplace = 1
	renameExchange  = 2
)

func (d *Disk) rename(from *inode, name string, to *inode, newName string, flags uint32) syscall.Errno {
	n, old := from.entries[name], to.entries[newName]
	switch {
	case n == nil:
		return syscall.ENOENT
	case flags&renameExchange != 0:
		if old == nil {
			return syscall.ENOENT
		}
		d.assign(assignment{from, name, old}, assignment{to, newName, n})
		return 0
	case old == n:
		return 0
	case old != nil && flags&renameNoReplace != 0:
		return syscall.EEXIST
	case old != nil && len(old.entries) > 0:
		return syscall.ENOTEMPTY
	case old != nil && old.isDirectory() != n.isDirectory():
		return syscall.EINVAL
	}
	if old != nil {
		old.links--
	}
	d.assign(assignment{from, name, nil}, assignment{to, newName, n})
	return 0
}
