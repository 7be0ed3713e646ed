package agent

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"authenkiosk/agent/openapi"
	"authenkiosk/visit"
)

//go:embed status_page.html
var statusPageText string

var statusPage = template.Must(template.New("status").Parse(statusPageText))

// pageView is what the status page shows. Like Status it has no place for
// personal data.
type pageView struct {
	Status
	Unit     string
	Problem  string // why no patient can be served; empty: ready
	Readers  []statusLight
	NHSOLamp statusLight
	Printer  statusLight
	Told     []told
	SkewBad  bool
	SkewS    int64
	Now      string
	Zone     zoneView
	Refused  []seenPage
	Plain    *plainView // where plain HTTP is spoken; nil: nowhere
}

type zoneView struct{ Name, Thai, English, Class string }

// told is a receiver of visits.
type told struct {
	statusLight
	SetAside int
}

// statusLight is one part of the machine: good, bad, or nothing to say.
type statusLight struct{ Name, Thai, English, Class string }

// words of states: class, Thai, English.
var stateWords = map[string][3]string{
	"ready":       {"good", "พร้อม", "ready"},
	"impaired":    {"warn", "ใช้ได้บางส่วน", "impaired"},
	"down":        {"bad", "ใช้ไม่ได้", "down"},
	"unknown":     {"idle", "กำลังตรวจสอบ", "being checked"},
	"":            {"idle", "ไม่ได้ใช้", "not in use"},
	"absent":      {"idle", "ไม่มี", "none"},
	"empty":       {"good", "พร้อม ไม่มีบัตร", "ready, no card"},
	"present":     {"good", "มีบัตร", "card inside"},
	"busy":        {"warn", "โปรแกรมอื่นกำลังใช้", "used by another program"},
	"mute":        {"warn", "บัตรไม่ตอบ", "the card does not answer"},
	"unavailable": {"bad", "ใช้ไม่ได้", "unavailable"},

	ReceiverFailing: {"bad", "ส่งไม่ได้ รอส่งซ้ำ", "takes nothing; visits wait"},
}

func statusLightOf(name, state string) statusLight {
	words, ok := stateWords[state]
	if !ok {
		words = [3]string{"idle", state, state}
	}
	return statusLight{Name: name, Class: words[0], Thai: words[1], English: words[2]}
}

func zoneOf(zone string) zoneView {
	switch visit.Zone(zone) {
	case visit.ZoneProduction:
		return zoneView{zone, "ใช้งานจริง", "PRODUCTION", "production"}
	case visit.ZoneTest:
		return zoneView{zone, "ระบบทดสอบ – รหัสใช้เบิกจ่ายไม่ได้", "TEST ZONE – codes are worth nothing", "test"}
	case visit.ZoneDemo:
		return zoneView{zone, "ระบบสาธิต – ไม่ได้ติดต่อ สปสช.", "DEMO – NHSO is not asked", "demo"}
	}
	return zoneView{zone, "ไม่ทราบระบบ", "UNKNOWN ZONE", "test"}
}

// badSkewMS is from where on no visit is sent: 5 minutes, in milliseconds.
const badSkewMS = int64(5 * time.Minute / time.Millisecond)

func (a *Agent) view() pageView {
	s := a.snapshot()
	v := pageView{
		Status: s, Unit: a.o.Unit, NHSOLamp: statusLightOf("", s.NHSO.State), Printer: statusLightOf("", s.Printer.State),
		SkewBad: max(s.ClockSkewMS, -s.ClockSkewMS) > badSkewMS, SkewS: s.ClockSkewMS / 1000,
		Now: a.now().In(visit.Bangkok).Format("15:04:05"), Zone: zoneOf(a.zone()),
	}
	if err := a.o.Healthy(); err != nil {
		v.Problem = oneLine(err.Error())
	}
	v.Plain, v.Refused = a.plainAt.Load(), a.pages.list()
	for i := range v.Refused {
		v.Refused[i].Last = v.Refused[i].Last.In(visit.Bangkok)
	}
	for _, r := range s.Readers {
		v.Readers = append(v.Readers, statusLightOf(r.Name, r.State))
	}
	for _, r := range s.Receivers {
		v.Told = append(v.Told, told{statusLightOf(r.Name, r.State), r.SetAside})
	}
	return v
}

// page answers GET / with the page for people. It has no script: it asks for
// itself again every few seconds.
func (a *Agent) page(w http.ResponseWriter, _ *http.Request) {
	var b bytes.Buffer
	if err := statusPage.Execute(&b, a.view()); err != nil {
		a.o.Logger.Error("draw the status page", "err", err)
		refuse(w, http.StatusInternalServerError, "the page cannot be drawn")
		return
	}
	a.html(w, b.Bytes())
}

// docs answers GET /api/docs.
func (a *Agent) docs(w http.ResponseWriter, _ *http.Request) {
	zone := zoneOf(a.zone())
	page, err := openapi.Page(zone.Thai+" · "+zone.English, zone.Class)
	if err != nil {
		a.o.Logger.Error("draw the page of the description", "err", err)
		refuse(w, http.StatusInternalServerError, "the page cannot be drawn")
		return
	}
	a.html(w, page)
}

// html sends a page of our own under the strictest policy that shows it: the one
// style in it, by its hash, the font, and nothing else.
func (a *Agent) html(w http.ResponseWriter, page []byte) {
	page = bytes.Replace(page, styleBegins, slices.Concat(styleBegins, a.fontFace), 1)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash(page)+
		"'; font-src data:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'")
	if _, err := w.Write(page); err != nil {
		a.o.Logger.Debug("answer a page", "err", err)
	}
}

// styleBegins is where a page takes the rule of the font.
var styleBegins = []byte("<style>")

// fontFace makes a rule for a font with Thai letters, for machines that have none.
// The font is in the page itself: a browser asks for one of its own with an
// Origin, which the guard refuses.
func fontFace(font []byte) []byte {
	if len(font) == 0 {
		return nil
	}
	return []byte(`@font-face { font-family: "AuthenKiosk Thai"; unicode-range: U+0E00-0E7F; src: url("data:font/ttf;base64,` +
		base64.StdEncoding.EncodeToString(font) + `"); }`)
}

// styleHash returns the hash of the style of a page, as a policy names it.
func styleHash(page []byte) string {
	_, rest, _ := strings.Cut(string(page), "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
