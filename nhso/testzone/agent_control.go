package testzone

import (
	"errors"
	"net/http"
)

// agentRoutes are the controls of the Desk: which readers there are and whose
// card is inside. They stand beside the other controls of the zone, not on the
// agent's own address, where every web page may ask.
func (z *Zone) agentRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /testzone/agent", func(w http.ResponseWriter, _ *http.Request) { z.showDesk(w) })
	mux.HandleFunc("PUT /testzone/agent/card", z.putCard)
	mux.HandleFunc("DELETE /testzone/agent/card", func(w http.ResponseWriter, _ *http.Request) {
		z.desk.Remove()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("PUT /testzone/agent/readers", z.putReaders)
	mux.HandleFunc("DELETE /testzone/agent/readers", func(w http.ResponseWriter, _ *http.Request) {
		_ = z.desk.SetReaders() // nothing can be wrong with no name
		w.WriteHeader(http.StatusNoContent)
	})
}

func (z *Zone) showDesk(w http.ResponseWriter) {
	s := z.desk.Slot()
	if s.Readers == nil {
		s.Readers = []string{}
	}
	writeJSON(w, http.StatusOK, object{
		"readers": s.Readers, "insertion": s.Insertion, "pid": s.PID, "unreadable": s.Unreadable,
	})
}

// putCard takes {"pid":"..."}, or {"unreadable":true} for a card that cannot be
// read.
func (z *Zone) putCard(w http.ResponseWriter, r *http.Request) {
	var b struct {
		PID        string `json:"pid"`
		Unreadable bool   `json:"unreadable"`
	}
	if !readJSON(w, r, &b) {
		return
	}
	err := errors.New("pid: whose card, or unreadable: true, not both")
	switch {
	case b.Unreadable && b.PID == "":
		err = z.desk.InsertUnreadable()
	case !b.Unreadable && b.PID != "":
		err = z.desk.Insert(b.PID)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	z.showDesk(w)
}

// putReaders takes {"readers":["name", ...]}; the card is in the first.
func (z *Zone) putReaders(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Readers []string `json:"readers"`
	}
	if !readJSON(w, r, &b) {
		return
	}
	if err := z.desk.SetReaders(b.Readers...); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	z.showDesk(w)
}
