package hospital

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/feed"
	"authenkiosk/agent/mqtt"
	"authenkiosk/agent/webhook"
	"authenkiosk/app/config"
	"authenkiosk/app/privatelog"
	"authenkiosk/app/wait"
	"authenkiosk/atomicfile"
	"authenkiosk/storage"
)

// Names of secrets. That of a webhook has its name behind.
const (
	WebhookSecret = "webhook-"
	MQTTPassword  = "mqtt-password"
)

// Receivers brings changed visits to the hospital's systems: webhooks and a broker.
// Each has its own durable place in the feed.
type Receivers struct {
	hooks  *webhook.Deliverer // nil: none
	broker *mqtt.Publisher    // nil: none
	places cursors
	path   string // of the file in which the doctor finds how they are
	log    *slog.Logger
	wrote  []ReceiverState

	changed func() // see tellOptions
}

// ReceiversOptions are what the receivers stand on. All are needed.
type ReceiversOptions struct {
	Config  config.Config
	Store   *storage.Store
	Secrets *storage.Secrets
	Data    string // directory of the zone
	Log     *slog.Logger
	Changed func() // hears that the state of a receiver is another one
}

// NewReceivers makes the receivers of the configuration. A receiver without its secret
// is an error: its messages would be believed by nobody, or its broker refuse them.
func NewReceivers(o ReceiversOptions) (*Receivers, error) {
	c, store, secrets, log := o.Config, o.Store, o.Secrets, o.Log
	visits, places, aside := Feed{store, log}, cursors{store}, asides{store, log}
	id, err := store.Feed()
	if err != nil {
		return nil, err
	}
	t := &Receivers{places: places, path: filepath.Join(o.Data, ReceiversFile), log: log, changed: o.Changed}
	var hooks []webhook.Hook
	for _, w := range c.Webhooks {
		text, err := secrets.Get(c.NHSO.Zone, WebhookSecret+w.Name)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w; set it with the command secret set %s%s", w.Name, err, WebhookSecret, w.Name)
		}
		privatelog.Hide(text)
		secret, err := webhook.ParseSecret(text)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w", w.Name, err)
		}
		hooks = append(hooks, webhook.Hook{Name: w.Name, URL: w.URL, Secret: secret})
	}
	if len(hooks) > 0 {
		t.hooks, err = webhook.New(hooks, webhook.Options{
			Visits: visits, Cursors: places, Aside: aside, Source: agent.Source{Zone: string(c.NHSO.Zone), Feed: id, Kiosk: c.MQTT.Kiosk}, Logger: log,
		})
	}
	if err == nil && c.MQTT.Broker != "" {
		t.broker, err = newBroker(c, secrets, mqtt.Options{Visits: visits, Cursors: places, Aside: aside, Zone: string(c.NHSO.Zone), Feed: id, Logger: log})
	}
	return t, err
}

