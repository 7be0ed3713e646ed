package nhso

import (
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestAddressesFollowZoneAndSettings(t *testing.T) {
	const (
		status = "/authencodestatus/api/check-authen-status"
		right  = "/nhsoendpoint/api/v2/right-search"
		submit = "/nhsoendpoint/api/AuthenCode"
		local  = "http://127.0.0.1:8199"
	)
	for _, c := range []struct {
		name string
		o    Options
		want addresses
	}{
		{"the test zone", Options{Zone: visit.ZoneTest}, addresses{
			"https://test.nhso.go.th" + right, "https://test.nhso.go.th" + status, "https://test.nhso.go.th/authencodeapi/api/AuthenCode",
		}},
		{"production", Options{Zone: visit.ZoneProduction}, addresses{
			"https://nhsoapi.nhso.go.th" + right, "https://authenucws.nhso.go.th" + status, "https://nhsoapi.nhso.go.th" + submit,
		}},
		{"one simulator for all", Options{Zone: visit.ZoneTest, EndpointURL: local}, addresses{local + right, local + status, local + submit}},
		{"the same by the other key", Options{Zone: visit.ZoneDemo, StatusURL: local + "/"}, addresses{local + right, local + status, local + submit}},
		{"a path is kept", Options{Zone: visit.ZoneProduction, EndpointURL: "https://api.nhso.go.th/authencodeapi/", StatusURL: "https://x.example/s"}, addresses{
			"https://api.nhso.go.th" + right, "https://x.example/s/api/check-authen-status", "https://api.nhso.go.th/authencodeapi/api/AuthenCode",
		}},
		{"another host does not draw the status along", Options{Zone: visit.ZoneProduction, EndpointURL: "https://x.example/e"}, addresses{
			"https://x.example/e/api/v2/right-search", "https://authenucws.nhso.go.th" + status, "https://x.example/e/api/AuthenCode",
		}},
	} {
		got, err := c.o.addresses()
		if err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v", c.name, got, err)
		}
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	token := func() (string, error) { return "x", nil }
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"no zone", Options{Token: token}, "zone"},
		{"a demo without a simulator", Options{Zone: visit.ZoneDemo, Token: token}, "simulator"},
		{"no token function", Options{Zone: visit.ZoneTest}, "token"},
		{"not a web address", Options{Zone: visit.ZoneTest, EndpointURL: "ftp://x", Token: token}, "endpoint_url"},
		{"a user in it", Options{Zone: visit.ZoneTest, StatusURL: "https://a:b@x", Token: token}, "status_url"},
		{"a query in it", Options{Zone: visit.ZoneTest, StatusURL: "https://x/?a=b", Token: token}, "status_url"},
		{"the token in clear", Options{Zone: visit.ZoneProduction, EndpointURL: "http://nhso.example", Token: token}, "https"},
	} {
		if _, err := NewEndpoint(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestKindsHaveNames(t *testing.T) {
	for k := Unknown; k <= Invalid; k++ {
		if k.String() == "" || strings.HasPrefix(k.String(), "kind") {
			t.Errorf("kind %d has no name", int(k))
		}
	}
	if Kind(99).String() != "kind 99" {
		t.Error("an unknown kind")
	}
}
