package ipp

import (
	"context"
	"net/http"
	"testing"

	"authenkiosk/printer/document"
)

// Everyday is the sample printer for tests of the room that uses this one.
type Everyday struct{ *everyday }

// StartEveryday starts it with one format of documents.
func StartEveryday(t *testing.T, format string) Everyday {
	return Everyday{startEveryday(t, format, "")}
}

// Address returns what a configuration says.
func (e Everyday) Address() string { return "ipp://localhost:" + e.port + "/ipp/print" }

// Printed returns the documents that came out.
func (e Everyday) Printed(t *testing.T) [][]byte { return e.printed(t) }

// Load puts sheets of a size into both trays.
func (e Everyday) Load(t *testing.T, media string) {
	t.Helper()
	r, err := http.Get("http://localhost:" + e.port + "/media?size1=" + media + "&type1=stationery&level1=250&size3=" + media + "&type3=stationery&level3=25")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	p := e.printer(t, "")
	eventually(t, "the printer sees its tray", func() bool {
		s, err := p.State(context.Background())
		return err == nil && s.Media == document.ParseMedia(media)
	})
}
