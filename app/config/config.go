// Package config reads the configuration of a kiosk: one TOML file in which every
// key has a default. A key that is unknown or a value that makes no sense is an
// error that names the file, the line, the key and what is allowed; all errors of
// a file are reported at once. No secret is ever part of it.
package config

import (
	_ "embed"

	"authenkiosk/visit"
)

// Example is a file with every key, its meaning and its default.
//
//go:embed example.toml
var Example []byte

// Config is the whole configuration, checked.
type Config struct {
	Unit       Unit
	NHSO       NHSO
	CardReader CardReader
	Agent      Agent
	Desk       Desk
	Webhooks   []Webhook
	MQTT       MQTT
	Printer    Printer
	Camera     Camera
	Certifier  Certifier
	Line       Line
	Kiosk      Kiosk
	Station    Station
	Storage    Storage
	Update     Update
}

// Unit is the health-care unit in which the machine stands.
type Unit struct {
	HCode string // five characters 0-9 A-Z, given by NHSO
	Name  string
	Phone visit.UnitPhone // of the unit, for the slip; may be zero
}

// NHSO says with whom the program speaks.
type NHSO struct {
	Zone        visit.Zone
	Upstream    Upstream
	EndpointURL string // empty: the zone's own
	StatusURL   string // empty: the zone's own
	EvidenceURL string // takes the photos of visits; empty: they stay here
	AgentURL    string // of an installed NHSO Secure SmartCard Agent
	SourceID    string
	RecorderPID visit.PID // whom NHSO registered; may be zero
}

// Upstream is where authen codes come from.
type Upstream string

// The upstreams.
const (
	UpstreamEndpoint Upstream = "endpoint" // NHSO's server API
	UpstreamAgent    Upstream = "agent"    // an agent that is installed on this machine
)

// CardReader names the readers, see docs/readers.md; an empty name is any reader of
// cards.
type CardReader struct {
	Patient, Certifier string
	LongReads          bool // ask the card for more bytes at once, see docs/thai-id-card.md
}

// Desk says whose visits a desk at this machine shows beside its own.
type Desk struct {
	URLs []string // https://host:port of the agents of other machines, with which this one is paired
}

// Agent is the HTTP face of this program.
type Agent struct {
	Enabled        bool
	Listen         string   // host:port; port 0 is any free port; other machines only with LAN
	AllowedOrigins []string // scheme://host[:port]
	Compat         bool     // answers programs that send no token
	LookBackDays   int      // days before today in which the latest codes are looked for

	// CorrelationMinutes is how long after its card was read a reading serves one
	// confirm-save of the program that has read it, when the card is out. It is 0, the
	// card has to stay, wherever the kiosk is shown or the upstream is an agent.
	CorrelationMinutes int

	// IgnoreHCodes are codes of other units that programs may name in a request: the
	// code is this unit's all the same. Requests that name any other are refused.
	IgnoreHCodes []string

	// For servers that know nothing but http://<this machine>:port, both together: an
	// address of this machine with its port, and the exact addresses that may ask there
	// without TLS and without a token. See PlainHTTP.
	PlainHTTPListen string
	PlainHTTPFrom   []string

	// For other machines, all four together; see LAN.
	TLSCert, TLSKey string   // PEM files
	Addresses       []string // IP addresses or networks (CIDR) from which programs may connect
	Hosts           []string // host:port under which they ask
}

// LAN reports whether other machines may connect.
func (a Agent) LAN() bool { return a.TLSCert != "" }

// PlainHTTP reports whether other machines are answered without TLS.
func (a Agent) PlainHTTP() bool { return a.PlainHTTPListen != "" }

// Webhook is a system of the hospital that is told about changed visits.
type Webhook struct {
	Name string // small letters, digits, hyphens; its secret is webhook-NAME
	URL  string
}

