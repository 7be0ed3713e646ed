package ui

import "strconv"

// Heights of the buttons and labels of the dock, in pixels.
const (
	dockButton = 46
	dockLabel  = 26
	dockGap    = 6
)

func (d *Dock) small(at area, b button) {
	b.size = 16
	s := d.s
	c := s.buttonColors(b)
	s.box("button-"+b.name, at, boxStyle{fill: c.fill, stroke: c.stroke, width: 2, radius: 8})
	s.text("button-"+b.name, at.inset(8, 2), b.label, textStyle{size: 16, bold: true, color: c.label, least: 12, lines: 2, cut: true}.centered())
	s.target(b.name, b.name, at, b.label, b.act)
}

func (d *Dock) label(name string, at area, key string) {
	d.s.text("label-"+name, at, d.say.say(key), textStyle{size: 15, color: d.s.p.muted, least: 12, lines: 1})
}

// cards draws the cards, as many as there is room for, and "take it out".
func (d *Dock) cards(at area) {
	label, in := at.cutTop(dockLabel, 2)
	d.label("cards", label, "dock.cards")
	if d.o.Remove != nil {
		var out area
		out, in = in.cutBottom(dockButton, dockGap)
		d.small(out, button{name: "dock-remove", label: d.say.say("dock.remove"), kind: secondary, act: func() {
			d.o.Remove()
			d.CardOut()
		}})
	}
	room := max(int((in.h+dockGap)/(dockButton+dockGap)), 1)
	if len(d.o.Cards) > room {
		var more area
		more, in = in.cutBottom(dockButton, dockGap)
		d.small(more, button{name: "dock-more", label: d.say.say("dock.more"), kind: quiet, act: func() { d.set(func() { d.page++ }) }})
		room = max(room-1, 1)
	}
	pages := max((len(d.o.Cards)+room-1)/room, 1)
	first := d.page % pages * room
	for i, c := range d.o.Cards[first:min(first+room, len(d.o.Cards))] {
		var row area
		row, in = in.cutTop(dockButton, dockGap)
		d.cardButton(row, i, c)
	}
}

func (d *Dock) cardButton(at area, i int, card DockCard) {
	kind := secondary
	if d.card == card.ID {
		kind = chosen
	}
	name := "dock-card-" + card.ID
	c := d.s.buttonColors(button{name: name, kind: kind})
	slot := "card-" + strconv.Itoa(i)
	d.s.box(slot, at, boxStyle{fill: c.fill, stroke: c.stroke, width: 2, radius: 8})
	d.s.text(slot, at.inset(8, 2), card.Label, textStyle{size: 16, bold: true, color: c.label, least: 12, lines: 2, cut: true}.centered())
	d.s.target(slot, name, at, card.Label, func() {
		if d.o.Insert != nil {
			d.o.Insert(card.ID)
		}
		d.set(func() { d.card = card.ID })
	})
}

// deviceHeight is what the lower part of the dock needs.
func (d *Dock) deviceHeight() float32 { return 6*(dockButton+dockGap) + dockLabel }

func (d *Dock) devices(at area) {
	rows := area{at.x, at.y, at.w, 3*dockButton + 2*dockGap}.rows(3, dockGap)
	cells := func(row int) []area { return rows[row].columns(2, dockGap) }
	d.toggle(cells(0)[0], "reader", &d.reader, d.o.Reader)
	d.toggle(cells(0)[1], "printer", &d.printer, d.o.Printer)
	d.toggleOff(cells(1)[0], "paper", &d.paper, d.o.Paper)
	d.toggleOff(cells(1)[1], "cover", &d.cover, d.o.Cover)
	d.toggleOff(cells(2)[0], "vouch", &d.vouch, d.o.Vouch)
	if d.o.Scene != nil {
		d.small(cells(2)[1], button{
			name: "dock-scene", label: d.say.say("dock.scene." + DockScenes[d.scene]), kind: secondary,
			act: func() {
				d.set(func() { d.scene = (d.scene + 1) % len(DockScenes) })
				d.o.Scene(DockScenes[d.scene])
			},
		})
	}
	_, in := at.cutTop(3*(dockButton+dockGap), 0)
	if d.o.NHSO != nil {
		var label, grid area
		label, in = in.cutTop(dockLabel, 0)
		d.label("nhso", label, "dock.nhso")
		grid, in = in.cutTop(2*dockButton+dockGap, dockGap)
		d.nhsoButtons(grid)
	}
	if d.o.NextDay != nil {
		row, _ := in.cutTop(dockButton, 0)
		d.small(row, button{name: "dock-next-day", label: d.say.say("dock.next-day"), kind: secondary, act: d.o.NextDay})
	}
}

func (d *Dock) toggle(at area, name string, in *bool, set func(bool)) {
	if set == nil {
		return
	}
	key, kind := "dock."+name+"-out", secondary
	if !*in {
		key, kind = "dock."+name+"-in", chosen
	}
	d.small(at, button{name: "dock-" + name, label: d.say.say(key), kind: kind, act: func() {
		d.set(func() { *in = !*in })
		set(*in)
	}})
}

// toggleOff is a toggle of something that is not so at first.
func (d *Dock) toggleOff(at area, name string, on *bool, set func(bool)) {
	if set == nil {
		return
	}
	key, kind := "dock."+name+"-on", secondary
	if *on {
		key, kind = "dock."+name+"-off", chosen
	}
	d.small(at, button{name: "dock-" + name, label: d.say.say(key), kind: kind, act: func() {
		d.set(func() { *on = !*on })
		set(*on)
	}})
}

func (d *Dock) nhsoButtons(at area) {
	for i, row := range at.rows(2, dockGap) {
		for j, cell := range row.columns(2, dockGap) {
			mode := [...]string{NHSONormal, NHSODown, NHSOSlow, NHSOToken}[i*2+j]
			kind := secondary
			if d.nhso == mode {
				kind = chosen
			}
			d.small(cell, button{name: "dock-nhso-" + mode, label: d.say.say("dock.nhso." + mode), kind: kind, act: func() {
				d.set(func() { d.nhso = mode })
				d.o.NHSO(mode)
			}})
		}
	}
}
