package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"

	"authenkiosk/app/control"
	"authenkiosk/storage"
)

// summary is what the doctor wants to know of the records. It holds no personal data.
type summary struct {
	Clients  int            `json:"clients"`
	SetAside map[string]int `json:"set_aside"` // visits that a receiver refused, by the name of its cursor
}

// summaryCommand prints the summary as JSON. It is for the doctor, not for people.
func summaryCommand(r records, _ []string, _ io.Reader, output io.Writer) error {
	clients, err := (&clientsOf{store: r.store, log: r.log}).Clients()
	if err != nil {
		return err
	}
	s := summary{Clients: len(clients), SetAside: map[string]int{}}
	aside, err := r.store.Undelivered()
	if err != nil {
		return err
	}
	for _, u := range aside {
		s.SetAside[u.Receiver]++
	}
	return json.NewEncoder(output).Encode(s)
}

// summaryOf asks the program that runs on a data directory, or looks itself.
func summaryOf(ctx context.Context, data string, keys storage.KeyOptions) (s summary, err error) {
	var out bytes.Buffer
	err = control.Ask(ctx, data, []string{"summary"}, nil, &out)
	if errors.Is(err, control.ErrNobody) {
		var store *storage.Store
		if store, err = storage.Open(data, storage.Options{Keys: keys}); err != nil {
			return s, err
		}
		err = errors.Join(summaryCommand(records{store: store, log: slog.New(slog.DiscardHandler)}, nil, nil, &out), store.Close())
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(out.Bytes(), &s)
}
