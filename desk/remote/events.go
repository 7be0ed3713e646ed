package remote

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"authenkiosk/desk"
	"authenkiosk/visit"
)

// eventsCall is the path behind Root of the stream of changes, the only GET.
const eventsCall = "events"

// Limits of the stream, which is one of server-sent events (WHATWG HTML, section 9.2).
const (
	eventTimeout = 3 * time.Second  // for a station to take an event
	heartbeat    = 15 * time.Second // below the usual 30 s of proxies
	silence      = 3 * heartbeat    // a station that hears nothing for longer is cut off
	maxPlace     = 64               // characters
	maxEventLine = 1 << 10          // bytes; an event of ours has less than 100
)

// change is what stands in an event beside its place and kind.
type change struct {
	Visit visit.ID `json:"visit,omitempty"`
}

// events answers with the changes until the station has gone.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) {
	after := r.Header.Get("Last-Event-ID")
	if len(after) > maxPlace {
		h.refuse(w, &desk.Error{Code: desk.BadRequest, Err: errors.New("there is no such event")})
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	heard, ended := make(chan desk.Change), make(chan struct{})
	go func() {
		defer close(ended)
		_ = h.Desk.Watch(ctx, desk.Place(after), func(c desk.Change) error {
			select {
			case heard <- c:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	defer func() { cancel(); <-ended }()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must not collect events
	w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for text := "retry: 2000\n\n"; write(w, text) == nil; {
		select {
		case c := <-heard:
			data, err := json.Marshal(change{c.Visit})
			if err != nil {
				return
			}
			text = fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", c.Place, c.What, data)
		case <-beat.C:
			text = ":\n\n"
		case <-ended:
			return
		}
	}
}

func write(w http.ResponseWriter, text string) error {
	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(time.Now().Add(eventTimeout)); err != nil {
		return err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	return control.Flush()
}

// errSilent says that a stream ended, or that nothing came by it for too long.
var errSilent = errors.New("its changes are not told any more")

// Watch implements desk.Watcher. The owner is Unreachable when the stream ends.
func (c *Client) Watch(ctx context.Context, after desk.Place, hear func(desk.Change) error) error {
	listening, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(listening, http.MethodGet, c.url+eventsCall, nil)
	if err != nil {
		return failed(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if after != "" {
		r.Header.Set("Last-Event-ID", string(after))
	}
	alive := time.AfterFunc(silence, cancel)
	defer alive.Stop()
	endless := *c.http
	endless.Timeout = 0
	resp, err := endless.Do(r)
	if err != nil {
		return gone(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		var f failure
		_ = json.NewDecoder(io.LimitReader(resp.Body, maxEventLine)).Decode(&f)
		return notOfADesk(resp, f.Error)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxEventLine)
	var one desk.Change
	for lines.Scan() {
		alive.Reset(silence)
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			one.Place = desk.Place(value)
		case "event":
			one.What = desk.Changed(value)
		case "data":
			var w change
			if err := json.Unmarshal([]byte(value), &w); err != nil {
				return failed(fmt.Errorf("an event cannot be read: %w", err))
			}
			one.Visit = w.Visit
		case "":
			if one.What != "" {
				if err := hear(one); err != nil {
					return err
				}
			}
			one = desk.Change{}
		}
	}
	return gone(ctx, errors.Join(errSilent, lines.Err()))
}

// gone is the end of a stream: that of whoever listened, or the owner's.
func gone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &desk.Error{Code: desk.Unreachable, Err: err}
}
