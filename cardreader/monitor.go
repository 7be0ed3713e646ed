package cardreader

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
)

// Options say what a Monitor watches.
type Options struct {
	Service Service

	// Logger may be nil. Names of readers are logged, never data of a card.
	Logger *slog.Logger

	// Patient and Officer name the readers of the two roles, see RolesOf. An empty
	// Patient means every reader for cards but the officer's, an empty Officer means
	// none until one is found by use, see Monitor.NextIs.
	Patient, Officer string

	// LongReads is WithLongReads for the readings of the Monitor.
	LongReads bool
}

// Monitor watches the card service and reads the cards it has announced. It
// survives readers that are unplugged and a card service that is stopped or
// started again. Make one with New, run it once with Run, take its events from
// Events.
type Monitor struct {
	options Options
	log     *slog.Logger
	reader  *Reader
	events  chan Event

	// Owned by Run.
	slots    []Slot
	told     []ReaderState
	tellList bool // the list has never been told since the service came
	lost     bool
	last     uint64          // insertion
	named    map[string]Role // of readers, by the options
	learned  map[string]Role // of readers, by use

	mu    sync.Mutex
	cards map[string]*insertion // by reader; guarded by mu
	next  Role                  // of the next card to come in; guarded by mu
}

// insertion is one stay of a card in a reader.
type insertion struct {
	number  uint64
	role    Role
	status  Status // StatusPresent or StatusMute
	counter uint16
	ctx     context.Context // ends with the stay
	end     context.CancelCauseFunc
}

// New returns a Monitor. It touches nothing before Run.
func New(o Options) *Monitor {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	var with []ReaderOption
	if o.LongReads {
		with = append(with, WithLongReads())
	}
	return &Monitor{
		options: o, log: o.Logger, reader: NewReader(o.Service, o.Logger, with...),
		events: make(chan Event, eventBuffer), cards: make(map[string]*insertion),
		named: make(map[string]Role), learned: make(map[string]Role),
	}
}

// Events is closed when Run returns. It must be read, or the Monitor stands still.
func (m *Monitor) Events() <-chan Event { return m.events }

// Run watches until ctx ends; nothing else ends it. It then calls off every
// reading and waits a moment for the cards to be given back. It may be called
// once.
func (m *Monitor) Run(ctx context.Context) {
	defer close(m.events)
	m.watchService(ctx)
	m.mu.Lock()
	for _, in := range m.cards {
		in.end(fmt.Errorf("%w: %w", ErrCalledOff, context.Cause(ctx)))
	}
	clear(m.cards)
	m.mu.Unlock()
	if !m.reader.drain(drainLimit) {
		m.log.Warn("a card hangs; its reading is left behind")
	}
}

// Read reads the text of the card of that insertion; see Reader.Text. It fails
// with visit.CardRemovedEarly as soon as the card is gone.
func (m *Monitor) Read(ctx context.Context, of Inserted, to Receiver) (Document, error) {
	ctx, stop, err := m.during(ctx, of)
	if err != nil {
		return Document{}, err
	}
	defer stop()
	return m.reader.Text(ctx, of.Reader, to)
}

// Thai reports whether the card of that insertion is a Thai ID card; see Reader.Thai.
func (m *Monitor) Thai(ctx context.Context, of Inserted) error {
	ctx, stop, err := m.during(ctx, of)
	if err != nil {
		return err
	}
	defer stop()
	return m.reader.Thai(ctx, of.Reader)
}

// Photo reads the photo of the card of that insertion; see Reader.Photo.
func (m *Monitor) Photo(ctx context.Context, of Inserted, doc Document, progress func(done, total int)) ([]byte, error) {
	ctx, stop, err := m.during(ctx, of)
	if err != nil {
		return nil, err
	}
	defer stop()
	return m.reader.Photo(ctx, of.Reader, doc, progress)
}

// during returns a context that ends with the insertion.
func (m *Monitor) during(ctx context.Context, of Inserted) (context.Context, func(), error) {
	m.mu.Lock()
	in := m.cards[of.Reader]
	m.mu.Unlock()
	if in == nil || in.number != of.Insertion {
		return nil, nil, removedEarly()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(in.ctx, func() { cancel(context.Cause(in.ctx)) })
	return ctx, func() { stop(); cancel(nil) }, nil
}

func removedEarly() error { return faultOf(fmt.Errorf("insertion is over: %w", ErrRemoved)) }

// emit sends an event unless the end comes first.
func (m *Monitor) emit(ctx context.Context, e Event) {
	select {
	case m.events <- e:
	case <-ctx.Done():
	}
}

// tellReaders emits the list of readers when it is not what was told last.
func (m *Monitor) tellReaders(ctx context.Context) {
	list := make([]ReaderState, 0, len(m.slots))
	for _, s := range m.slots {
		list = append(list, ReaderState{Name: s.Reader, Role: m.roleOf(s.Reader), State: statusOf(s.Current)})
	}
	if !m.tellList && slices.Equal(list, m.told) {
		return
	}
	m.tellList, m.told = false, list
	m.emit(ctx, Readers{List: slices.Clone(list)})
}
