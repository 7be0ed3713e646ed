//go:build linux

package powercut

import (
	"bytes"
	"fmt"
	"syscall"
	"testing"
)

const seeds = 300

func TestWhatIsSyncedSurvivesEveryCut(t *testing.T) {
	for seed := range uint64(seeds) {
		d := New()
		f := made(t, d, "a")
		put(t, d, f, bytes.Repeat([]byte("x"), 3000), 0)
		d.sync(f)
		d.sync(d.root)
		d.truncate(f, 9000)
		d.sync(f)
		next, report := d.Cut(seed)
		want := append(bytes.Repeat([]byte("x"), 3000), make([]byte, 6000)...)
		if got := next.root.entries["a"]; got == nil || !bytes.Equal(got.content, want) || report.Hit() {
			t.Fatalf("seed %d: %v, %+v", seed, got, report)
		}
	}
}

func TestWhatIsNotSyncedIsKeptDroppedTornOrReordered(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(seeds) {
		d := New()
		f := made(t, d, "a")
		d.sync(d.root)
		put(t, d, f, bytes.Repeat([]byte("1"), 4096), 0)
		d.sync(f)
		put(t, d, f, bytes.Repeat([]byte("2"), 4096), 0)
		put(t, d, f, bytes.Repeat([]byte("3"), 4096), 0)
		next, report := d.Cut(seed)
		got := next.root.entries["a"].content
		if len(got) != 4096 || report.Writes != 2 {
			t.Fatalf("seed %d: %d bytes, %+v", seed, len(got), report)
		}
		for from := 0; from < len(got); from += sector {
			if bytes.Count(got[from:from+sector], got[from:from+1]) != sector {
				t.Fatalf("seed %d: half a sector", seed)
			}
		}
		if bytes.Count(got, got[:1]) == len(got) {
			seen[fmt.Sprintf("whole %c", got[0])]++
		} else {
			seen["torn"]++
		}
		if report.Dropped+report.Torn == 0 && got[0] == '2' {
			seen["reordered"]++
		}
	}
	for _, kind := range []string{"whole 1", "whole 2", "whole 3", "torn", "reordered"} {
		if seen[kind] < 10 {
			t.Errorf("%s: %d of %d", kind, seen[kind], seeds)
		}
	}
}

func TestAFileThatGrewMayHoldZerosOrRubbish(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(seeds) {
		d := New()
		f := made(t, d, "a")
		d.sync(d.root)
		put(t, d, f, bytes.Repeat([]byte("1"), 1024), 0)
		next, _ := d.Cut(seed)
		switch got := next.root.entries["a"].content; {
		case len(got) == 0:
			seen["nothing"]++
		case bytes.Equal(got, bytes.Repeat([]byte("1"), 1024)):
			seen["all"]++
		case bytes.Equal(got, make([]byte, 1024)):
			seen["zeros"]++
		default:
			seen["other"]++
		}
	}
	for _, kind := range []string{"nothing", "all", "zeros", "other"} {
		if seen[kind] < 5 {
			t.Errorf("%s: %d of %d", kind, seen[kind], seeds)
		}
	}
}

func TestANameIsSafeOnlyWhenItsDirectoryWasSynced(t *testing.T) {
	lost, renamed := 0, 0
	for seed := range uint64(seeds) {
		d := New()
		a := made(t, d, "safe")
		d.sync(d.root)
		b := made(t, d, "new")
		put(t, d, b, []byte("b"), 0)
		d.sync(b)
		if errno := d.rename(d.root, "safe", d.root, "moved", 0); errno != 0 {
			t.Fatal(errno)
		}
		next, report := d.Cut(seed)
		if report.Names != 2 {
			t.Fatalf("seed %d: %+v", seed, report)
		}
		if next.root.entries["new"] == nil {
			lost++
		}
		moved, stayed := next.root.entries["moved"], next.root.entries["safe"]
		if (moved == nil) == (stayed == nil) {
			t.Fatalf("seed %d: a rename was half done", seed)
		}
		if moved != nil {
			renamed++
		}
		_ = a
	}
	if lost < 50 || lost > seeds-50 || renamed < 50 || renamed > seeds-50 {
		t.Errorf("%d lost, %d renamed of %d", lost, renamed, seeds)
	}
}

func TestALinkKeepsAFileWhoseFirstNameIsGone(t *testing.T) {
	d := New()
	f := made(t, d, "first")
	put(t, d, f, []byte("text"), 0)
	d.sync(f)
	if errno := d.link(f, d.root, "second"); errno != 0 {
		t.Fatal(errno)
	}
	if errno := d.remove(d.root, "first", false); errno != 0 {
		t.Fatal(errno)
	}
	d.sync(d.root)
	next, _ := d.Cut(1)
	got := next.root.entries["second"]
	if got == nil || string(got.content) != "text" || got.links != 1 || next.root.entries["first"] != nil {
		t.Errorf("%+v", got)
	}
}

func TestTheSameSeedCutsTheSameWay(t *testing.T) {
	cutOnce := func() []byte {
		d := New()
		for _, name := range []string{"a", "b", "c"} {
			put(t, d, made(t, d, name), bytes.Repeat([]byte(name), 5000), 0)
		}
		next, _ := d.Cut(7)
		var all []byte
		for _, name := range sortedNames(next.root.entries) {
			all = append(append(all, name...), next.root.entries[name].content...)
		}
		return all
	}
	if !bytes.Equal(cutOnce(), cutOnce()) {
		t.Error("two cuts with one seed differ")
	}
}

func TestAFullDiskTakesWholeBlocksAndLetsThemBeWrittenAgain(t *testing.T) {
	d := New()
	f := made(t, d, "a")
	d.SetRoom(9000)
	if n, errno := d.write(f, make([]byte, 10000), 100); n != 8192-100 || errno != 0 {
		t.Errorf("%d, %v", n, errno)
	}
	if n, errno := d.write(f, make([]byte, 1), 8192); n != 0 || errno != syscall.ENOSPC {
		t.Errorf("%d, %v", n, errno)
	}
	if n, errno := d.write(f, make([]byte, 8192), 0); n != 8192 || errno != 0 {
		t.Errorf("%d, %v", n, errno)
	}
	if errno := d.add(d.root, "b", d.newInode(0o600)); errno != syscall.ENOSPC {
		t.Error(errno)
	}
	if d.Refusals() != 3 {
		t.Errorf("%d refusals", d.Refusals())
	}
	d.SetRoom(-1)
	if n, errno := d.write(f, make([]byte, 10000), 8192); n != 10000 || errno != 0 {
		t.Errorf("%d, %v", n, errno)
	}
}

func TestADiskThatLiesSavesNothing(t *testing.T) {
	d := New()
	d.sync(d.root)
	d.LieAboutSync()
	f := made(t, d, "a")
	d.sync(f)
	d.sync(d.root)
	if _, report := d.Cut(1); report.Names != 1 {
		t.Errorf("%+v", report)
	}
}

func made(t *testing.T, d *Disk, name string) *inode {
	t.Helper()
	n := d.newInode(0o600)
	if errno := d.add(d.root, name, n); errno != 0 {
		t.Fatal(errno)
	}
	return n
}

func put(t *testing.T, d *Disk, n *inode, data []byte, offset int64) {
	t.Helper()
	if count, errno := d.write(n, data, offset); count != len(data) || errno != 0 {
		t.Fatal(count, errno)
	}
}
