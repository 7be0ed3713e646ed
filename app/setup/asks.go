package setup

import (
	"errors"
	"slices"
	"strings"

	"authenkiosk/app/config"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// Ask is something that a step asks: one of several options, or a text.
type Ask struct {
	Key     string
	Options []Option // nil: a text
	Digits  bool     // of a text: nothing else is in it
	Secret  bool     // of a text: nobody beside the screen is to read it
	Given   bool     // it is there already, and may be left empty
}

// Option is one answer. It is in the words of the program by its name, or of a device by
// the label.
type Option struct {
	Name, Label string
	Set         map[string]string // what it means
}

// Chosen reports whether that option is what holds.
func (m Model) Chosen(o Option) bool {
	for key, value := range o.Set {
		if m.Values[key] != value {
			return false
		}
	}
	return true
}

// Asks returns what the step asks.
func (m Model) Asks() []Ask {
	switch m.Step {
	case Start:
		return []Ask{{Key: "language", Options: []Option{
			{Label: "ไทย", Set: map[string]string{"kiosk.languages": "th,en"}},
			{Label: "English", Set: map[string]string{"kiosk.languages": "en,th"}},
		}}}
	case Unit:
		return []Ask{{Key: "unit.hcode"}, {Key: "unit.name"}, {Key: "unit.phone"}}
	case NHSO:
		return m.askNHSO()
	case Reader:
		return []Ask{{Key: "cardreader.patient", Options: devices("cardreader.patient", m.Values["cardreader.patient"], "any", named(m.Found.Readers))}}
	case Slips:
		return m.askPrinter()
	case Camera:
		return m.askCamera()
	case Look:
		return m.askLook()
	case Admin:
		return []Ask{{Key: Operator}, {Key: PIN, Digits: true, Secret: true}}
	case Clerks:
		return []Ask{{Key: Clerk}, {Key: ClerkPIN, Digits: true, Secret: true}}
	}
	return nil
}

func (m Model) askNHSO() (asks []Ask) {
	if !m.Settings {
		asks = append(asks, Ask{Key: "nhso.zone", Options: words("nhso.zone", visit.ZoneTest, visit.ZoneProduction)})
	}
	if m.Found.Agent || m.throughAgent() {
		asks = append(asks, Ask{Key: "agent", Options: []Option{
			{Name: "replace", Set: map[string]string{"nhso.upstream": "endpoint", "agent.listen": agentPort}},
			{Name: "use", Set: map[string]string{"nhso.upstream": "agent", "agent.listen": besideAgent}},
		}})
	}
	if !m.throughAgent() {
		asks = append(asks, Ask{Key: Token, Secret: true, Given: m.Known.Token[m.zone()]})
	}
	return asks
}

// Where the agent of this program listens: in the place of NHSO's own, or beside it.
const (
	agentPort   = "127.0.0.1:8189"
	besideAgent = "127.0.0.1:8190"
)

func (m Model) askPrinter() []Ask {
	options := words("printer.kind", visit.PrinterNone)
	for _, p := range m.Found.Printers {
		options = append(options, Option{Label: p.Address, Set: map[string]string{"printer.kind": string(p.Kind), "printer.address": p.Address}})
	}
	listed := slices.ContainsFunc(options, m.Chosen)
	options = append(options, words("printer.kind", visit.PrinterTCP, visit.PrinterIPP, visit.PrinterSerial)...)
	if m.Found.Windows {
		options = append(options, words("printer.kind", visit.PrinterWindows)...)
	}
	if kind := m.Values["printer.kind"]; !slices.ContainsFunc(options, m.Chosen) {
		options = append(options, Option{Label: kind, Set: map[string]string{"printer.kind": kind}})
	}
	asks := []Ask{{Key: "printer.kind", Options: options}}
	if m.Values["printer.kind"] == string(visit.PrinterNone) {
		return asks
	}
	if !listed {
		asks = append(asks, Ask{Key: "printer.address"})
	}
	return append(asks, Ask{Key: "printer.width_mm", Options: words("printer.width_mm", "80", "58")})
}

func (m Model) askCamera() []Ask {
	source := m.Values["camera.source"]
	if strings.HasPrefix(source, inNetwork) {
		source = "" // it has a field of its own
	}
	options := append(devices("camera.source", source, "none", m.Found.Cameras), Option{Name: "network", Set: map[string]string{"camera.source": inNetwork}})
	if !strings.HasPrefix(m.Values["camera.source"], inNetwork) {
		return []Ask{{Key: "camera.source", Options: options}}
	}
	options[len(options)-1].Set = map[string]string{"camera.source": m.Values["camera.source"]}
	return []Ask{{Key: "camera.source", Options: options}, {Key: cameraAddress}}
}

// A camera in the network has an address, which is typed.
const (
	cameraAddress = "camera.address"
	inNetwork     = "mjpeg:"
)

// Text returns what a field shows.
func (m Model) Text(a Ask) string {
	if a.Key == cameraAddress {
		return strings.TrimPrefix(m.Values["camera.source"], inNetwork)
	}
	return m.Values[a.Key]
}

func (m Model) askLook() []Ask {
	remember := Ask{Key: "kiosk.remember_phone_days", Options: words("kiosk.remember_phone_days", "0", "90", "365")}
	if m.Face == Station {
		return []Ask{{Key: "station.on_card", Options: words("station.on_card", visit.OnCards()...)}, remember}
	}
	return []Ask{{Key: "kiosk.orientation", Options: words("kiosk.orientation", visit.Orientations()...)}, remember}
}

// words are options that have a value of one key each.
func words[T ~string](key string, values ...T) (options []Option) {
	for _, v := range values {
		options = append(options, Option{Name: string(v), Set: map[string]string{key: string(v)}})
	}
	return options
}

func named(names []string) (list []Device) {
	for _, n := range names {
		list = append(list, Device{n, n})
	}
	return list
}

// devices are options of what was found, after the one for none or any. What holds is
// among them also when it was not found.
func devices(key, holds, none string, found []Device) []Option {
	options := []Option{{Name: none, Set: map[string]string{key: ""}}}
	for _, d := range found {
		options = append(options, Option{Label: d.Name, Set: map[string]string{key: d.Value}})
	}
	if holds != "" && !slices.ContainsFunc(found, func(d Device) bool { return d.Value == holds }) {
		options = append(options, Option{Label: holds, Set: map[string]string{key: holds}})
	}
	return options
}

// Wrong returns the key of the words for what is wrong with an answer, or nothing.
func (m Model) Wrong(a Ask) string {
	value := m.Values[a.Key]
	switch a.Key {
	case Token:
		if value == "" && !a.Given {
			return "setup.wrong.empty"
		}
		return ""
	case Operator:
		return wrongName(value)
	case PIN:
		return wrongPIN(value)
	case Clerk, ClerkPIN:
		return m.wrongClerk(a.Key)
	case cameraAddress:
		if config.CheckValue("camera.source", m.Values["camera.source"]) != "" {
			return "setup.wrong.camera.address"
		}
		return ""
	case "unit.hcode":
		if value == "99999" && m.zone() == visit.ZoneProduction {
			return "setup.wrong.unit.hcode"
		}
	case "printer.address":
		if value == "" || config.CheckAddress(visit.PrinterKind(m.Values["printer.kind"]), value) != "" {
			return "setup.wrong.printer.address"
		}
	}
	if a.Options == nil && config.CheckValue(a.Key, value) != "" {
		return "setup.wrong." + a.Key
	}
	return ""
}

// wrongClerk is Wrong for whoever serves patients first. They may be added later.
func (m Model) wrongClerk(key string) string {
	name, pin := m.Values[Clerk], m.Values[ClerkPIN]
	switch {
	case name == "" && pin == "":
		return ""
	case key == ClerkPIN:
		return wrongPIN(pin)
	case sameName(name, m.Values[Operator]):
		return "setup.wrong.clerk"
	}
	return wrongName(name)
}

// sameName reports whether two names are those of one operator, of whom there is one of a name.
func sameName(a, b string) bool {
	first, bad := desk.ParseOperatorName(a)
	second, err := desk.ParseOperatorName(b)
	return bad == nil && err == nil && first == second
}

func wrongName(text string) string {
	if _, err := desk.ParseOperatorName(text); err != nil {
		return "setup.wrong.operator"
	}
	return ""
}

func wrongPIN(digits string) string {
	switch _, err := desk.NewPIN(digits); {
	case errors.Is(err, desk.ErrWeakPIN):
		return "setup.wrong.weak-pin"
	case err != nil:
		return "setup.wrong.pin"
	}
	return ""
}

// Missing reports whether nothing was answered yet: that is not said before somebody wants
// to go on.
func (m Model) Missing(a Ask) bool { return a.Options == nil && m.Text(a) == "" }

// fits reports whether nothing is wrong at the step.
func (m Model) fits() bool {
	return !slices.ContainsFunc(m.Asks(), func(a Ask) bool { return m.Wrong(a) != "" })
}
