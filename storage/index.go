package storage

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"authenkiosk/visit"
)

// index holds in memory where visits are found. It is made of the records at the
// start and follows every transaction when that is on the disk. A hundred
// thousand visits need 24 MB.
type index struct {
	mu        sync.RWMutex
	lines     map[uuid]line
	unsettled refs // by seq
	staff     refs // by seq
	refused   refs // by seq
	days      map[day]*dayIndex
	persons   map[personKey][]uuid // in the order of saving
	codes     map[codeKey]uuid
	feed      refs // by number of the feed
	jobs      map[string]PrintJob
}

// become takes over what another index holds, which is not used any more.
func (x *index) become(other *index) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.lines, x.unsettled, x.staff, x.refused, x.days = other.lines, other.unsettled, other.staff, other.refused, other.days
	x.persons, x.codes, x.feed, x.jobs = other.persons, other.codes, other.feed, other.jobs
}

type dayIndex struct {
	visits refs // by seq
	done   int
}

// refs are visits in the order of a number.
type refs []ref

type ref struct {
	n  uint64
	id uuid
}

func newIndex() *index {
	return &index{
		lines: map[uuid]line{}, days: map[day]*dayIndex{}, persons: map[personKey][]uuid{},
		codes: map[codeKey]uuid{}, jobs: map[string]PrintJob{},
	}
}

func (r refs) find(n uint64) (int, bool) {
	return slices.BinarySearchFunc(r, n, func(a ref, n uint64) int { return cmp.Compare(a.n, n) })
}

// put is cheap at the end, where nearly all come.
func (r *refs) put(n uint64, id uuid) {
	at, there := r.find(n)
	if there {
		(*r)[at].id = id
		return
	}
	*r = slices.Insert(*r, at, ref{n, id})
}

func (r *refs) drop(n uint64) {
	if at, there := r.find(n); there {
		*r = slices.Delete(*r, at, at+1)
	}
}

func (r refs) ids() []visit.ID {
	ids := make([]visit.ID, len(r))
	for i := range r {
		ids[i] = r[i].id.id()
	}
	return ids
}

// put takes a record over that is on the disk, new or changed.
func (x *index) put(id uuid, l line) {
	x.mu.Lock()
	defer x.mu.Unlock()
	before, known := x.lines[id]
	if known {
		x.take(id, before)
	}
	x.lines[id] = l
	if l.unsettled() {
		x.unsettled.put(l.seq, id)
	}
	if l.staff() {
		x.staff.put(l.seq, id)
	}
	if l.refused() {
		x.refused.put(l.seq, id)
	}
	d := x.days[l.date]
	if d == nil {
		d = &dayIndex{}
		x.days[l.date] = d
	}
	d.visits.put(l.seq, id)
	if l.state == letter(visit.StateDone) {
		d.done++
	}
	if !known {
		x.persons[l.person] = append(x.persons[l.person], id)
	}
	if l.code != (codeKey{}) {
		x.codes[l.code] = id
	}
	if l.feed != 0 {
		x.feed.put(l.feed, id)
	}
}

// sort brings the visits of each person into the order of saving, after records
// came in the order of their ids.
func (x *index) sort() {
	for _, list := range x.persons {
		slices.SortFunc(list, func(a, b uuid) int { return cmp.Compare(x.lines[a].seq, x.lines[b].seq) })
	}
}

// remove forgets a record that is no more on the disk.
func (x *index) remove(id uuid) {
	x.mu.Lock()
	defer x.mu.Unlock()
	l, known := x.lines[id]
	if !known {
		return
	}
	x.take(id, l)
	delete(x.lines, id)
	list := slices.DeleteFunc(x.persons[l.person], func(u uuid) bool { return u == id })
	if x.persons[l.person] = list; len(list) == 0 {
		delete(x.persons, l.person)
	}
}

