package app

import (
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"authenkiosk/agent"
	"authenkiosk/agent/secureagent"
	"authenkiosk/storage"
)

// diary writes into the audit what programs of the hospital do. A program must
// not wait for the disk, so that the entries of a moment may stand in a queue.
type diary struct {
	store   *storage.Store
	log     *slog.Logger
	entries chan storage.Event
	begin   sync.Once
	done    chan struct{}

	mu    sync.Mutex
	ended bool
}

var _ agent.Auditor = (*diary)(nil)

// maxEntries bounds the queue; beyond it a program waits for the disk.
const maxEntries = 256

func newDiary(store *storage.Store, log *slog.Logger) *diary {
	return &diary{store: store, log: log, entries: make(chan storage.Event, maxEntries), done: make(chan struct{})}
}

// write puts an entry into the queue, and begins to empty it with the first.
func (d *diary) write(e storage.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return
	}
	d.begin.Do(func() { go d.run() })
	d.entries <- e
}

func (d *diary) run() {
	defer close(d.done)
	for e := range d.entries {
		if err := d.store.Audit(e); err != nil {
			d.log.Error("write the audit", "event", e.Name, "err", err)
		}
	}
}

// close writes what is in the queue.
func (d *diary) close() {
	d.mu.Lock()
	d.ended = true
	close(d.entries)
	d.mu.Unlock()
	d.begin.Do(func() { close(d.done) })
	<-d.done
}

// byAccess are the guard's words for what access tells with the person's handle.
var byAccess = map[string]bool{"card-read": true, "right-check": true, "submit": true, "draft": true, "codes": true}

// Audit implements agent.Auditor.
func (d *diary) Audit(event, client, result string) {
	status, _, _ := strings.Cut(result, " ")
	if byAccess[event] && status == "200" {
		return
	}
	d.write(storage.Event{Name: word("agent", event), Role: word("client", client), Result: word("status", status)})
}

// access writes down who looked at whose data.
func (d *diary) access(a secureagent.Access) {
	e := storage.Event{
		Name: word("agent", a.Action), Role: word("client", a.Client), Result: word("status", strconv.Itoa(a.Status)), At: a.At,
	}
	if !a.PID.IsZero() {
		e.Handle = d.store.Handle(a.PID)
	}
	d.write(e)
}

var (
	notOfAWord = regexp.MustCompile(`[^a-z0-9]+`)
	manyDigits = regexp.MustCompile(`[0-9]{5,}`)
)

// maxWord is the longest word of the audit.
const maxWord = 40

// word makes a word of the audit out of a name: the audit takes small letters,
// digits and hyphens, and no long number.
func word(kind, name string) string {
	w := kind + "-" + strings.Trim(manyDigits.ReplaceAllString(notOfAWord.ReplaceAllString(strings.ToLower(name), "-"), "n"), "-")
	return strings.TrimRight(w[:min(len(w), maxWord)], "-")
}
