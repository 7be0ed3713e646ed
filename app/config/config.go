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
	Printer    Printer
	Camera     Camera
	Kiosk      Kiosk
	Storage    Storage
}

// Unit is the health-care unit in which the machine stands.
type Unit struct {
	HCode string // five characters 0-9 A-Z, given by NHSO
	Name  string
	Phone visit.Phone // of the unit, for the slip; may be zero
}

// NHSO says with whom the program speaks.
type NHSO struct {
	Zone        visit.Zone
	Upstream    Upstream
	EndpointURL string // empty: the zone's own
	StatusURL   string // empty: the zone's own
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

// CardReader names the readers; an empty name is any reader.
type CardReader struct{ Patient, Certifier string }

// Agent is the HTTP face of this program.
type Agent struct {
	Enabled        bool
	Listen         string   // host:port, loopback only; port 0 is any free port
	AllowedOrigins []string // scheme://host[:port]
	Compat         bool     // answers programs that send no token
}

// PrinterKind is the way to a printer.
type PrinterKind string

// The kinds, with the meaning of the address.
const (
	PrinterNone    PrinterKind = "none"
	PrinterTCP     PrinterKind = "escpos-tcp"  // host:port
	PrinterFile    PrinterKind = "escpos-file" // path of a device
	PrinterIPP     PrinterKind = "ipp"         // URL
	PrinterWindows PrinterKind = "windows"     // name in Windows
	PrinterImage   PrinterKind = "image"       // directory
)

// Printer says where slips go.
type Printer struct {
	Kind    PrinterKind
	Address string
	WidthMM int // of the paper: 58 or 80
}

// Camera says where pictures come from: see the example file for the forms.
type Camera struct{ Source string }

// Orientation is how the screen stands.
type Orientation string

// The orientations.
const (
	OrientationAuto      Orientation = "auto"
	OrientationPortrait  Orientation = "portrait"
	OrientationLandscape Orientation = "landscape"
)

// Kiosk is what patients see.
type Kiosk struct {
	ClaimTypes        []string // empty: what NHSO allows
	DefaultClaimType  string
	Methods           []visit.Method
	Languages         []string // the first is shown first
	Fullscreen        bool
	Orientation       Orientation
	RememberPhoneDays int // 0: never
}

// Storage says how long data stay after a visit is settled, in days.
type Storage struct{ KeepDays, KeepPhotoDays int }

// Default returns the configuration of an empty file: the demo.
func Default() Config {
	return Config{
		Unit:    Unit{HCode: demoHCode, Name: "โรงพยาบาลทดสอบ"},
		NHSO:    NHSO{Zone: visit.ZoneDemo, Upstream: UpstreamEndpoint, AgentURL: "http://127.0.0.1:8189"},
		Agent:   Agent{Listen: "127.0.0.1:8189"},
		Printer: Printer{Kind: PrinterNone, WidthMM: 80},
		Kiosk: Kiosk{
			DefaultClaimType: "PG0060001",
			Methods:          []visit.Method{visit.MethodCard, visit.MethodPhoto, visit.MethodCertifier, visit.MethodLine},
			Languages:        []string{"th", "en"},
			Fullscreen:       true,
			Orientation:      OrientationAuto,
		},
		Storage: Storage{KeepDays: 1, KeepPhotoDays: 1},
	}
}