// take takes the visit out of everything but lines and persons.
func (x *index) take(id uuid, l line) {
	if l.unsettled() {
		x.unsettled.drop(l.seq)
	}
	if l.staff() {
		x.staff.drop(l.seq)
	}
	if l.refused() {
		x.refused.drop(l.seq)
	}
	if d := x.days[l.date]; d != nil {
		d.visits.drop(l.seq)
		if l.state == letter(visit.StateDone) {
			d.done--
		}
		if len(d.visits) == 0 {
			delete(x.days, l.date)
		}
	}
	if x.codes[l.code] == id {
		delete(x.codes, l.code)
	}
	if l.feed != 0 {
		x.feed.drop(l.feed)
	}
}

// read runs f with the index held.
func read[T any](x *index, f func(*index) T) T {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return f(x)
}

// before returns the visits with service dates before that one, oldest first.
func (x *index) before(d visit.Date) []visit.ID {
	return read(x, func(x *index) (ids []visit.ID) {
		for _, day := range slices.Sorted(maps.Keys(x.days)) {
			if day >= dayOf(d) {
				break
			}
			ids = append(ids, x.days[day].visits.ids()...)
		}
		return ids
	})
}

// after returns the visits with service dates after that one.
func (x *index) after(d visit.Date) []visit.ID {
	return read(x, func(x *index) (ids []visit.ID) {
		for _, day := range slices.Sorted(maps.Keys(x.days)) {
			if day > dayOf(d) {
				ids = append(ids, x.days[day].visits.ids()...)
			}
		}
		return ids
	})
}

// oldest returns the first service date of which there is a visit.
func (x *index) oldest() visit.Date {
	return read(x, func(x *index) (first visit.Date) {
		if len(x.days) == 0 {
			return first
		}
		d := slices.Min(slices.Collect(maps.Keys(x.days)))
		return visit.Date{Year: int(d / 10000), Month: time.Month(d / 100 % 100), Day: int(d % 100)}
	})
}

// ofPerson returns the visits of a person in the order of saving; with a date,
// those of that day.
func (x *index) ofPerson(k personKey, d visit.Date) []visit.ID {
	return read(x, func(x *index) (ids []visit.ID) {
		for _, u := range x.persons[k] {
			if d.IsZero() || x.lines[u].date == dayOf(d) {
				ids = append(ids, u.id())
			}
		}
		return ids
	})
}

func (x *index) open(staff bool) []visit.ID {
	return read(x, func(x *index) []visit.ID {
		if staff {
			return x.staff.ids()
		}
		return x.unsettled.ids()
	})
}

// ended reports whether a visit has its code or is closed.
func (l line) ended() bool {
	return l.state == letter(visit.StateDone) || l.state == letter(visit.StateDropped)
}

// ofDay returns the visits of a service date that were saved before that number, or all
// for 0, in the order of saving.
func (x *index) ofDay(d visit.Date, before uint64) refs {
	return read(x, func(x *index) refs {
		found := x.days[dayOf(d)]
		if found == nil {
			return nil
		}
		end := len(found.visits)
		if before > 0 {
			end, _ = found.visits.find(before)
		}
		return slices.Clone(found.visits[:end])
	})
}

// only takes the visits of everybody but that person out of a list.
func (x *index) only(list refs, k personKey) refs {
	return read(x, func(x *index) refs {
		return slices.DeleteFunc(list, func(r ref) bool { return x.lines[r.id].person != k })
	})
}

// states counts the visits of a service date by state, and those of every day that are
// not ended.
func (x *index) states(d visit.Date) (ofDay map[visit.State]int, open int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	byLetter := map[byte]int{}
	for _, l := range x.lines {
		if !l.ended() {
			open++
		}
		if l.date == dayOf(d) {
			byLetter[l.state]++
		}
	}
	ofDay = map[visit.State]int{}
	for _, s := range visit.States() {
		ofDay[s] = byLetter[letter(s)]
	}
	return ofDay, open
}

// work returns what has no code and is not closed, in the order of saving.
func (x *index) work() []visit.ID {
	return read(x, func(x *index) []visit.ID {
		all := slices.Concat(x.unsettled, x.staff, x.refused)
		slices.SortFunc(all, func(a, b ref) int { return cmp.Compare(a.n, b.n) })
		return all.ids()
	})
}

func (x *index) ofCode(k codeKey) (visit.ID, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	u, known := x.codes[k]
	return u.id(), known
}
