package ui

import (
	"fyne.io/fyne/v2"

	"authenkiosk/visit/flow"
)

// DockCard is one of the made-up cards of the demo.
type DockCard struct{ ID, Label string }

// The ways in which the simulated NHSO can behave, given to DockOptions.NHSO.
const (
	NHSONormal = "normal"
	NHSODown   = "down"
	NHSOSlow   = "slow"
	NHSOToken  = "token"
)

// DockScenes are what the drawn camera can see, given to DockOptions.Scene.
var DockScenes = []string{"good", "dark", "blurred", "nobody", "two"}

// DockOptions are what the dock can do. An action that is nil has no button.
type DockOptions struct {
	Language string // of the labels; default th
	Cards    []DockCard
	Insert   func(id string)
	Remove   func()
	Reader   func(plugged bool)
	Printer  func(there bool)
	Paper    func(out bool)
	Cover    func(open bool)
	Vouch    func(in bool) // the card of the person who vouches, in the second reader
	Scene    func(name string)
	NHSO     func(mode string)
	NextDay  func()
}

// Dock is the drawer of the demo zone with which everything can be tried without
// a card, a reader or a network. It must never be part of a production screen.
type Dock struct {
	o       DockOptions
	say     speaker
	s       *sheet
	content *fyne.Container
	main    fyne.CanvasObject // the kiosk beside it
	drawer  area
	size    fyne.Size
	open    bool // the drawer, where it lies over the kiosk
	page    int
	card    string // the card that is in
	reader  bool
	printer bool
	paper   bool // there is none
	cover   bool // it is open
	vouch   bool // the certifier's card is in
	scene   int  // of DockScenes
	nhso    string
}

// Width of the dock beside a landscape kiosk, in pixels. A window that would not
// leave the kiosk dockRoom has a drawer over the kiosk instead.
const (
	dockWidth = 300
	dockRoom  = 960
	dockTab   = 64
)

// NewDock returns the dock. The error is a mistake of the build.
func NewDock(o DockOptions) (*Dock, error) {
	w, err := loadWords()
	if err != nil {
		return nil, err
	}
	if o.Language == "" {
		o.Language = "th"
	}
	d := &Dock{o: o, say: speaker{w, o.Language}, s: newSheet(), reader: true, printer: true, nhso: NHSONormal}
	d.s.redraw = d.draw
	return d, nil
}

// Beside returns the content of a window that has the kiosk and the dock: side
// by side where there is room, else the dock as a drawer over the kiosk.
func (d *Dock) Beside(kiosk fyne.CanvasObject) fyne.CanvasObject {
	d.main = kiosk
	d.content = &fyne.Container{Layout: dockLayout{d}, Objects: []fyne.CanvasObject{kiosk, d.s.root}}
	return d.content
}

// Layout lists what can be touched on the dock now.
func (d *Dock) Layout() []Widget { return d.s.widgets(1) }

// CardOut tells the dock that no card is in the reader any more.
func (d *Dock) CardOut() { d.set(func() { d.card = "" }) }

// set changes the dock and draws it.
func (d *Dock) set(change func()) {
	change()
	d.draw()
}

type dockLayout struct{ d *Dock }

func (l dockLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 240) }

func (l dockLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	d := l.d
	d.size = size
	room := size
	if d.beside() {
		room.Width -= dockWidth
	}
	d.main.Move(fyne.NewPos(0, 0))
	d.main.Resize(room)
	d.s.root.Move(fyne.NewPos(0, 0))
	d.s.root.Resize(size)
	d.draw()
}

func (d *Dock) beside() bool {
	return d.size.Width > d.size.Height && d.size.Width-dockWidth >= dockRoom
}

// draw draws the dock. Its units are pixels: it is for people at a desk.
func (d *Dock) draw() {
	if d.size.Width < 1 {
		return
	}
	d.s.begin(geometry{unit: 1, w: d.size.Width, h: d.size.Height, text: 1}, paletteOf(flow.ContrastLight))
	d.s.page = "dock"
	d.drawer, _ = d.s.geo.whole().cutRight(dockWidth, 0)
	switch {
	case d.beside():
		d.controls(d.drawer)
	case d.open:
		d.controls(d.drawer)
		d.tab(area{d.drawer.x - dockTab, d.size.Height * 0.4, dockTab, 150}, "dock.close", false)
	default:
		d.tab(area{d.size.Width - dockTab, d.size.Height * 0.4, dockTab, 150}, "dock.open", true)
	}
	d.s.end()
}

func (d *Dock) tab(at area, key string, open bool) {
	d.small(at, button{name: "dock-tab", label: d.say.say(key), kind: primary, act: func() { d.set(func() { d.open = open }) }})
}

func (d *Dock) controls(at area) {
	s := d.s
	s.fill("ground", at, s.p.soft)
	s.target("ground", "", at, "", func() {})
	edge, _ := at.cutLeft(2, 0)
	s.fill("edge", edge, s.p.accent)
	in := at.inset(16, 12)
	title, in := in.cutTop(40, 6)
	s.text("title", title, d.say.say("dock.title"), textStyle{size: 22, bold: true, color: s.p.ink, least: 16})
	devices, in := in.cutBottom(d.deviceHeight(), 10)
	d.cards(in)
	d.devices(devices)
}
