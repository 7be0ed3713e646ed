package storage

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
)

// newcomers are the goroutines that a test has started: one that an earlier test left in a
// broken store waits there for ever.
type newcomers struct {
	t      *testing.T
	before map[string]bool
}

func newcomersOf(t *testing.T) newcomers {
	n := newcomers{t, map[string]bool{}}
	for id := range goroutines() {
		n.before[id] = true
	}
	return n
}

// goroutines returns the id of each with its state and calls.
func goroutines() iter.Seq2[string, string] {
	buf := make([]byte, 64<<20)
	return func(yield func(string, string) bool) {
		for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if id, rest, _ := strings.Cut(g, " ["); !yield(id, rest) {
				return
			}
		}
	}
}

// stuckIn waits until one waits in that function, and in none of the others.
func (n newcomers) stuckIn(function string, others ...string) {
	n.t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); runtime.Gosched() {
		for id, g := range goroutines() {
			elsewhere := slices.ContainsFunc(others, func(f string) bool { return strings.Contains(g, f) })
			if !n.before[id] && strings.HasPrefix(g, "sync.") && strings.Contains(g, function) && !elsewhere {
				return
			}
		}
	}
	n.t.Fatalf("nobody waits in %s", function)
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
	started := newcomersOf(t)
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
	started.stuckIn("bbolt.(*DB).mmap(")
	all.Go(func() {
		if err := s.view(func(*bolt.Tx) error { return nil }); err != nil {
			t.Error("the second reader:", err)
		}
	})
	started.stuckIn("bbolt.(*DB).beginTx(")
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
	started := newcomersOf(t)
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
	started.stuckIn("bbolt.(*DB).mmap(")
	all.Go(func() { _ = s.Close() })
	started.stuckIn("storage.(*Store).holdAll(")
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
// the store can be closed. No visit that was acknowledged is lost.
//
// It happens that nobody meets such a page: a change that is on its way to the disk when
// the file is cut off can bring the whole of a small tree there again. So nobody waits
// for the damage longer than some calls.
func TestAFileThatIsDamagedMeanwhileHoldsNobodyUp(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows cuts off no file that is mapped")
	}
	for round := range 200 {
		dir := t.TempDir()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := madeup.Visit(1)
		if err := s.Save(v, v.CreatedAt); err != nil {
			t.Fatal(err)
		}
		all := callersOf(t, s, v.ID)
		if err := os.Truncate(filepath.Join(dir, fileName), 0); err != nil {
			t.Fatal(err)
		}
		met := all.untilDamaged(1000)
		if err := s.Close(); err != nil && !errors.Is(err, ErrDamaged) {
			t.Logf("round %d: closed: %v", round, err)
		}
		if !met {
			t.Logf("round %d: nobody met damage", round)
		}
		if !met || round%20 == 0 {
			all.saved = append(all.saved, v.ID)
			mustHaveAll(t, dir, all.saved)
		}
	}
}

// callers read and save beside each other, until they are told of damage or to stop.
type callers struct {
	t       *testing.T
	store   *Store
	ended   sync.WaitGroup
	calls   atomic.Int64 // that have come back
	stop    chan struct{}
	mu      sync.Mutex
	saved   []visit.ID // acknowledged
	damaged bool
}

func callersOf(t *testing.T, s *Store, known visit.ID) *callers {
	c := &callers{t: t, store: s, stop: make(chan struct{})}
	for n := range 4 {
		c.start(func(int) error { _, err := s.Visit(known); return err })
		c.start(func(i int) error {
			w := madeup.Visit(1000*n + i + 2)
			err := s.Save(w, w.CreatedAt)
			if err == nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.saved = append(c.saved, w.ID)
			}
			return err
		})
	}
	return c
}

func (c *callers) start(call func(i int) error) {
	c.ended.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-c.stop:
				return
			default:
			}
			err := call(i)
			c.calls.Add(1)
			if errors.Is(err, ErrDamaged) {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.damaged = true
				return
			}
		}
	})
}

// untilDamaged waits until all have ended, and stops them after so many more calls when
// they meet no damage. It reports whether they did.
func (c *callers) untilDamaged(more int64) bool {
	c.t.Helper()
	ended := make(chan struct{})
	go func() { c.ended.Wait(); close(ended) }()
	enough := c.calls.Load() + more
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		select {
		case <-ended:
			return c.damaged
		default:
		}
		if c.calls.Load() >= enough && enough > 0 {
			close(c.stop)
			enough = 0
		}
		if time.Now().After(end) {
			buf := make([]byte, 64<<20)
			c.t.Fatalf("somebody waits for ever\n%s", buf[:runtime.Stack(buf, true)])
		}
	}
}

func mustHaveAll(t *testing.T, dir string, saved []visit.ID) {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal("opened again:", err)
	}
	for _, id := range saved {
		if _, err := s.Visit(id); err != nil {
			t.Errorf("visit %s was acknowledged: %v", id, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// The first visit of a month, a second one behind it, and somebody who mends what failed
// meanwhile: the first one wants to read, for the copy of the keys, and lets go of the
// journal before, for which the second one waits.
func TestTheFirstVisitOfAMonthKeepsNobodyWaiting(t *testing.T) {
	started := newcomersOf(t)
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	save := func(n int) {
		all.Go(func() {
			if err := s.Save(madeup.Visit(n), noon); err != nil {
				t.Errorf("visit %d: %v", n, err)
			}
		})
	}
	s.journal.mu.Lock()
	save(1)
	started.stuckIn("storage.(*journal).append(")
	save(2)
	started.stuckIn("storage.(*Store).commit(", "storage.(*journal).append(")
	all.Go(func() {
		if err := s.mend(); err != nil {
			t.Error("mend:", err)
		}
	})
	started.stuckIn("storage.(*Store).mend(")
	s.journal.mu.Unlock()
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		buf := make([]byte, 64<<20)
		t.Fatalf("all wait for ever\n%s", buf[:runtime.Stack(buf, true)])
	}
	if copied := readKeyCopy(s.dir); len(copied) != 1 {
		t.Errorf("the copy has %d keys", len(copied))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
