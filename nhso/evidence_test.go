package nhso_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net/http/httptest"
	"strings"
	"testing"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

func evidence(t *testing.T) nhso.Evidence {
	t.Helper()
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	return nhso.Evidence{Visit: "019ab000-0000-7000-8000-0123456789ab", PID: pid, Code: "PP1200000001", JPEG: b.Bytes(), GatePassed: true}
}

func TestEvidenceIsHandedOverAndARepetitionChangesNothing(t *testing.T) {
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(zone)
	defer server.Close()
	e := endpointWithEvidence(t, server.URL, server.URL+testzone.EvidencePath)
	v := evidence(t)
	for range 2 {
		if err := e.SendEvidence(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	got := zone.Evidence()
	if len(got) != 1 || got[0].TransID != string(v.Visit) || got[0].Bytes != len(v.JPEG) || got[0].Width != 64 || !got[0].GatePassed {
		t.Errorf("the zone has %d: %+v", len(got), got)
	}
	if err := zone.SetFault(testzone.Fault{Path: testzone.EvidencePath, Kind: "500"}); err != nil {
		t.Fatal(err)
	}
	if err := e.SendEvidence(t.Context(), v); err == nil {
		t.Error("a server that fails is no error")
	}
	zone.ClearFaults()
	v.JPEG = []byte("no picture")
	if err := e.SendEvidence(t.Context(), v); nhso.KindOf(err) != nhso.Refused {
		t.Errorf("what is no picture: %v", err)
	}
	if text := fmt.Sprintf("%v %+v", v, v); strings.Contains(text, v.PID.Digits()) {
		t.Error("evidence prints the patient's number")
	}
}

func TestEvidenceNeverGoesToAForeignServer(t *testing.T) {
	_, err := nhso.NewEndpoint(nhso.Options{
		Zone: visit.ZoneProduction, EvidenceURL: "https://elsewhere.example/photos", Token: func() (string, error) { return "", nil },
	})
	if !errors.Is(err, nhso.ErrEvidenceHost) {
		t.Errorf("a foreign server: %v", err)
	}
	e := endpointWithEvidence(t, "http://127.0.0.1:1", "")
	if err := e.SendEvidence(t.Context(), evidence(t)); !errors.Is(err, nhso.ErrNoEvidenceURL) {
		t.Errorf("no server: %v", err)
	}
}

func endpointWithEvidence(t *testing.T, base, evidence string) *nhso.Endpoint {
	t.Helper()
	e, err := nhso.NewEndpoint(nhso.Options{
		Zone: visit.ZoneTest, EndpointURL: base, EvidenceURL: evidence,
		Token: func() (string, error) { return testzone.DefaultToken, nil }, Timeouts: patient,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}
