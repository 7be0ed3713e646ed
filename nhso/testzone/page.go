package testzone

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"time"

	"authenkiosk/visit"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.In(visit.Bangkok).Format("15:04:05") },
}).Parse(pageText))

type pageData struct {
	Refresh  int
	Now      time.Time
	Day      visit.Date
	Persons  []Person
	Codes    []Code
	Faults   []Fault
	Requests []Request
	Desk     Slot // of the simulated agent
}

// page shows people what is in the zone: newest codes and requests first.
func (z *Zone) page(w http.ResponseWriter, _ *http.Request) {
	now := z.options.Now()
	d := pageData{
		Refresh: refreshSeconds, Now: now, Day: visit.ServiceDateOf(now),
		Persons: z.Persons(), Faults: z.Faults(), Requests: z.Requests(), Desk: z.desk.Slot(),
	}
	for _, c := range z.Codes() {
		if visit.ServiceDateOf(c.At) == d.Day {
			d.Codes = append(d.Codes, c)
		}
	}
	slices.Reverse(d.Codes)
	slices.Reverse(d.Requests)
	d.Requests = d.Requests[:min(len(d.Requests), shownRequests)]
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, d); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	_, _ = w.Write(b.Bytes())
}

// font serves the font of the page, if there is one.
func (z *Zone) font(w http.ResponseWriter, r *http.Request) {
	if z.options.Font == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "font/ttf")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(z.options.Font)
}
