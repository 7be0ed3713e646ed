package testzone

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// routes lays out the services, the control API and the page. The control API
// is refused to web pages of other origins.
func (z *Zone) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+StatusPath, z.service(z.status))
	mux.HandleFunc("GET "+RightPath, z.service(z.right))
	mux.HandleFunc("POST "+SubmitPath, z.service(z.submit))
	mux.HandleFunc("POST "+OldSubmitPath, z.service(z.submit))

	mux.HandleFunc("POST "+EvidencePath, z.takeEvidence)
	mux.HandleFunc("GET /testzone/evidence", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, z.Evidence())
	})
	mux.HandleFunc("GET "+LinePath, z.line)
	mux.HandleFunc("POST "+LinePath, z.line)
	mux.HandleFunc("GET /testzone/font.ttf", z.font)
	mux.HandleFunc("GET /testzone/persons", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, z.Persons())
	})
	mux.HandleFunc("PUT /testzone/persons/{pid}", z.putPerson)
	mux.HandleFunc("GET /testzone/faults", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, z.Faults())
	})
	mux.HandleFunc("POST /testzone/faults", z.postFault)
	mux.HandleFunc("DELETE /testzone/faults", func(w http.ResponseWriter, _ *http.Request) {
		z.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /testzone/requests", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, z.Requests())
	})
	mux.HandleFunc("GET /testzone/codes", func(w http.ResponseWriter, _ *http.Request) {
		codes := z.Codes()
		if codes == nil {
			codes = []Code{}
		}
		writeJSON(w, http.StatusOK, codes)
	})
	z.agentRoutes(mux)
	mux.HandleFunc("GET /{$}", z.page)
	return http.NewCrossOriginProtection().Handler(mux)
}

// ServeHTTP implements http.Handler.
func (z *Zone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Simulator", "nhso-test")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	z.handler.ServeHTTP(w, r)
}

func (z *Zone) putPerson(w http.ResponseWriter, r *http.Request) {
	var p Person
	if !readJSON(w, r, &p) {
		return
	}
	pid := r.PathValue("pid")
	if p.PID == "" {
		p.PID = pid
	}
	err := p.Validate()
	if p.PID != pid {
		err = errors.New("pid: the body names another than the path")
	}
	if err == nil {
		err = z.PutPerson(p)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, p)
}

func (z *Zone) postFault(w http.ResponseWriter, r *http.Request) {
	var f Fault
	if !readJSON(w, r, &f) {
		return
	}
	if err := z.SetFault(f); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusCreated, z.Faults())
}

// readJSON reads one JSON object without unknown fields, or answers with what is
// wrong and returns false.
func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the JSON object")
		}
	}
	switch {
	case err == nil:
		return true
	case isTooBig(err):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Errorf("the body is longer than %d bytes", maxBodyBytes))
	default:
		refuse(w, http.StatusBadRequest, fmt.Errorf("body: %w", err))
	}
	return false
}

func isTooBig(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

func refuse(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, object{"error": err.Error()})
}
