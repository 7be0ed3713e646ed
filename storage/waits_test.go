package storage

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/storage/internal/madeup"
)

// stuckIn waits until a goroutine waits in that function.
func stuckIn(t *testing.T, function string) {
	t.Helper()
	buf := make([]byte, 64<<20)
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); runtime.Gosched() {
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if head, _, _ := strings.Cut(g, "\n"); strings.Contains(head, "sync.") && strings.Contains(g, function) {
				return
			}
		}
	}
	t.Fatalf("nobody waits in %s", function)
}

// grow writes so much that bbolt maps a longer file.
func grow(s *Store) error {
	return s.update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("large"))
		if err != nil {
			return err
		}
		return b.Put([]byte("x"), make([]byte, 4<<20))
	})
}

// A sound store: one reads, one writes what makes the file longer (bbolt maps it anew
// when nobody reads any more), another wants to read.
func TestAReaderAtTheDoorDoesNotKeepAReaderIn(t *testing.T) {
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	inside, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.view(func(*bolt.Tx) error { close(inside); <-goOn; return nil }); err != nil {
			t.Error("the first reader:", err)
		}
	})
	<-inside
	all.Go(func() {
		if err := grow(s); err != nil {
			t.Error("the writer:", err)
		}
	})
	stuckIn(t, "bbolt.(*DB).mmap(")
	all.Go(func() {
		if err := s.view(func(*bolt.Tx) error { return nil }); err != nil {
			t.Error("the second reader:", err)
		}
	})
	stuckIn(t, "bbolt.(*DB).beginTx(")
	close(goOn)
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
		_ = s.Close()
	case <-time.After(2 * time.Minute):
		buf := make([]byte, 64<<20)
		t.Fatalf("all wait for ever\n%s", buf[:runtime.Stack(buf, true)])
	}
}

// A store that breaks while somebody closes it, or mends it, lets everybody go, too.
func TestAStoreThatBreaksWhileItIsClosedIsClosed(t *testing.T) {
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var in sync.WaitGroup
	in.Add(2)
	fault, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_ = s.view(func(*bolt.Tx) error { in.Done(); <-goOn; return nil })
	})
	all.Go(func() {
		_ = s.view(func(*bolt.Tx) error { in.Done(); <-fault; panic("a page that cannot be read") })
	})
	in.Wait()
	all.Go(func() { _ = grow(s) })
	stuckIn(t, "bbolt.(*DB).mmap(")
	all.Go(func() { _ = s.Close() })
	stuckIn(t, "storage.(*Store).holdAll(")
	close(fault)
	<-s.Damage()
	close(goOn)
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		buf := make([]byte, 64<<20)
		t.Fatalf("somebody waits for ever\n%s", buf[:runtime.Stack(buf, true)])
	}
}

// The meta pages become unreadable while a writer is on its way to the disk, and a
// reader meets that. Neither the writer nor Close waits for ever.
func TestAWriterOnItsWayWhenTheMetaPagesGoComesBack(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		err := s.update(func(tx *bolt.Tx) error {
			if _, err := tx.CreateBucketIfNotExists([]byte("more")); err != nil {
				return err
			}
			f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt(make([]byte, 2*os.Getpagesize()), 0)
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
			met := make(chan error, 1)
			go func() { met <- s.view(func(*bolt.Tx) error { return nil }) }()
			if err := <-met; !errors.Is(err, ErrDamaged) {
				t.Error("a reader:", err)
			}
			return nil
		})
		_ = s.Close()
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the change was said to be on the disk")
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("the writer waits for ever")
	}
}

// A disk that cannot be read now is no damage: the next call may find the page.
func TestAMetaPageThatCannotBeReadNowIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_WRONLY, 0) // every read fails
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := takeBackMeta(f, 3); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("%v, want an error of the disk, after which the store tries again", err)
	}
}

// What a sound store does all day: programs read while visits are saved and the file
// grows.
func TestReadersAndAWriterOfAGrowingFileAllComeBack(t *testing.T) {
	for round := range 10 {
		s, err := Open(t.TempDir(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		first := madeup.Visit(1)
		if err := s.Save(first, first.CreatedAt); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						if _, err := s.Visit(first.ID); err != nil {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		all.Go(func() {
			defer close(done)
			for n := range 300 {
				v := madeup.Visit(n + 2)
				if err := s.Save(v, v.CreatedAt); err != nil {
					t.Error(err)
					return
				}
			}
		})
		ended := make(chan struct{})
		go func() { all.Wait(); close(ended) }()
		select {
		case <-ended:
			_ = s.Close()
		case <-time.After(2 * time.Minute):
			t.Fatalf("round %d: readers and the writer wait for ever", round)
		}
	}
}

// A page that cannot be read is met wherever bbolt looks next, also where it holds
// locks of its own, which it never gives back then. Whoever comes later is told, and
// the store can be closed.
func TestAFileThatIsDamagedMeanwhileHoldsNobodyUp(t *testing.T) {
	for range 200 {
		dir := t.TempDir()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := madeup.Visit(1)
		if err := s.Save(v, v.CreatedAt); err != nil {
			t.Fatal(err)
		}
		var callers sync.WaitGroup
		for n := range 8 {
			callers.Go(func() {
				for i := 0; ; i++ {
					var err error
					if n%2 == 0 {
						_, err = s.Visit(v.ID)
					} else {
						w := madeup.Visit(1000*n + i + 2)
						err = s.Save(w, w.CreatedAt)
					}
					if errors.Is(err, ErrDamaged) {
						return
					}
				}
			})
		}
		if err := os.Truncate(filepath.Join(dir, fileName), 0); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			callers.Wait()
			_ = s.Close()
		}()
		select {
		case <-ended:
		case <-time.After(2 * time.Minute):
			t.Fatal("somebody waits for ever")
		}
	}
}