func newBroker(c config.Config, secrets *storage.Secrets, o mqtt.Options) (*mqtt.Publisher, error) {
	settings := mqtt.Config{Broker: c.MQTT.Broker, Username: c.MQTT.Username, HCode: c.Unit.HCode, Kiosk: c.MQTT.Kiosk}
	if c.MQTT.Username != "" {
		var err error
		if settings.Password, err = secrets.Get(c.NHSO.Zone, MQTTPassword); err != nil {
			return nil, fmt.Errorf("mqtt: %w; set it with the command secret set %s", err, MQTTPassword)
		}
		privatelog.Hide(settings.Password)
	}
	if c.MQTT.CAFile != "" {
		pem, err := os.ReadFile(c.MQTT.CAFile)
		if err != nil {
			return nil, fmt.Errorf("mqtt.ca_file: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("mqtt.ca_file: there is no certificate in it")
		}
	}
	return mqtt.New(settings, o)
}

// Run delivers until ctx ends.
func (t *Receivers) Run(ctx context.Context) {
	var parts sync.WaitGroup
	defer parts.Wait()
	if t.hooks != nil {
		parts.Go(func() { t.hooks.Run(ctx) })
	}
	if t.broker != nil {
		parts.Go(func() { t.broker.Run(ctx) })
	}
	for wait.For(ctx, noteEvery) {
		t.note()
	}
	t.note()
}

// Wake tells that visits have changed.
func (t *Receivers) Wake() {
	if t.hooks != nil {
		t.hooks.Wake()
	}
	if t.broker != nil {
		t.broker.Wake()
	}
}

// Delivered is the place in the feed up to which every receiver has the visits. One
// whose place cannot be read has none.
func (t *Receivers) Delivered() uint64 {
	place := uint64(math.MaxUint64)
	for _, s := range t.receivers() {
		at, err := t.places.Cursor(s.Name)
		if err != nil {
			t.log.Error("read the place of a receiver", "receiver", s.Name, "err", err)
		}
		place = min(place, at)
	}
	return place
}

// receivers tells how they are.
func (t *Receivers) receivers() (all []feed.Status) {
	if t.hooks != nil {
		all = t.hooks.Status()
	}
	if t.broker != nil {
		all = append(all, t.broker.Status())
	}
	return all
}

// StatusOf words the receivers for the local status.
func (t *Receivers) StatusOf() (all []agent.Receiver) {
	for _, s := range t.receivers() {
		state := agent.ReceiverReady
		if !s.Failing.IsZero() {
			state = agent.ReceiverFailing
		}
		all = append(all, agent.Receiver{Name: s.Name, State: state, SetAside: s.SetAside})
	}
	return all
}

// ReceiverState is how a receiver is, for the doctor, which is another process.
type ReceiverState struct {
	Name      string    `json:"name"`
	Delivered time.Time `json:"delivered"` // of the last change that it took in this run; zero: none
	Failing   time.Time `json:"failing"`   // since when it takes nothing; zero: it does
	Problem   string    `json:"problem,omitempty"`
	Place     uint64    `json:"place"`
	SetAside  int       `json:"set_aside"` // visits that it refused and has not taken since
}

// noteEvery is how often the state of the receivers is noted, when it is another one.
const noteEvery = 2 * time.Second

// ReceiversFile stands in the data directory. It holds no personal data.
const ReceiversFile = "receivers.json"

// note writes the state of the receivers where the doctor finds it, when it is
// another one than before.
func (t *Receivers) note() {
	var now []ReceiverState
	for _, s := range t.receivers() {
		now = append(now, ReceiverState{s.Name, s.Delivered, s.Failing, s.Problem, s.Cursor, s.SetAside})
	}
	if slices.Equal(now, t.wrote) {
		return
	}
	data, err := json.Marshal(now)
	if err == nil {
		err = atomicfile.Write(t.path, data, 0o600)
	}
	if err != nil {
		t.log.Warn("note the state of the receivers", "err", err)
		return
	}
	t.wrote = now
	t.changed()
}

// ReadReceivers reads what a running program noted last.
func ReadReceivers(data string) ([]ReceiverState, error) {
	content, err := os.ReadFile(filepath.Join(data, ReceiversFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []ReceiverState
	if err == nil {
		err = json.Unmarshal(content, &list)
	}
	return list, err
}

// cursors keeps the places of receivers in the store, whose names have no slash.
type cursors struct{ store *storage.Store }

var _ feed.Cursors = cursors{}

// Cursor implements feed.Cursors.
func (c cursors) Cursor(name string) (uint64, error) { return c.store.Cursor(feed.Key(name)) }

// SetCursor implements feed.Cursors.
func (c cursors) SetCursor(name string, seq uint64) error {
	return c.store.SetCursor(feed.Key(name), seq)
}

// NewPlaces returns the places of receivers in a store.
func NewPlaces(store *storage.Store) feed.Cursors { return cursors{store} }
