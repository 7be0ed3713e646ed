//go:build linux

package powercut

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// node shows an inode to the kernel.
type node struct {
	fs.Inode
	disk  *Disk
	inode *inode
}

var (
	_ fs.NodeGetattrer = (*node)(nil)
	_ fs.NodeSetattrer = (*node)(nil)
	_ fs.NodeOpener    = (*node)(nil)
	_ fs.NodeReader    = (*node)(nil)
	_ fs.NodeWriter    = (*node)(nil)
	_ fs.NodeFsyncer   = (*node)(nil)
	_ fs.NodeStatfser  = (*node)(nil)
)

// Getattr implements fs.NodeGetattrer.
func (n *node) Getattr(ctx context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	return n.disk.look(ctx, func() syscall.Errno {
		n.inode.describe(&out.Attr)
		return 0
	})
}

// Setattr implements fs.NodeSetattrer. Only a new length is a change that can be
// lost; owners are not kept at all.
func (n *node) Setattr(ctx context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	set := func() syscall.Errno {
		if mode, ok := in.GetMode(); ok {
			n.inode.mode = mode & 0o7777
		}
		if size, ok := in.GetSize(); ok {
			n.disk.truncate(n.inode, int64(size))
		}
		if at, ok := in.GetMTime(); ok {
			n.inode.modified = at
		}
		n.inode.describe(&out.Attr)
		return 0
	}
	if _, ok := in.GetSize(); ok {
		return n.disk.change(ctx, set)
	}
	return n.disk.look(ctx, set)
}

// Open implements fs.NodeOpener.
func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if flags&syscall.O_TRUNC == 0 {
		return nil, fuse.FOPEN_KEEP_CACHE, 0
	}
	return nil, 0, n.disk.change(ctx, func() syscall.Errno {
		n.disk.truncate(n.inode, 0)
		return 0
	})
}

// Read implements fs.NodeReader.
func (n *node) Read(ctx context.Context, _ fs.FileHandle, dest []byte, offset int64) (fuse.ReadResult, syscall.Errno) {
	count := 0
	errno := n.disk.look(ctx, func() syscall.Errno {
		if offset < int64(len(n.inode.content)) {
			count = copy(dest, n.inode.content[offset:])
		}
		return 0
	})
	return fuse.ReadResultData(dest[:count]), errno
}

// Write implements fs.NodeWriter.
func (n *node) Write(ctx context.Context, _ fs.FileHandle, data []byte, offset int64) (uint32, syscall.Errno) {
	count := 0
	errno := n.disk.change(ctx, func() (errno syscall.Errno) {
		count, errno = n.disk.write(n.inode, data, offset)
		return errno
	})
	return uint32(count), errno
}

// Fsync implements fs.NodeFsyncer, for files and for directories.
func (n *node) Fsync(ctx context.Context, _ fs.FileHandle, _ uint32) syscall.Errno {
	return n.disk.change(ctx, func() syscall.Errno { return n.disk.sync(n.inode) })
}

// plenty is the free space that is shown while there is room enough.
const plenty = 64 << 30

// Statfs implements fs.NodeStatfser.
func (n *node) Statfs(ctx context.Context, out *fuse.StatfsOut) syscall.Errno {
	return n.disk.look(ctx, func() syscall.Errno {
		free := uint64(min(n.disk.room, plenty)) / block
		*out = fuse.StatfsOut{
			Blocks: plenty / block, Bfree: free, Bavail: free,
			Files: 1 << 20, Ffree: 1 << 20, Bsize: block, Frsize: block, NameLen: 255,
		}
		return 0
	})
}

func (n *inode) describe(out *fuse.Attr) {
	out.Ino, out.Nlink = n.number, n.links
	out.Mode = n.mode | n.kind()
	out.Size = uint64(len(n.content))
	out.Blocks = (out.Size + sector - 1) / sector
	out.Blksize = block
	out.SetTimes(&n.modified, &n.modified, &n.modified)
}

func (n *inode) kind() uint32 {
	if n.isDirectory() {
		return syscall.S_IFDIR
	}
	return syscall.S_IFREG
}
