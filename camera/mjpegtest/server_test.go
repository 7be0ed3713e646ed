package mjpegtest

import (
	"image"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"authenkiosk/camera/scene"
)

// The server is read with the standard library here, as an independent witness.
func TestTheServerSpeaksMultipart(t *testing.T) {
	s, err := Start(Options{Size: image.Pt(160, 120)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	resp, err := client.Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(resp.Body, params["boundary"])
	var before string
	for range 3 {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(strings.NewReader(string(data)))
		if err != nil || img.Bounds().Size() != image.Pt(160, 120) {
			t.Fatalf("%v", err)
		}
		if string(data) == before {
			t.Error("two pictures are the same: no living camera does that")
		}
		before = string(data)
		s.Show(scene.Nobody)
	}
	if s.Asked() != 1 || s.Sent() < 3 {
		t.Errorf("asked %d, sent %d", s.Asked(), s.Sent())
	}
}

func TestFaultsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for f := range Fault(len(faultNames)) {
		if n := f.String(); n == "" || seen[n] {
			t.Errorf("fault %d: %q", int(f), n)
		} else {
			seen[n] = true
		}
	}
}
