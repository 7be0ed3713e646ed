package agent

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
)

// Options are what the agent asks of the program. All are needed.
type Options struct {
	Status  func() Status // must be quick: it is called for each request
	Healthy func() error  // nil, or why the program cannot serve patients; without personal data
	Logger  *slog.Logger
}

// New returns the handler of all paths, guarded. It works only below Serve, or
// another server that puts the local address into the context of requests.
func New(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", o.health)
	mux.HandleFunc("/api/v1/status", o.status)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "no such path")
	})
	return guard(mux)
}

// health answers 200 "ok", or 503 with the reason on one line.
func (o Options) health(w http.ResponseWriter, _ *http.Request) {
	code, text := http.StatusOK, "ok"
	if err := o.Healthy(); err != nil {
		code, text = http.StatusServiceUnavailable, oneLine(err.Error())
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	if _, err := w.Write([]byte(text + "\n")); err != nil {
		o.Logger.Debug("answer health", "err", err)
	}
}

func (o Options) status(w http.ResponseWriter, _ *http.Request) {
	s := o.Status()
	if s.Readers == nil {
		s.Readers = []Reader{} // a list without entries, not null
	}
	if err := writeJSON(w, http.StatusOK, s); err != nil {
		o.Logger.Debug("answer status", "err", err)
	}
}

// refuse answers with an error; a client that has gone need not know.
func refuse(w http.ResponseWriter, code int, reason string) {
	_ = writeJSON(w, code, map[string]string{"error": reason})
}

func writeJSON(w http.ResponseWriter, code int, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, err = w.Write(append(data, '\n'))
	return err
}

// oneLine shortens a reason and takes line breaks out of it.
func oneLine(s string) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > maxReason {
		runes = append(runes[:maxReason-1], '…')
	}
	return string(runes)
}
