package app

import (
	"encoding/json"
	"io"
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
