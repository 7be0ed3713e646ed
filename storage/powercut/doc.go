// Package powercut plays a disk that loses power. It is for tests only and works
// on Linux, through FUSE: Mount shows a Disk as a directory, a program under test
// works in it, and Cut gives the disk as it is found when the power is back.
//
// # What is promised, and what is not
//
// The disk promises only what POSIX does, which is less than any common file
// system keeps:
//
//   - The content of a file is safe after fsync, fdatasync or msync of that file,
//     and not before. Closing a file makes nothing safe.
//   - A name (create, mkdir, link, unlink, rename) is safe after fsync of the
//     directory that holds it, and not before. Syncing a file does not save its
//     name, and syncing a directory does not save its own name in its parent. A
//     rename is whole or absent. ext4, XFS and NTFS keep names in order, so that
//     a later one never outlives an earlier one; here each is lost on its own.
//   - Everything that is not safe is lost, kept, torn at sectors of 512 bytes or
//     applied in another order, by a seeded random choice. Sectors of a file that
//     grew but whose data did not arrive hold zeros or rubbish.
//   - A sector is never half written, and what is safe never changes.
//
// Modes, owners and times are safe at once; symbolic links and devices do not
// exist. The disk itself keeps its word: for one that does not, see LieAboutSync, and
// for one that says so, FailSyncs.
//
// # The tests of the store
//
// The tests of this package let a child process work in a store, cut its power
// before a change chosen by chance, and look at the store in a fresh child, so
// that a panic ends neither the test nor the count. The ordinary run is short; a
// long one is
//
//	go test ./storage/powercut -v -cuts 1000 -first-start-cuts 400 -compact-cuts 400 -disk-full 1000 -failed-syncs 1000 -each-sync 60
//
// and -v prints the figures. Where mounting is not possible the tests are skipped,
// with AUTHENKIOSK_REQUIRE_TOOLS set too, but then with a warning on standard
// error: the right to mount is not a tool that can be installed, and most
// containers do not have it. A test that is killed from outside leaves an empty
// mount in the directory for temporary files; umount takes it away.
package powercut
