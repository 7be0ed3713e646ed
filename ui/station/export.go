package station

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"

	"authenkiosk/desk"
	"authenkiosk/desk/sheet"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// export writes the list of today into a file, for a table calculation.
type export struct {
	t    *today
	open bool    // the choice of files is shown
	full bool    // names and numbers in full are in it
	busy bool    // one is being made
	said message // what came of it

	button *fyne.Container // that opens the choice
}

// kinds of files, in the order of their buttons.
var fileKinds = []struct {
	ending string
	make   func(sheet.Table) ([]byte, error)
}{{"csv", sheet.CSV}, {"xlsx", sheet.XLSX}}

// build makes the buttons anew.
func (e *export) build() {
	s, box := e.t.s, e.t.files
	box.Objects = []fyne.CanvasObject{layout.NewSpacer()}
	e.button.Objects = nil
	if e.open {
		if s.may(rules.ExportNames) {
			b := s.button("export-full", s.say.Say("station.export-full"), func() {
				if !e.busy {
					e.full = !e.full
					e.build()
				}
			})
			b.chosen(e.full)
			box.Add(b)
		}
		for _, kind := range fileKinds {
			b := s.button("export-"+kind.ending, s.say.Say("station.file."+kind.ending), func() { e.begin(kind.ending, kind.make) })
			if e.busy {
				b.Disable()
			}
			box.Add(b)
		}
	}
	if s.o.Save != nil {
		b := s.button("export", s.say.Say("station.export"), e.turn)
		b.chosen(e.open)
		e.button.Add(b)
	}
	box.Hidden = !e.open
	e.t.bar.Refresh()
}

// turn opens the choice of files, or closes it.
func (e *export) turn() {
	e.open, e.full, e.said = !e.open, false, nil
	e.t.s.build() // the rows make room
	if e.t.s.window != nil {
		e.t.s.focusName("export")
	}
}

// collected is what goes into a file, of the list as it stood when the file was asked for.
type collected struct {
	query   desk.Query
	full    bool
	items   []desk.Item
	at      []*owner
	persons map[visit.ID]desk.Person
	without []string // machines that could not be asked
}

// begin reads the whole list, of one machine after another, and makes the file.
func (e *export) begin(ending string, encode func(sheet.Table) ([]byte, error)) {
	if e.busy {
		return
	}
	s := e.t.s
	e.busy, e.said = true, s.message("station.doing")
	e.build()
	e.t.refresh()
	c := &collected{query: e.t.query, full: e.full, persons: map[visit.ID]desk.Person{}}
	if c.query.Day.IsZero() {
		c.query.Day = visit.ServiceDateOf(s.o.Now()) // midnight may come between two pages of it
	}
	e.collect(c, s.owners, func(err error) {
		if err != nil {
			e.end(s.refusal(err))
			return
		}
		e.write(c, ending, encode)
	})
}

func (e *export) collect(c *collected, from []*owner, then func(error)) {
	if len(from) == 0 {
		then(nil)
		return
	}
	at := from[0]
	var items []desk.Item
	var persons []desk.Person
	e.t.s.ask(at, func(ctx context.Context, d desk.Desk, o desk.Operator) (err error) {
		if items, err = allOf(ctx, d, o, c.query); err != nil || !c.full {
			return err
		}
		persons, err = namesOf(ctx, d, o, items)
		return err
	}, func(err error) {
		switch {
		case err != nil && (at == e.t.s.here() || errors.Is(err, desk.NotAllowed)):
			then(err)
			return
		case err != nil:
			c.without = append(c.without, at.name)
		}
		for _, i := range items {
			c.items, c.at = append(c.items, i), append(c.at, at)
		}
		for _, p := range persons {
			c.persons[p.ID] = p
		}
		e.collect(c, from[1:], then)
	})
}

// allOf reads every page of a list.
func allOf(ctx context.Context, d desk.Desk, o desk.Operator, q desk.Query) (all []desk.Item, err error) {
	q.Limit = longestPage
	for {
		p, err := d.Visits(ctx, o, q)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Items...)
		if q.After = p.Next; q.After == "" {
			return all, nil
		}
	}
}

// namesOf asks who those visits are of, which the audit keeps.
func namesOf(ctx context.Context, d desk.Desk, o desk.Operator, items []desk.Item) (all []desk.Person, err error) {
	for len(items) > 0 {
		some := items[:min(longestPage, len(items))]
		items = items[len(some):]
		ids := make([]visit.ID, len(some))
		for i := range some {
			ids[i] = some[i].ID
		}
		persons, err := d.Reveal(ctx, o, rules.ExportNames, ids...)
		if err != nil {
			return nil, err
		}
		all = append(all, persons...)
	}
	return all, nil
}

func (e *export) write(c *collected, ending string, encode func(sheet.Table) ([]byte, error)) {
	s := e.t.s
	table, name := e.table(c), "authenkiosk-"+s.o.Now().In(visit.Bangkok).Format("2006-01-02-150405")+"."+ending
	var path string
	var err error
	turn := s.turn
	s.o.Beside(func(context.Context) {
		var data []byte
		if data, err = encode(table); err == nil {
			path, err = s.o.Save(name, data)
		}
	}, func() {
		switch {
		case turn != s.turn:
		case err != nil:
			e.end(s.message("station.export-failed"))
		case len(c.without) > 0:
			e.end(s.message("station.exported-without", "File", path, "Machines", strings.Join(c.without, ", ")))
		default:
			e.end(s.message("station.exported", "File", path))
		}
	})
}

func (e *export) end(what message) {
	e.busy, e.said = false, what
	e.build()
	e.t.refresh()
}

// table is the list as a file has it.
func (e *export) table(c *collected) sheet.Table {
	s := e.t.s
	t := sheet.Table{Name: s.plain("station.page.today")}
	for _, column := range []string{"date", "time", "name", "pid", "hn", "method", "claim-code", "claim", "code", "state", "number", "machine"} {
		t.Columns = append(t.Columns, s.plain("station.column."+column))
	}
	words := map[string]string{} // to word each of 10,000 rows takes a tenth of a second
	say := func(key string) string {
		if words[key] == "" {
			words[key] = s.plain(key)
		}
		return words[key]
	}
	for n, i := range c.items {
		name, pid, hn := i.Name, i.PID, i.HN
		if p, shown := c.persons[i.ID]; shown {
			name, pid, hn = p.Name.Full(), p.PID.Digits(), p.HN.Text()
		}
		method := ""
		if i.Method != "" { // as of an item with an HN alone
			method = say("station.method." + string(i.Method))
		}
		t.Rows = append(t.Rows, []string{
			i.Day.String(), s.clock(i.Saved), name, pid, hn, method, i.ClaimType.Code, i.ClaimType.Name,
			string(i.Code), say(stateKey(i)), i.ID.Number(), c.at[n].name,
		})
	}
	return t
}
