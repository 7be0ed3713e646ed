package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// owner is a machine that has visits: this one, or one that is asked over the network. What
// is done with a visit is done by its owner.
type owner struct {
	name string // of the machine, as people call it
	desk desk.Desk
	who  func(token string) (desk.Operator, error) // who works there with a token of this station

	asOf   time.Time   // when something came from there last
	away   error       // why nothing came when it was last asked; nil: something did
	calls  []desk.Call // for help
	answer message     // why an answer to one did not get there
}

// ownersOf are this machine, which comes first, and those beside it.
func ownersOf(o Options) []*owner {
	all := []*owner{{name: o.Machine, desk: o.Desk, who: func(token string) (desk.Operator, error) {
		who, err := o.Door.Of(token)
		return desk.OperatorAt(o.Machine, who), err
	}}}
	for _, other := range o.Others {
		all = append(all, &owner{name: other.Machine, desk: other.Desk, who: other.Who})
	}
	return all
}

// here is this machine.
func (s *Station) here() *owner { return s.owners[0] }

// operator is who works at an owner for whoever is signed in; the zero one: nobody.
func (s *Station) operator(at *owner) desk.Operator {
	if at == s.here() {
		return desk.OperatorAt(s.o.Machine, s.who)
	}
	who, err := at.who(s.token)
	if err != nil {
		return desk.Operator{}
	}
	return who
}

// mayAt reports whether the role that whoever is signed in has at an owner allows it.
func (s *Station) mayAt(at *owner, a rules.Action) bool { return rules.Allowed(s.operator(at).Role, a) }

// ask has a machine do something for whoever is signed in, and calls then with what came of
// it. Nothing comes of it when they have left meanwhile.
func (s *Station) ask(at *owner, call func(context.Context, desk.Desk, desk.Operator) error, then func(error)) {
	token, turn := s.token, s.turn
	var err error
	s.o.Beside(func(ctx context.Context) {
		var who desk.Operator
		if who, err = at.who(token); err == nil {
			err = call(ctx, at.desk, who)
		}
	}, func() {
		switch {
		case turn != s.turn:
		case errors.Is(err, session.ErrOver):
			s.signOut("station.sign-in.over")
		default:
			then(err)
		}
	})
}

// lookLimit is how long a list is waited for. A machine that has lost its power would be taken
// to be there for as long as a connection lasts.
const lookLimit = 15 * time.Second

// look is ask for a list: it says of when that is.
func (s *Station) look(at *owner, call func(context.Context, desk.Desk, desk.Operator) error, then func(error)) {
	s.ask(at, func(ctx context.Context, d desk.Desk, o desk.Operator) error {
		ctx, cancel := context.WithTimeout(ctx, lookLimit)
		defer cancel()
		return call(ctx, d, o)
	}, func(err error) {
		if at.away = err; err == nil {
			at.asOf = s.o.Now()
		}
		then(err)
		s.frame.refresh()
	})
}

// row is a visit in a table, and which machine has it.
type row struct {
	*desk.Item
	at *owner
}

// part is what one machine has of the visits of a day, the newest first.
type part struct {
	items   []desk.Item
	next    desk.Cursor // behind the last of items; empty: there are no more
	marks   map[visit.ID]desk.Cursor
	numbers desk.Numbers
	missing int // visits that cannot be read
	asked   uint64
	loading bool
}

// keep drops what is of another day: midnight has come, and the machine was not asked since.
func (p *part) keep(day visit.Date) {
	if of := p.numbers.Day; !of.IsZero() && of != day {
		p.items, p.next, p.marks, p.numbers = nil, "", nil, desk.Numbers{}
	}
}

// put puts a page into what is known: the one that begins behind a visit, or the first.
func (p *part) put(after visit.ID, page desk.Page) {
	head := p.items[:0:0]
	if after != "" {
		i := slices.IndexFunc(p.items, func(i desk.Item) bool { return i.ID == after })
		if i < 0 {
			return // it is not in the list any more
		}
		head = p.items[: i+1 : i+1]
	}
	rest := p.items[len(head):]
	known := slices.Concat(head, page.Items)
	if page.Next == "" || len(page.Items) == 0 {
		p.items, p.next = known, page.Next
		return
	}
	last := page.Items[len(page.Items)-1].ID
	if p.marks == nil {
		p.marks = map[visit.ID]desk.Cursor{}
	}
	p.marks[last] = page.Next
	i := slices.IndexFunc(rest, func(i desk.Item) bool { return i.ID == last })
	if i < 0 || i+1 == len(rest) {
		p.items, p.next = known, page.Next
		return
	}
	p.items = append(known, rest[i+1:]...)
}

// before returns where a page begins that has the visit at a place in it.
func (p *part) before(place int) (after visit.ID, cursor desk.Cursor) {
	for i := min(place, len(p.items)) - 1; i >= 0; i-- {
		if c := p.marks[p.items[i].ID]; c != "" {
			return p.items[i].ID, c
		}
	}
	return "", ""
}

// together puts the visits of all machines into one list, the newest first. It ends where
// the next visit may be one that a machine has not told yet; the machines that are asked
// for more are those that bound it.
func together(owners []*owner, parts map[*owner]*part) (rows []row, bounds []*owner) {
	var horizon time.Time
	for _, at := range owners {
		p := parts[at]
		if p.next == "" || len(p.items) == 0 || at.away != nil {
			continue
		}
		switch last := p.items[len(p.items)-1].Saved; {
		case len(bounds) == 0 || last.After(horizon):
			horizon, bounds = last, []*owner{at}
		case last.Equal(horizon):
			bounds = append(bounds, at)
		}
	}
	for _, at := range owners {
		mine := make([]row, 0, len(parts[at].items))
		for i := range parts[at].items {
			if item := &parts[at].items[i]; len(owners) == 1 || !item.Saved.Before(horizon) {
				mine = append(mine, row{item, at})
			}
		}
		rows = merged(rows, mine)
	}
	return rows, bounds
}

// merged puts two lists into one, the newest first, and changes the order of neither.
func merged(a, b []row) []row {
	if len(a) == 0 {
		return b
	}
	both := make([]row, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].Saved.After(a[0].Saved) {
			both, b = append(both, b[0]), b[1:]
		} else {
			both, a = append(both, a[0]), a[1:]
		}
	}
	return append(append(both, a...), b...)
}
