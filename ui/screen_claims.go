package ui

import (
	"strconv"

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
	c.title(c.say.say("claims.title"))
	c.keepCard(c.patient(x))
	bar, list := c.work.cutBottom(116, 24)
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
func (c *scene) claimCells(at area, n int) []area {
	if c.s.geo.portrait {
		return at.centered(at.w, min(at.h, float32(n)*200)).rows(max(n, 1), gap)
	}
	rows := max((n+1)/2, 1)
	var cells []area
	for _, row := range at.centered(at.w, min(at.h, float32(rows)*220)).rows(rows, gap) {
		cells = append(cells, row.columns(2, gap)...)
	}
	return cells
}

func (c *scene) claimButton(at area, slot string, t visit.ClaimType, set bool) {
	b := button{name: slot, label: c.claim(t), kind: secondary, icon: "ring", left: true, size: 42}
	if set {
		b.kind, b.icon = chosen, "check"
	}
	colors := c.s.buttonColors(b)
	c.s.box(slot, at, boxStyle{fill: colors.fill, stroke: colors.stroke, width: border + 1, radius: radius})
	mark, words := at.inset(32, 8).cutLeft(56, 28)
	c.s.picture(slot, mark.centered(56, 56), b.icon, colors.label)
	st := textStyle{size: b.size, bold: true, color: colors.label, lines: 2, least: 28, cut: true}
	c.s.text(slot, words, b.label, st)
	c.s.target(slot, "claim-type-"+t.Code, at, b.label, c.send(flow.TapClaimType{Code: t.Code}))
}

func (c *scene) claimBar(at area, pages int) {
	back := button{name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(flow.TapBack{})}
	_, canGoBack := c.m.BackFromClaimTypes()
	if pages == 1 && !canGoBack {
		return
	}
	if pages == 1 {
		cell, _ := at.cutLeft(max(at.w*0.3, 300), 0)
		c.s.button(cell, back)
		return
	}
	cells := at.columns(4, gap)
	if canGoBack {
		c.s.button(cells[0], back)
	}
	c.s.text("page", cells[1], c.say.say("claims.page", "Page", c.page+1, "Pages", pages), c.s.body().centered())
	c.s.button(cells[2], button{name: "previous", label: c.say.say("claims.previous"), kind: secondary, off: c.page == 0, act: c.turn(-1)})
	c.s.button(cells[3], button{name: "more", label: c.say.say("claims.more"), kind: secondary, off: c.page == pages-1, act: c.turn(1)})
}

// readPriority goes to another page; for the flow it is a touch like any other.
func (c *scene) turn(by int) func() {
	k := c.Kiosk
	return func() {
		k.page += by
		k.draw()
		k.o.Send(flow.Touched{})
	}
}
