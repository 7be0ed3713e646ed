package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
)

// ErrNobody says that no program runs on the data.
var ErrNobody = errors.New("no program runs on these data")

// Handler carries a command out: its words, its input, and where its output goes.
type Handler func(ctx context.Context, words []string, input io.Reader, output io.Writer) error

// call is a command on its way to the running program.
type call struct {
	Words []string `json:"words"`
	Input []byte   `json:"input,omitempty"`
}

// outcome is the trailer that says how a command ended: "ok", or a quoted error.
const outcome = "X-Outcome"

const done = "ok"

// Serve carries commands out until ctx ends, and then lets those under way finish:
// not for longer than endTimeout, because a person may let the output stand.
func Serve(ctx context.Context, l *Listener, handle Handler, log *slog.Logger) {
	places := make(chan struct{}, maxCalls)
	server := &http.Server{
		ReadTimeout: callTimeout, MaxHeaderBytes: 4 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			places <- struct{}{}
			defer func() { <-places }()
			answer(w, r, handle)
		}),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("commands cannot be taken any more", "err", err)
		}
	}()
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	if server.Shutdown(last) != nil {
		_ = server.Close()
	}
	<-ended
}

func answer(w http.ResponseWriter, r *http.Request, handle Handler) {
	var c call
	w.Header().Set("Trailer", outcome)
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, 2*maxCall))
	err := body.Decode(&c)
	if err == nil && len(c.Words) == 0 {
		err = errors.New("there is no command")
	}
	if err != nil {
		err = fmt.Errorf("the call cannot be read: %w", err)
	} else {
		err = handle(r.Context(), c.Words, bytes.NewReader(c.Input), w)
	}
	end := done
	if err != nil {
		end = strconv.QuoteToASCII(err.Error())
	}
	w.Header().Set(outcome, end)
}

// Ask has the program that runs on a data directory carry a command out, and copies
// what it prints. It returns ErrNobody when none runs there.
func Ask(ctx context.Context, dir string, words []string, input []byte, output io.Writer) error {
	if len(input) > maxCall {
		return fmt.Errorf("the input has more than %d bytes", maxCall)
	}
	conn, err := dial(dir)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
		DisableKeepAlives: true,
	}}
	body, err := json.Marshal(call{words, input})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://authenkiosk/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("ask the running program: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(output, resp.Body); err != nil {
		return fmt.Errorf("the running program ended before the command was done: %w", err)
	}
	return failure(resp.Trailer.Get(outcome))
}

// failure is the error that the running program told.
func failure(end string) error {
	if end == done {
		return nil
	}
	text, err := strconv.Unquote(end)
	if err != nil {
		return errors.New("the running program did not say whether the command is done: it is another version? End it and start it again")
	}
	return errors.New(text)
}
