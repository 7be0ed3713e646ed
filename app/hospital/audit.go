package hospital

import (
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/secureagent"
	"authenkiosk/storage"
	"authenkiosk/visit/desk"
)

// AuditWriter writes into the audit what programs of the hospital do. A program must
// not wait for the disk, so that the entries of a moment may stand in a queue.
type AuditWriter struct {
	store   *storage.Store
	log     *slog.Logger
	entries chan storage.Event
	begin   sync.Once
	done    chan struct{}

	mu    sync.Mutex
	ended bool

	counting sync.Mutex // of its own: run may not wait for write, which waits for run
	repeats  *repeatCounter
}

var _ agent.Auditor = (*AuditWriter)(nil)

// maxEntries bounds the queue; beyond it a program waits for the disk.
const maxEntries = 256

// NewAuditWriter returns a writer into the audit of that store; Close ends it.
func NewAuditWriter(store *storage.Store, log *slog.Logger) *AuditWriter {
	return &AuditWriter{store: store, log: log, entries: make(chan storage.Event, maxEntries), done: make(chan struct{}), repeats: newRepeatCounter()}
}

// write puts an entry into the queue, and begins to empty it with the first.
func (d *AuditWriter) write(e storage.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return
	}
	d.begin.Do(func() { go d.run() })
	d.entries <- e
}

func (d *AuditWriter) run() {
	defer close(d.done)
	look := time.NewTicker(repeatLook)
	defer look.Stop()
	for {
		select {
		case e, open := <-d.entries:
			if !open {
				return
			}
			d.put(e)
		case <-look.C:
			for _, e := range d.due(false) {
				d.put(e)
			}
		}
	}
}

func (d *AuditWriter) put(e storage.Event) {
	if err := d.store.Audit(e); err != nil {
		d.log.Error("write the audit", "event", e.Name, "err", err)
	}
}

// Close writes what is in the queue, and the numbers of repeats.
func (d *AuditWriter) Close() {
	for _, e := range d.due(true) {
		d.write(e)
	}
	d.mu.Lock()
	d.ended = true
	close(d.entries)
	d.mu.Unlock()
	d.begin.Do(func() { close(d.done) })
	<-d.done
}

// byAccess are the guard's words for what access tells, with the person's handle.
// A card that is not there and a wrong PID disclose nothing, and are no entries.
var byAccess = map[string]bool{"card-read": true, "right-check": true, "submit": true, "draft": true, "codes": true}

// refusedEvent is the guard's word for a request that it stopped.
const refusedEvent = "refused"

// Audit implements agent.Auditor. What failed disclosed nothing; a refusal is
// written all the same.
func (d *AuditWriter) Audit(event, client, result string) {
	text, _, _ := strings.Cut(result, " ")
	status, err := strconv.Atoi(text)
	if byAccess[event] || event != refusedEvent && (err != nil || status >= http.StatusBadRequest) {
		return
	}
	d.note(storage.Event{Name: word("agent", event), Role: word("client", client), Result: word("status", text)})
}

// pairing writes down that a code was made, or a station asked with one.
func (d *AuditWriter) pairing(machine, result string) {
	e := storage.Event{Name: "desk-pairing", Role: string(desk.Administrator), Result: result}
	if machine != "" {
		e.Role = word("machine", machine)
	}
	d.write(e)
}

// access writes down who looked at whose data. Every submission that brought a
// code is an entry of its own; of the rest repeats are counted.
func (d *AuditWriter) access(a secureagent.Access) {
	e := storage.Event{
		Name: word("agent", a.Action), Role: word("client", a.Client), Result: word("status", strconv.Itoa(a.Status)), At: a.At,
	}
	if !a.PID.IsZero() {
		e.Handle = d.store.Handle(a.PID)
	}
	if a.Action == "confirm-save" && a.Status == http.StatusOK {
		d.write(e)
		return
	}
	d.note(e)
}

// note writes an entry, or counts it as a repeat.
func (d *AuditWriter) note(e storage.Event) {
	d.counting.Lock()
	list := d.repeats.note(e, time.Now())
	d.counting.Unlock()
	for _, e := range list {
		d.write(e)
	}
}

// due are the numbers of repeats that are to be written.
func (d *AuditWriter) due(all bool) []storage.Event {
	d.counting.Lock()
	defer d.counting.Unlock()
	return d.repeats.due(time.Now(), all)
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
