package config

import (
	"sort"
	"strings"

	"authenkiosk/visit"
)

// setter puts a value into the configuration. It returns "" or what is wrong,
// to be written right behind the key.
type setter func(c *Config, value any) string

// Ranges, in days.
const (
	maxRememberPhone = 365  // a year: numbers that are older are often dead
	maxKeep          = 3650 // ten years, the longest that medical files are kept
	maxKeepPhoto     = 7    // a photo is proof until NHSO has confirmed, no archive

	maxLookBack = 30 // each day is one question to NHSO

	maxCorrelation = 60 // minutes; the person has left by then

	maxAge = 120 // years

	maxFeed = 20 // lines before a cut: 8 cm
)

// KeySources are the names of what can seal the key of the data, best first.
var KeySources = []string{"tpm-pcr", "tpm", "passphrase", "keychain", "dpapi", "file"}

// keys are all keys there are.
var keys = map[string]setter{
	"unit.hcode": text(func(c *Config) *string { return &c.Unit.HCode }, hcode),
	"unit.name":  text(func(c *Config) *string { return &c.Unit.Name }, label),
	"unit.phone": unitPhone,

	"nhso.zone":         choice(func(c *Config) *visit.Zone { return &c.NHSO.Zone }, visit.Zones()...),
	"nhso.upstream":     choice(func(c *Config) *Upstream { return &c.NHSO.Upstream }, UpstreamEndpoint, UpstreamAgent),
	"nhso.endpoint_url": text(func(c *Config) *string { return &c.NHSO.EndpointURL }, orEmpty(webURL)),
	"nhso.status_url":   text(func(c *Config) *string { return &c.NHSO.StatusURL }, orEmpty(webURL)),
	"nhso.evidence_url": text(func(c *Config) *string { return &c.NHSO.EvidenceURL }, orEmpty(webURL)),
	"nhso.agent_url":    text(func(c *Config) *string { return &c.NHSO.AgentURL }, webURL),
	"nhso.source_id":    text(func(c *Config) *string { return &c.NHSO.SourceID }, orEmpty(label)),
	"nhso.recorder_pid": recorderPID,

	"cardreader.patient":   text(func(c *Config) *string { return &c.CardReader.Patient }, orEmpty(label)),
	"cardreader.certifier": text(func(c *Config) *string { return &c.CardReader.Certifier }, orEmpty(label)),

	"agent.enabled":             boolean(func(c *Config) *bool { return &c.Agent.Enabled }),
	"agent.listen":              text(func(c *Config) *string { return &c.Agent.Listen }, listenAddress),
	"agent.allowed_origins":     texts(func(c *Config) *[]string { return &c.Agent.AllowedOrigins }, origin),
	"agent.compat":              boolean(func(c *Config) *bool { return &c.Agent.Compat }),
	"agent.look_back_days":      days(func(c *Config) *int { return &c.Agent.LookBackDays }, 0, maxLookBack),
	"agent.correlation_minutes": counted(func(c *Config) *int { return &c.Agent.CorrelationMinutes }, 0, maxCorrelation, " minutes"),
	"agent.ignore_hcodes":       texts(func(c *Config) *[]string { return &c.Agent.IgnoreHCodes }, hcode),
	"agent.plain_http_listen":   text(func(c *Config) *string { return &c.Agent.PlainHTTPListen }, orEmpty(plainListen)),
	"agent.plain_http_from":     texts(func(c *Config) *[]string { return &c.Agent.PlainHTTPFrom }, exactAddress),
	"agent.tls_cert":            text(func(c *Config) *string { return &c.Agent.TLSCert }, orEmpty(label)),
	"agent.tls_key":             text(func(c *Config) *string { return &c.Agent.TLSKey }, orEmpty(label)),
	"agent.addresses":           texts(func(c *Config) *[]string { return &c.Agent.Addresses }, network),
	"agent.hosts":               texts(func(c *Config) *[]string { return &c.Agent.Hosts }, askedHost),

	"desk.urls": texts(func(c *Config) *[]string { return &c.Desk.URLs }, deskURL),

	"mqtt.broker":   text(func(c *Config) *string { return &c.MQTT.Broker }, orEmpty(brokerURL)),
	"mqtt.username": text(func(c *Config) *string { return &c.MQTT.Username }, orEmpty(label)),
	"mqtt.kiosk":    text(func(c *Config) *string { return &c.MQTT.Kiosk }, orEmpty(topicName)),
	"mqtt.ca_file":  text(func(c *Config) *string { return &c.MQTT.CAFile }, orEmpty(label)),

	"printer.kind":       choice(func(c *Config) *visit.PrinterKind { return &c.Printer.Kind }, visit.PrinterKinds()...),
	"printer.address":    text(func(c *Config) *string { return &c.Printer.Address }, orEmpty(label)),
	"printer.width_mm":   paperWidth,
	"printer.paper":      choice(func(c *Config) *string { return &c.Printer.Paper }, "", "a5", "a4"),
	"printer.model":      choice(func(c *Config) *string { return &c.Printer.Model }, PrinterModels...),
	"printer.cut":        choice(func(c *Config) *string { return &c.Printer.Cut }, PrinterCuts...),
	"printer.feed_lines": number(func(c *Config) *int { return &c.Printer.FeedLines }, FeedOfModel, maxFeed),
	"printer.format":     choice(func(c *Config) *string { return &c.Printer.Format }, printerFormats()...),
	"printer.well":       text(func(c *Config) *string { return &c.Printer.Well }, orEmpty(answers)),
	"printer.template":   text(func(c *Config) *string { return &c.Printer.Template }, orEmpty(label)),

	"camera.rotation": oneOfNumbers(func(c *Config) *int { return &c.Camera.Rotation }, 0, 90, 180, 270),
	"camera.source":   text(func(c *Config) *string { return &c.Camera.Source }, orEmpty(cameraSource)),

	"cardreader.long_reads": boolean(func(c *Config) *bool { return &c.CardReader.LongReads }),

	"certifier.min_age":         number(func(c *Config) *int { return &c.Certifier.MinAge }, 0, maxAge),
	"certifier.adult_age":       number(func(c *Config) *int { return &c.Certifier.AdultAge }, 0, maxAge),
	"certifier.relations":       choices(func(c *Config) *[]visit.Relation { return &c.Certifier.Relations }, visit.Relations()...),
	"certifier.adult_relations": choices(func(c *Config) *[]visit.Relation { return &c.Certifier.AdultRelations }, visit.Relations()...),

	"line.qr": text(func(c *Config) *string { return &c.Line.QR }, orEmpty(label)),

	"kiosk.other_numbers":       texts(func(c *Config) *[]string { return &c.Kiosk.OtherNumbers }, otherNumber),
	"kiosk.claim_types":         texts(func(c *Config) *[]string { return &c.Kiosk.ClaimTypes }, claimType),
	"kiosk.default_claim_type":  text(func(c *Config) *string { return &c.Kiosk.DefaultClaimType }, claimType),
	"kiosk.methods":             choices(func(c *Config) *[]visit.Method { return &c.Kiosk.Methods }, visit.Methods()...),
	"kiosk.languages":           choices(func(c *Config) *[]string { return &c.Kiosk.Languages }, "th", "en"),
	"kiosk.fullscreen":          boolean(func(c *Config) *bool { return &c.Kiosk.Fullscreen }),
	"kiosk.orientation":         choice(func(c *Config) *visit.Orientation { return &c.Kiosk.Orientation }, visit.Orientations()...),
	"kiosk.second_code":         boolean(func(c *Config) *bool { return &c.Kiosk.SecondCode }),
	"kiosk.next_th":             text(func(c *Config) *string { return &c.Kiosk.NextTH }, orEmpty(short)),
	"kiosk.next_en":             text(func(c *Config) *string { return &c.Kiosk.NextEN }, orEmpty(short)),
	"kiosk.remember_phone_days": days(func(c *Config) *int { return &c.Kiosk.RememberPhoneDays }, 0, maxRememberPhone),

	"station.on_card": choice(func(c *Config) *visit.OnCard { return &c.Station.OnCard }, visit.OnCards()...),

	"storage.keep_days":       days(func(c *Config) *int { return &c.Storage.KeepDays }, 1, maxKeep),
	"storage.keep_staff_days": days(func(c *Config) *int { return &c.Storage.KeepStaffDays }, 1, maxKeep),
	"storage.keep_photo_days": days(func(c *Config) *int { return &c.Storage.KeepPhotoDays }, 0, maxKeepPhoto),
	"storage.require_key_source": choice(func(c *Config) *string { return &c.Storage.RequireKeySource },
		append([]string{""}, KeySources...)...),

	"update.window": window(func(c *Config) *Window { return &c.Update.Window }),
	"update.source": text(func(c *Config) *string { return &c.Update.Source }, orEmpty(updateSource)),
}

// KeysOf returns the keys of a section in the order of the alphabet.
func keysOf(section string) []string {
	var names []string
	for full := range keys {
		if s, key, _ := strings.Cut(full, "."); s == section {
			names = append(names, key)
		}
	}
	if s, key, _ := strings.Cut(nextKey, "."); s == section {
		names = append(names, key)
	}
	sort.Strings(names)
	return names
}

func sectionNames() []string {
	seen := map[string]bool{}
	var names []string
	for full := range keys {
		if s, _, _ := strings.Cut(full, "."); !seen[s] {
			seen[s] = true
			names = append(names, s)
		}
	}
	names = append(names, webhookSection)
	sort.Strings(names)
	return names
}
