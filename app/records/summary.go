package records

import (
	"context"
	"encoding/json"
	"io"
)

// Summary is what the doctor wants to know of the records. It holds no personal data.
type Summary struct {
	Clients  int            `json:"clients"`
	SetAside map[string]int `json:"set_aside"` // visits that a receiver refused, by the name of its cursor
}

// SummaryCommand prints the summary as JSON. It is for the doctor, not for people.
func SummaryCommand(_ context.Context, r Commands, _ []string, _ io.Reader, output io.Writer) error {
	clients, err := (&Clients{Store: r.Store, Log: r.Log}).Clients()
	if err != nil {
		return err
	}
	s := Summary{Clients: len(clients), SetAside: map[string]int{}}
	aside, err := r.Store.Undelivered()
	if err != nil {
		return err
	}
	for _, u := range aside {
		s.SetAside[u.Receiver]++
	}
	return json.NewEncoder(output).Encode(s)
}