// MQTT is the hospital's broker; an empty Broker: none. Its password is the
// secret mqtt-password.
type MQTT struct {
	Broker   string // mqtts://host[:port], or mqtt:// on this machine
	Username string
	Kiosk    string // name of this machine, different from that of all others of the unit
	CAFile   string // PEM file with the authority of the broker; empty: those of the machine
}

// Printer says where slips go.
type Printer struct {
	Kind      visit.PrinterKind
	Address   string
	WidthMM   int    // of the paper: 58 or 80
	Paper     string // a5 or a4: sheets; empty: a roll, or what a printer of kind ipp says
	Model     string // family of ESC/POS printers; empty: generic
	Cut       string // empty: as the model does it
	FeedLines int    // before the cut; FeedOfModel: as the model does it
	Format    string // of documents; empty: what suits the printer
	Well      string // answers of an ESC/POS printer that are its own, in hexadecimal; empty: none
	Template  string // file with the unit's own layout of slips; empty: the built-in one
}

// FeedOfModel leaves the lines before the cut to the model.
const FeedOfModel = -1

// Camera says where pictures come from: see the example file for the forms.
type Camera struct {
	Source   string
	Rotation int // degrees clockwise by which its pictures are turned upright
}

// Certifier is the unit's rule for those whose card vouches for a patient.
type Certifier struct {
	MinAge         int // years; 0: no rule
	AdultAge       int // from which age a patient is an adult; 0: no difference is made
	Relations      []visit.Relation
	AdultRelations []visit.Relation // who may vouch for an adult
}

// Line is the way by the patient's own phone.
type Line struct {
	QR string // what the code on the screen holds; empty: made from unit and zone
}

// Kiosk is what patients see.
type Kiosk struct {
	ClaimTypes        []string // offered where NHSO names none for the person; empty: patients get the default, programs all that are known
	DefaultClaimType  string
	Methods           []visit.Method
	OtherNumbers      []string // first digits of 13-digit numbers of people who are no citizens
	Languages         []string // the first is shown first
	Fullscreen        bool
	Orientation       visit.Orientation
	RememberPhoneDays int    // 0: never
	SecondCode        bool   // a patient with today's code of another unit may have one here
	NextTH, NextEN    string // where a patient with a code goes from here; empty: nothing is said

	NextFor map[string]map[string]string // the same by claim type and language, where it is not that for all; see NextAfter
}

// Station is what the front desk sees.
type Station struct {
	OnCard visit.OnCard // what a card that comes in does to the screen
}

// Storage says how long data stay, in days: of settled visits, photos, and work for
// the staff that nobody has closed.
type Storage struct {
	KeepDays, KeepPhotoDays, KeepStaffDays int

	RequireKeySource string // the only source from which the key of the data may come; empty: any
}

// Default returns the configuration of an empty file: the demo.
func Default() Config {
	return Config{
		Unit:      Unit{HCode: demoHCode, Name: "โรงพยาบาลทดสอบ"},
		NHSO:      NHSO{Zone: visit.ZoneDemo, Upstream: UpstreamEndpoint, AgentURL: "http://127.0.0.1:8189"},
		Agent:     Agent{Listen: "127.0.0.1:8189", CorrelationMinutes: 10},
		Printer:   Printer{Kind: visit.PrinterNone, WidthMM: 80, FeedLines: FeedOfModel},
		Certifier: Certifier{MinAge: 18, Relations: visit.Relations(), AdultRelations: visit.Relations()},
		Kiosk: Kiosk{
			DefaultClaimType: "PG0060001",
			Methods:          visit.Methods(),
			OtherNumbers:     []string{"0", "6", "7", "8"},
			Languages:        []string{"th", "en"},
			Fullscreen:       true,
			Orientation:      visit.OrientationAuto,
		},
		Station: Station{OnCard: visit.OnCardNotice},
		Storage: Storage{KeepDays: 1, KeepPhotoDays: 1, KeepStaffDays: 30},
		Update:  Update{Window: Window{18 * 60, 6 * 60}},
	}
}
