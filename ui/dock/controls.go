package dock

import (
	"strconv"

	"authenkiosk/ui/draw"
)

// Heights of the buttons and labels of the dock, in pixels.
const (
	dockButton = 46
	dockLabel  = 26
	dockGap    = 6
)

func (d *Dock) small(at draw.Area, b draw.Button) {
	b.Size = 16
	s := d.Sheet
	c := s.ButtonColors(b)
	s.Box("button-"+b.Name, at, draw.BoxStyle{Fill: c.Fill, Stroke: c.Stroke, Width: 2, Radius: 8})
	s.Text("button-"+b.Name, at.Inset(8, 2), b.Label, draw.TextStyle{Size: 16, Bold: true, Color: c.Label, Least: 12, Lines: 2, Cut: true}.Centered())
	s.Target(b.Name, b.Name, at, b.Label, b.Act)
}

func (d *Dock) label(name string, at draw.Area, key string) {
	d.Sheet.Text("label-"+name, at, d.say.Say(key), draw.TextStyle{Size: 15, Color: d.Sheet.Colors.Muted, Least: 12, Lines: 1})
}

// cards draws the cards, as many as there is room for, and "take it out".
func (d *Dock) cards(at draw.Area) {
	label, in := at.CutTop(dockLabel, 2)
	d.label("cards", label, "dock.cards")
	if d.o.Remove != nil {
		var out draw.Area
		out, in = in.CutBottom(dockButton, dockGap)
		d.small(out, draw.Button{Name: "dock-remove", Label: d.say.Say("dock.remove"), Kind: draw.Secondary, Act: func() {
			d.o.Remove()
			d.CardOut()
		}})
	}
	room := max(int((in.H+dockGap)/(dockButton+dockGap)), 1)
	if len(d.o.Cards) > room {
		var more draw.Area
		more, in = in.CutBottom(dockButton, dockGap)
		d.small(more, draw.Button{Name: "dock-more", Label: d.say.Say("dock.more"), Kind: draw.Quiet, Act: func() { d.set(func() { d.page++ }) }})
		room = max(room-1, 1)
	}
	pages := max((len(d.o.Cards)+room-1)/room, 1)
	first := d.page % pages * room
	for i, c := range d.o.Cards[first:min(first+room, len(d.o.Cards))] {
		var row draw.Area
		row, in = in.CutTop(dockButton, dockGap)
		d.cardButton(row, i, c)
	}
}

func (d *Dock) cardButton(at draw.Area, i int, card Card) {
	kind := draw.Secondary
	if d.card == card.ID {
		kind = draw.Chosen
	}
	name := "dock-card-" + card.ID
	c := d.Sheet.ButtonColors(draw.Button{Name: name, Kind: kind})
	slot := "card-" + strconv.Itoa(i)
	d.Sheet.Box(slot, at, draw.BoxStyle{Fill: c.Fill, Stroke: c.Stroke, Width: 2, Radius: 8})
	d.Sheet.Text(slot, at.Inset(8, 2), card.Label, draw.TextStyle{Size: 16, Bold: true, Color: c.Label, Least: 12, Lines: 2, Cut: true}.Centered())
	d.Sheet.Target(slot, name, at, card.Label, func() {
		if d.o.Insert != nil {
			d.o.Insert(card.ID)
		}
		d.set(func() { d.card = card.ID })
	})
}

// deviceHeight is what the lower part of the dock needs. A station has cards alone.
func (d *Dock) deviceHeight() float32 {
	if d.o.NHSO == nil {
		return 0
	}
	return 6*(dockButton+dockGap) + dockLabel
}

func (d *Dock) devices(at draw.Area) {
	rows := draw.Area{X: at.X, Y: at.Y, W: at.W, H: 3*dockButton + 2*dockGap}.Rows(3, dockGap)
	cells := func(row int) []draw.Area { return rows[row].Columns(2, dockGap) }
	d.toggle(cells(0)[0], "reader", &d.reader, d.o.Reader)
	d.toggle(cells(0)[1], "printer", &d.printer, d.o.Printer)
	d.toggleOff(cells(1)[0], "paper", &d.paper, d.o.Paper)
	d.toggleOff(cells(1)[1], "cover", &d.cover, d.o.Cover)
	d.toggleOff(cells(2)[0], "vouch", &d.vouch, d.o.Vouch)
	if d.o.Scene != nil {
		d.small(cells(2)[1], draw.Button{
			Name: "dock-scene", Label: d.say.Say("dock.scene." + Scenes[d.scene]), Kind: draw.Secondary,
			Act: func() {
				d.set(func() { d.scene = (d.scene + 1) % len(Scenes) })
				d.o.Scene(Scenes[d.scene])
			},
		})
	}
	_, in := at.CutTop(3*(dockButton+dockGap), 0)
	if d.o.NHSO != nil {
		var label, grid draw.Area
		label, in = in.CutTop(dockLabel, 0)
		d.label("nhso", label, "dock.nhso")
		grid, in = in.CutTop(2*dockButton+dockGap, dockGap)
		d.nhsoButtons(grid)
	}
	if d.o.NextDay != nil {
		row, _ := in.CutTop(dockButton, 0)
		d.small(row, draw.Button{Name: "dock-next-day", Label: d.say.Say("dock.next-day"), Kind: draw.Secondary, Act: d.o.NextDay})
	}
}

func (d *Dock) toggle(at draw.Area, name string, in *bool, set func(bool)) {
	if set == nil {
		return
	}
	key, kind := "dock."+name+"-out", draw.Secondary
	if !*in {
		key, kind = "dock."+name+"-in", draw.Chosen
	}
	d.small(at, draw.Button{Name: "dock-" + name, Label: d.say.Say(key), Kind: kind, Act: func() {
		d.set(func() { *in = !*in })
		set(*in)
	}})
}

// toggleOff is a toggle of something that is not so at first.
func (d *Dock) toggleOff(at draw.Area, name string, on *bool, set func(bool)) {
	if set == nil {
		return
	}
	key, kind := "dock."+name+"-on", draw.Secondary
	if *on {
		key, kind = "dock."+name+"-off", draw.Chosen
	}
	d.small(at, draw.Button{Name: "dock-" + name, Label: d.say.Say(key), Kind: kind, Act: func() {
		d.set(func() { *on = !*on })
		set(*on)
	}})
}

func (d *Dock) nhsoButtons(at draw.Area) {
	for i, row := range at.Rows(2, dockGap) {
		for j, cell := range row.Columns(2, dockGap) {
			mode := [...]string{NHSONormal, NHSODown, NHSOSlow, NHSOToken}[i*2+j]
			kind := draw.Secondary
			if d.nhso == mode {
				kind = draw.Chosen
			}
			d.small(cell, draw.Button{Name: "dock-nhso-" + mode, Label: d.say.Say("dock.nhso." + mode), Kind: kind, Act: func() {
				d.set(func() { d.nhso = mode })
				d.o.NHSO(mode)
			}})
		}
	}
}
