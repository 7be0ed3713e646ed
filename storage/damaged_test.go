package storage

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"authenkiosk/storage/internal/madeup"
)

// A page that cannot be read is met wherever bbolt looks next, also where it holds
// locks of its own, which it never gives back then. Whoever comes later is told, and
// the store can be closed.
func TestAFileThatIsDamagedMeanwhileHoldsNobodyUp(t *testing.T) {
	for range 500 {
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
