package storage_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"authenkiosk/storage"
	"authenkiosk/storage/internal/madeup"
)

// The way of a visit through the store. Each call that returns nil is on the disk.
func Example() {
	dir, err := os.MkdirTemp("", "authenkiosk")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	// The product takes the best source that the machine has, a TPM for example.
	keys := storage.KeyOptions{Sources: []storage.KeySource{storage.NewFileSource(filepath.Join(dir, "key"))}}
	store, err := storage.Open(dir, storage.Options{Keys: keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()

	v, at := madeup.Visit(1), madeup.Noon
	show := func(what string, err error) {
		record, readErr := store.Visit(v.ID)
		fmt.Println(what, err, readErr, record.State, record.Attempts)
	}
	show("Save:", store.Save(v, at))
	show("Begin:", store.Begin(v.ID, at.Add(time.Second))) // durable before the request leaves
	var wrong *storage.TransitionError
	show("Drop:", errorKind(store.Drop(v.ID, at.Add(2*time.Second)), &wrong)) // its code may exist
	show("Done:", store.Done(v.ID, "PP1200000003", at.Add(3*time.Second)))
	// Output:
	// Save: <nil> <nil> pending 0
	// Begin: <nil> <nil> inflight 1
	// Drop: not allowed <nil> inflight 1
	// Done: <nil> <nil> done 1
}

func errorKind(err error, target **storage.TransitionError) error {
	if errors.As(err, target) {
		return errors.New("not allowed")
	}
	return err
}
