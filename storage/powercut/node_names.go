//go:build linux

package powercut

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

var (
	_ fs.NodeLookuper  = (*node)(nil)
	_ fs.NodeReaddirer = (*node)(nil)
	_ fs.NodeCreater   = (*node)(nil)
	_ fs.NodeMkdirer   = (*node)(nil)
	_ fs.NodeLinker    = (*node)(nil)
	_ fs.NodeUnlinker  = (*node)(nil)
	_ fs.NodeRmdirer   = (*node)(nil)
	_ fs.NodeRenamer   = (*node)(nil)
)

// show makes a child known to the kernel.
func (n *node) show(ctx context.Context, child *inode, out *fuse.EntryOut) *fs.Inode {
	child.describe(&out.Attr)
	return n.NewInode(ctx, &node{disk: n.disk, inode: child}, fs.StableAttr{Mode: child.kind(), Ino: child.number})
}

// Lookup implements fs.NodeLookuper.
func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (shown *fs.Inode, errno syscall.Errno) {
	errno = n.disk.look(ctx, func() syscall.Errno {
		child := n.inode.entries[name]
		if child == nil {
			return syscall.ENOENT
		}
		shown = n.show(ctx, child, out)
		return 0
	})
	return shown, errno
}

// Readdir implements fs.NodeReaddirer.
func (n *node) Readdir(ctx context.Context) (stream fs.DirStream, errno syscall.Errno) {
	errno = n.disk.look(ctx, func() syscall.Errno {
		var list []fuse.DirEntry
		for _, name := range sortedNames(n.inode.entries) {
			child := n.inode.entries[name]
			list = append(list, fuse.DirEntry{Name: name, Ino: child.number, Mode: child.kind()})
		}
		stream = fs.NewListDirStream(list)
		return 0
	})
	return stream, errno
}

// Create implements fs.NodeCreater.
func (n *node) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (shown *fs.Inode, _ fs.FileHandle, _ uint32, errno syscall.Errno) {
	shown, errno = n.make(ctx, name, n.disk.newInode, mode, out)
	return shown, nil, 0, errno
}

// Mkdir implements fs.NodeMkdirer.
func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.make(ctx, name, n.disk.newDirectory, mode, out)
}

func (n *node) make(ctx context.Context, name string, fresh func(uint32) *inode, mode uint32, out *fuse.EntryOut) (shown *fs.Inode, errno syscall.Errno) {
	errno = n.disk.change(ctx, func() syscall.Errno {
		child := fresh(mode)
		if errno := n.disk.add(n.inode, name, child); errno != 0 {
			return errno
		}
		shown = n.show(ctx, child, out)
		return 0
	})
	return shown, errno
}

// Link implements fs.NodeLinker.
func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (shown *fs.Inode, errno syscall.Errno) {
	errno = n.disk.change(ctx, func() syscall.Errno {
		child := target.(*node).inode
		if errno := n.disk.link(child, n.inode, name); errno != 0 {
			return errno
		}
		shown = n.show(ctx, child, out)
		return 0
	})
	return shown, errno
}

// Unlink implements fs.NodeUnlinker.
func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	return n.disk.change(ctx, func() syscall.Errno { return n.disk.remove(n.inode, name, false) })
}

// Rmdir implements fs.NodeRmdirer.
func (n *node) Rmdir(ctx context.Context, name string) syscall.Errno {
	return n.disk.change(ctx, func() syscall.Errno { return n.disk.remove(n.inode, name, true) })
}

// Rename implements fs.NodeRenamer.
func (n *node) Rename(ctx context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	return n.disk.change(ctx, func() syscall.Errno {
		return n.disk.rename(n.inode, name, parent.(*node).inode, newName, flags)
	})
}
