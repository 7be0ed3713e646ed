package kiosk

import (
	"strconv"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// perPage is how many services fit on a page: six rows in portrait, three in two
// columns in landscape.
const perPage = 6

// claimTypes offers the services as large buttons, a page at a time. Pages are
// about equally full, so that none hides a single service.
func (c *scene) claimTypes() {
	x := c.m.Session
	c.title(c.say.Say("claims.title"))
	c.keepCard(c.patient(x))
	bar, list := c.work.CutBottom(116, 24)
	pages := max((len(x.Offered)+perPage-1)/perPage, 1)
	c.page = min(c.page, pages-1)
	each := (len(x.Offered) + pages - 1) / pages
	first := each * c.page
	cells := c.claimCells(list, each)
	for i, t := range x.Offered[first:min(first+each, len(x.Offered))] {
		c.claimButton(cells[i], "claim-"+strconv.Itoa(i), t, t.Code == x.ClaimType.Code)
	}
	c.claimBar(bar, pages)
}

// claimCells are the places of n services.
func (c *scene) claimCells(at draw.Area, n int) []draw.Area {
	if c.s.Geo.Portrait {
		return at.Centered(at.W, min(at.H, float32(n)*200)).Rows(max(n, 1), draw.Gap)
	}
	rows := max((n+1)/2, 1)
	var cells []draw.Area
	for _, row := range at.Centered(at.W, min(at.H, float32(rows)*220)).Rows(rows, draw.Gap) {
		cells = append(cells, row.Columns(2, draw.Gap)...)
	}
	return cells
}

func (c *scene) claimButton(at draw.Area, slot string, t visit.ClaimType, set bool) {
	b := draw.Button{Name: slot, Label: c.claim(t), Kind: draw.Secondary, Icon: "ring", Left: true, Size: 42}
	if set {
		b.Kind, b.Icon = draw.Chosen, "check"
	}
	colors := c.s.ButtonColors(b)
	c.s.Box(slot, at, draw.BoxStyle{Fill: colors.Fill, Stroke: colors.Stroke, Width: draw.Border + 1, Radius: draw.Radius})
	mark, words := at.Inset(32, 8).CutLeft(56, 28)
	c.s.Picture(slot, mark.Centered(56, 56), b.Icon, colors.Label)
	st := draw.TextStyle{Size: b.Size, Bold: true, Color: colors.Label, Lines: 2, Least: 28, Cut: true}
	c.s.Text(slot, words, b.Label, st)
	c.s.Target(slot, "claim-type-"+t.Code, at, b.Label, c.send(flow.TapClaimType{Code: t.Code}))
}

func (c *scene) claimBar(at draw.Area, pages int) {
	back := draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(flow.TapBack{})}
	_, canGoBack := c.m.BackFromClaimTypes()
	if pages == 1 && !canGoBack {
		return
	}
	if pages == 1 {
		cell, _ := at.CutLeft(max(at.W*0.3, 300), 0)
		c.s.Button(cell, back)
		return
	}
	cells := at.Columns(4, draw.Gap)
	if canGoBack {
		c.s.Button(cells[0], back)
	}
	c.s.Text("page", cells[1], c.say.Say("claims.page", "Page", c.page+1, "Pages", pages), c.s.Body().Centered())
	c.s.Button(cells[2], draw.Button{Name: "previous", Label: c.say.Say("claims.previous"), Kind: draw.Secondary, Off: c.page == 0, Act: c.turn(-1)})
	c.s.Button(cells[3], draw.Button{Name: "more", Label: c.say.Say("claims.more"), Kind: draw.Secondary, Off: c.page == pages-1, Act: c.turn(1)})
}

// turn goes to another page; for the flow it is a touch like any other.
func (c *scene) turn(by int) func() {
	k := c.Kiosk
	return func() {
		k.page += by
		k.draw()
		k.o.Send(flow.Touched{})
	}
}
