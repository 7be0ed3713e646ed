package agent

import "sync"

// places bounds the requests that wait for something slow, of all clients and of
// each. Who finds none is told at once.
type places struct {
	all, each int

	mu    sync.Mutex
	taken int
	by    map[string]int
}

func newPlaces(all, each int) *places { return &places{all: all, each: each, by: map[string]int{}} }

func (p *places) take(client string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= p.all || p.by[client] >= p.each {
		return false
	}
	p.taken++
	p.by[client]++
	return true
}

func (p *places) release(client string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	if p.by[client]--; p.by[client] == 0 {
		delete(p.by, client)
	}
}

// placesOf returns the places of a cost, and what is said when there is none; nil:
// it needs none.
func (a *Agent) placesOf(c cost) (p *places, slow string) {
	switch c {
	case asking, reading:
		return a.asking, "too many requests wait for NHSO; try again in a moment"
	case card:
		return a.reading, "too many requests wait for the card; try again in a moment"
	}
	return nil, ""
}
