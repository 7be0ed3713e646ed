package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/storage"
)

// clientFile keeps the programs that may ask the agent, in a file of its own
// beside the secrets, so that they can be changed while the kiosk holds the store.
// It has no secret: of a token only the hash is kept. Changes stand in it until the
// program that holds the store has written them into the audit.
type clientFile struct {
	path string
	wait time.Duration // for another command

	mu       sync.Mutex
	followed time.Time // of the file that was followed last
}

// clientList is the content of the file.
type clientList struct {
	Clients []agent.Client `json:"clients"`
	Changes []clientChange `json:"changes"`
	Last    uint64         `json:"last"` // number of the newest change
}

// clientChange is a change for the audit.
type clientChange struct {
	Number uint64    `json:"number"`
	Time   time.Time `json:"time"`
	Event  string    `json:"event"`
	Name   string    `json:"name"`
}

const (
	clientsFile = "clients.json"
	// clientCursor is where the store keeps which change has come to the audit.
	clientCursor = "clients"
	// maxChanges bounds the changes that wait for the audit.
	maxChanges = 200
	// maxClientsFile bounds the file, in bytes: a client takes 200.
	maxClientsFile = 1 << 20
	// A command waits so long for another one that changes the file, which takes
	// milliseconds.
	clientLockWait = 5 * time.Second
	clientLockLook = 50 * time.Millisecond
)

var _ agent.ClientStore = (*clientFile)(nil)

func newClientFile(data string) *clientFile {
	return &clientFile{path: filepath.Join(data, clientsFile), wait: clientLockWait}
}

// Clients implements agent.ClientLister.
func (c *clientFile) Clients() ([]agent.Client, error) {
	list, err := c.read()
	return list.Clients, err
}

// AddClient implements agent.ClientStore.
func (c *clientFile) AddClient(added agent.Client) error {
	return c.change("client-set", added.Name, func(list *clientList) error {
		if slices.ContainsFunc(list.Clients, func(k agent.Client) bool { return k.Name == added.Name }) {
			return agent.ErrClientTaken
		}
		list.Clients = append(list.Clients, added)
		return nil
	})
}

// RemoveClient implements agent.ClientStore.
func (c *clientFile) RemoveClient(name string) error {
	return c.change("client-removed", name, func(list *clientList) error {
		before := len(list.Clients)
		list.Clients = slices.DeleteFunc(list.Clients, func(k agent.Client) bool { return k.Name == name })
		if len(list.Clients) == before {
			return agent.ErrNoClient
		}
		return nil
	})
}

func (c *clientFile) read() (list clientList, err error) {
	info, err := os.Stat(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err == nil && info.Size() > maxClientsFile {
		err = fmt.Errorf("it has %d bytes", info.Size())
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(c.path)
	}
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		return clientList{}, fmt.Errorf("read the clients: %w", err)
	}
	return list, nil
}

// change edits the file. It is on the disk when change returns nil.
func (c *clientFile) change(event, name string, edit func(*clientList) error) error {
	if err := os.MkdirAll(filepath.Dir(c.path), 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	unlock, err := c.lock()
	if err != nil {
		return err
	}
	defer unlock()
	list, err := c.read()
	if err != nil {
		return err
	}
	if err := edit(&list); err != nil {
		return err
	}
	list.Last++
	list.Changes = append(list.Changes, clientChange{list.Last, time.Now(), event, name})
	list.Changes = list.Changes[max(0, len(list.Changes)-maxChanges):]
	data, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	return replaceFile(c.path, data, 0o600)
}

// lock keeps two commands from undoing each other's change. The system gives the
// lock back when a program is killed; the file of the lock stays, and means nothing.
func (c *clientFile) lock() (unlock func(), err error) {
	path := c.path + ".lock"
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the clients: %w", err)
	}
	err = ownAs(path, c.path)
	for began := time.Now(); err == nil; time.Sleep(clientLockLook) {
		if err = tryLock(f); err == nil {
			return func() { _ = f.Close() }, nil
		}
		if errors.Is(err, errLocked) && time.Since(began) < c.wait {
			err = nil
		}
	}
	_ = f.Close()
	return nil, fmt.Errorf("lock the clients: %w", err)
}

// errLocked says that another program holds the lock.
var errLocked = errors.New("another command changes them right now")

// follow writes changes into the audit that have come since the last time.
func (c *clientFile) follow(d *diary) {
	info, err := os.Stat(c.path)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if info.ModTime().Equal(c.followed) {
		return
	}
	list, err := c.read()
	if err != nil {
		d.log.Error("follow the clients", "err", err)
		return
	}
	done, err := d.store.Cursor(clientCursor)
	if err != nil {
		d.log.Error("follow the clients", "err", err)
		return
	}
	for _, x := range list.Changes {
		if x.Number > done {
			d.log.Info("clients changed", "event", x.Event, "client", x.Name)
			d.write(storage.Event{Name: x.Event, Role: storage.RoleStaff, Result: word("client", x.Name), At: x.Time})
		}
	}
	if list.Last != done {
		if err := d.store.SetCursor(clientCursor, list.Last); err != nil {
			d.log.Error("follow the clients", "err", err)
			return
		}
	}
	c.followed = info.ModTime()
}

// replaceFile writes a file so that after a power cut the old or the new content
// is there. The file belongs to whom the directory belongs, also when the command
// was given by the administrator.
func replaceFile(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close(), ownAs(f.Name(), path))
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncDirectory(filepath.Dir(path))
}
