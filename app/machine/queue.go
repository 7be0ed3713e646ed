package machine

import "sync"

// queue holds what waits for one goroutine, in order. Who puts something in never
// waits. With a bound the machine could wait for itself: effects send it events,
// and its writer sends it events while it hands work to the writer. A machine that
// does not come to its events at all is noticed by the watchdog, see Ask.
type queue[T any] struct {
	// ready holds one signal while something may be there to take.
	ready chan struct{}

	mu    sync.Mutex
	items []T
	ended bool
}

func newQueue[T any]() *queue[T] { return &queue[T]{ready: make(chan struct{}, 1)} }

// put adds an item at the end; after the end of the queue it does nothing.
func (q *queue[T]) put(item T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return
	}
	q.items = append(q.items, item)
	q.signal()
}

// take returns the first item, false when there is none.
func (q *queue[T]) take() (T, bool) {
	item, ok, _ := q.next()
	return item, ok
}

// wait returns the first item as soon as there is one, false when the queue has
// ended and nothing is left.
func (q *queue[T]) wait() (T, bool) {
	for {
		if item, ok, ended := q.next(); ok || ended {
			return item, ok
		}
		<-q.ready
	}
}

func (q *queue[T]) next() (item T, ok, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item, false, q.ended
	}
	var none T
	item, q.items[0] = q.items[0], none // what was taken may be a person's data
	q.items = q.items[1:]
	if len(q.items) > 0 {
		q.signal()
	}
	return item, true, q.ended
}

// end lets nothing more in. What is there can still be taken.
func (q *queue[T]) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.signal()
}

func (q *queue[T]) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}
