package agent

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// listening is a desk whose stream of changes lasts until its context ends.
func listening(o *Options) {
	o.Desk = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		<-r.Context().Done()
	})
}

// watchDesk asks for the changes of the desk and returns the status once the stream ends.
func (b *bench) watchDesk(token string) <-chan int {
	r := request("GET", "/api/v1/desk/events", loopbackHost)
	bearer(r, token)
	status := make(chan int, 1)
	go func() { status <- b.do(r).Code }()
	return status
}

func TestTheChangesOfTheDeskAreForStationsAlone(t *testing.T) {
	b := newBench(t, listening)
	others := b.book.give(t, "others", ScopeReadCard, ScopeSubmit, ScopeCodes, ScopeEvents)
	for token, want := range map[string]int{others: http.StatusForbidden, "ak1_wrong": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		if got := <-b.watchDesk(token); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
}

func TestAStationThatIsRemovedOrLosesTheScopeHearsNothingMore(t *testing.T) {
	for name, change := range map[string]func(*bench){
		"removed": func(b *bench) { _ = b.book.RemoveClient("his") },
		"without the scope": func(b *bench) {
			b.book.mu.Lock()
			defer b.book.mu.Unlock()
			b.book.list[0].Scopes = []Scope{ScopeEvents}
		},
		"at the end of the program": func(b *bench) { _ = b.agent.streams.end(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, listening)
				b.agent.now = time.Now
				ended := b.watchDesk(b.token)
				time.Sleep(10 * heartbeat)
				select {
				case <-ended:
					t.Fatal("it ended before")
				default:
				}
				change(b)
				time.Sleep(heartbeat + clientsTTL)
				select {
				case <-ended:
				default:
					t.Error("it goes on")
				}
				_ = b.agent.streams.end(t.Context())
			})
		})
	}
}

func TestStreamsOfStationsAreCountedWithAllOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, listening)
		for range maxClientStreams {
			b.watchDesk(b.token)
		}
		synctest.Wait()
		if got := <-b.watchDesk(b.token); got != http.StatusServiceUnavailable {
			t.Errorf("one too many: %d", got)
		}
		if err := b.agent.streams.end(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
