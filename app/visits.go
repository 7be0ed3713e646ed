package app

import (
	"authenkiosk/app/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// visits is the durable store as the runner and the outbox need it.
type visits struct{ *storage.Store }

var (
	_ Store        = visits{}
	_ outbox.Store = visits{}
)

// Pending implements outbox.Store.
func (v visits) Pending() ([]outbox.Item, error) {
	records, err := v.Unsettled()
	items := make([]outbox.Item, len(records))
	for i, r := range records {
		items[i] = itemOf(r)
	}
	return items, err
}

// Item implements outbox.Store.
func (v visits) Item(id visit.ID) (outbox.Item, error) {
	r, err := v.Visit(id)
	return itemOf(r), err
}

func itemOf(r storage.Record) outbox.Item {
	return outbox.Item{
		Visit: r.Visit, Attempts: r.Attempts, LastSent: r.LastSent,
		InFlight: r.State == storage.StateInflight, Settled: !r.State.Unsettled(),
	}
}
