//go:build linux

package powercut

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// ErrNotPossible says that this machine does not let the test mount: there is no
// /dev/fuse, or mounting is not permitted, as in most containers.
var ErrNotPossible = errors.New("FUSE is missing or not permitted")

// maxRequest is the longest write or read in one piece; a program's longer ones
// arrive, and can be lost, in several.
const maxRequest = 128 << 10

// Mount shows the disk in the directory, which must exist and be empty. The
// function that it returns takes the disk away again; every program that worked
// in it must have ended.
func Mount(d *Disk, dir string) (unmount func() error, err error) {
	// go-fuse would mount, but it hands its descriptor on to every child: then a
	// child outlives a test that was killed, and keeps the mount.
	fd, err := syscall.Open("/dev/fuse", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: open /dev/fuse: %w", ErrNotPossible, err)
	}
	data := fmt.Sprintf("fd=%d,rootmode=40000,user_id=%d,group_id=%d,max_read=%d", fd, os.Geteuid(), os.Getegid(), maxRequest)
	if err := syscall.Mount("powercut", dir, "fuse", syscall.MS_NOSUID|syscall.MS_NODEV, data); err != nil {
		_ = syscall.Close(fd)
		if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.ENODEV) {
			return nil, fmt.Errorf("%w: mount: %w", ErrNotPossible, err)
		}
		return nil, fmt.Errorf("mount on %s: %w", dir, err)
	}
	// The kernel may remember attributes and names: nobody else changes them. It
	// never holds writes back: each reaches the disk before write returns.
	remember := time.Minute
	server, err := fs.Mount(fmt.Sprintf("/dev/fd/%d", fd), &node{disk: d, inode: d.root}, &fs.Options{
		AttrTimeout:     &remember,
		EntryTimeout:    &remember,
		NullPermissions: true,
		RootStableAttr:  &fs.StableAttr{Ino: d.root.number, Mode: syscall.S_IFDIR},
		MountOptions: fuse.MountOptions{
			MaxWrite: maxRequest, DisableXAttrs: true,
			Logger: log.New(io.Discard, "", 0), // it names each kind of call that we do not know
		},
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serve %s: %w", dir, err), syscall.Unmount(dir, syscall.MNT_DETACH), syscall.Close(fd))
	}
	return func() error {
		err := syscall.Unmount(dir, 0)
		if err != nil {
			// Rather a mount that goes when its last user has gone than a dead one.
			err = errors.Join(fmt.Errorf("unmount %s: %w", dir, err), syscall.Unmount(dir, syscall.MNT_DETACH))
		}
		server.Wait()
		return err
	}, nil
}
