// Package dock is the test bench beside a kiosk or a station of the demo zone: buttons that
// play the hands of a patient and the faults of the world.
package dock

import (
	"cmp"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
)

// Card is one of the made-up cards of the demo.
type Card struct{ ID, Label string }

// The ways in which the simulated NHSO can behave, given to DockOptions.NHSO.
const (
	NHSONormal = "normal"
	NHSODown   = "down"
	NHSOSlow   = "slow"
	NHSOToken  = "token"
)

// Scenes are what the drawn camera can see, given to Options.Scene.
var Scenes = []string{"good", "dark", "blurred", "nobody", "two"}

// Options are what the dock can do. An action that is nil has no button.
type Options struct {
	Language string // of the labels; default th
	Cards    []Card
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
	// Room is what it leaves at least to what it stands beside; 0: that of a kiosk. Else it
	// is a drawer.
	Room float32
}

// Dock is the drawer of the demo zone with which everything can be tried without
// a card, a reader or a network. It must never be part of a production screen.
type Dock struct {
	o       Options
	say     draw.Speaker
	Sheet   *draw.Sheet
	content *fyne.Container
	Main    fyne.CanvasObject // the kiosk beside it
	drawer  draw.Area
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
// leave the kiosk dockRoom, or Options.Room, has a drawer over the kiosk instead.
const (
	DockWidth = 300
	dockRoom  = 960
	dockTab   = 64
)

// New returns the dock. The error is a mistake of the build.
func New(o Options) (*Dock, error) {
	w, err := draw.LoadWords()
	if err != nil {
		return nil, err
	}
	if o.Language == "" {
		o.Language = "th"
	}
	d := &Dock{o: o, say: draw.Speaker{Words: w, Lang: o.Language}, Sheet: draw.NewSheet(), reader: true, printer: true, nhso: NHSONormal}
	d.Sheet.Redraw = d.draw
	return d, nil
}

// Beside returns the content of a window that has the kiosk and the dock: side
// by side where there is room, else the dock as a drawer over the kiosk.
func (d *Dock) Beside(kiosk fyne.CanvasObject) fyne.CanvasObject {
	d.Main = kiosk
	d.content = &fyne.Container{Layout: dockLayout{d}, Objects: []fyne.CanvasObject{kiosk, d.Sheet.Root}}
	return d.content
}

// Layout lists what can be touched on the dock now.
func (d *Dock) Layout() []draw.Widget { return d.Sheet.Widgets(1) }

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
	if d.StandsBeside() {
		room.Width -= DockWidth
	}
	d.Main.Move(fyne.NewPos(0, 0))
	d.Main.Resize(room)
	d.Sheet.Root.Move(fyne.NewPos(0, 0))
	d.Sheet.Root.Resize(size)
	d.draw()
}

// StandsBeside reports whether the dock is beside the kiosk, rather than over it.
func (d *Dock) StandsBeside() bool {
	return d.size.Width > d.size.Height && d.size.Width-DockWidth >= cmp.Or(d.o.Room, dockRoom)
}

// draw draws the dock. Its units are pixels: it is for people at a desk.
func (d *Dock) draw() {
	if d.size.Width < 1 {
		return
	}
	d.Sheet.Begin(draw.Geometry{Unit: 1, W: d.size.Width, H: d.size.Height, Text: 1}, draw.PaletteOf(draw.ContrastLight))
	d.Sheet.Page = "dock"
	d.drawer, _ = d.Sheet.Geo.Whole().CutRight(DockWidth, 0)
	switch {
	case d.StandsBeside():
		d.controls(d.drawer)
	case d.open:
		d.controls(d.drawer)
		d.tab(draw.Area{X: d.drawer.X - dockTab, Y: d.size.Height * 0.4, W: dockTab, H: 150}, "dock.close", false)
	default:
		d.tab(draw.Area{X: d.size.Width - dockTab, Y: d.size.Height * 0.4, W: dockTab, H: 150}, "dock.open", true)
	}
	d.Sheet.End()
}

func (d *Dock) tab(at draw.Area, key string, open bool) {
	d.small(at, draw.Button{Name: "dock-tab", Label: d.say.Say(key), Kind: draw.Primary, Act: func() { d.set(func() { d.open = open }) }})
}

func (d *Dock) controls(at draw.Area) {
	s := d.Sheet
	s.Fill("ground", at, s.Colors.Soft)
	s.Target("ground", "", at, "", func() {})
	edge, _ := at.CutLeft(2, 0)
	s.Fill("edge", edge, s.Colors.Accent)
	in := at.Inset(16, 12)
	title, in := in.CutTop(40, 6)
	s.Text("title", title, d.say.Say("dock.title"), draw.TextStyle{Size: 22, Bold: true, Color: s.Colors.Ink, Least: 16})
	devices, in := in.CutBottom(d.deviceHeight(), 10)
	d.cards(in)
	d.devices(devices)
}
