package config

import (
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestReceiversAndOtherMachinesAreRead(t *testing.T) {
	c, err := Parse("kiosk.toml", []byte(`
[agent]
listen = "192.168.1.20:8189"
tls_cert = "/etc/authenkiosk/cert.pem"
tls_key = "/etc/authenkiosk/key.pem"
addresses = ["192.168.1.0/24", "10.0.0.7"]
hosts = ["kiosk1.hospital.example:8189"]
look_back_days = 3

[[webhook]]
name = "his"
url = "https://his.example/in?key=1"

[[webhook]]
name = "queue"
url = "http://127.0.0.1:9000/"

[mqtt]
broker = "mqtts://broker.example/"
kiosk = "kiosk-1"
`))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Agent.LAN() || c.Agent.LookBackDays != 3 || len(c.Webhooks) != 2 || c.Webhooks[1] != (Webhook{"queue", "http://127.0.0.1:9000/"}) ||
		c.MQTT.Kiosk != "kiosk-1" {
		t.Errorf("%+v", c)
	}
}

func TestWrongReceiversAreNamedWithTheirLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a webhook that stands once", "[webhook]\nname = \"a\"", "kiosk.toml:1: webhook: each one is a section [[webhook]]"},
		{"a webhook without an address", "[[webhook]]\nname = \"a\"", "webhook: each one needs name and url"},
		{"a name with other letters", "[[webhook]]\nname = \"A b\"\nurl = \"https://x.example\"", "kiosk.toml:2: webhook.name"},
		{"an open address", "[[webhook]]\nname = \"a\"\nurl = \"http://x.example\"", "kiosk.toml:3: webhook.url: allowed is https"},
		{"a key too much", "[[webhook]]\nname = \"a\"\nsecret = \"x\"", "kiosk.toml:3: webhook.secret: unknown key"},
		{"two of a name", "[[webhook]]\nname = \"a\"\nurl = \"https://x.example\"\n[[webhook]]\nname = \"a\"\nurl = \"https://y.example\"", "two of that name"},
		{"a broker without a name of the machine", "[mqtt]\nbroker = \"mqtts://b.example\"", "mqtt.kiosk is missing"},
		{"an open broker", "[mqtt]\nbroker = \"mqtt://b.example\"", "kiosk.toml:2: mqtt.broker"},
		{"a broker with a path", "[mqtt]\nbroker = \"mqtts://b.example//\"", "kiosk.toml:2: mqtt.broker"},
		{"half of what other machines need", "[agent]\ntls_cert = \"c.pem\"", "agent.addresses, agent.hosts, agent.tls_key"},
		{"every address", "[agent]\naddresses = [\"0.0.0.0/0\"]", "kiosk.toml:2: agent.addresses"},
		{"a network by plain HTTP", "[agent]\nplain_http_from = [\"192.168.1.0/24\"]", "kiosk.toml:2: agent.plain_http_from"},
		{"everybody by plain HTTP", "[agent]\nplain_http_from = [\"0.0.0.0\"]", "kiosk.toml:2: agent.plain_http_from"},
		{"plain HTTP on all addresses", "[agent]\nplain_http_listen = \"0.0.0.0:8189\"", "kiosk.toml:2: agent.plain_http_listen"},
		{"plain HTTP under a name", "[agent]\nplain_http_listen = \"kiosk1:8189\"", "kiosk.toml:2: agent.plain_http_listen"},
		{"plain HTTP for nobody", "[agent]\nplain_http_listen = \"192.168.1.20:8189\"", "agent.plain_http_listen and agent.plain_http_from go together"},
		{"plain HTTP from somebody, nowhere", "[agent]\nplain_http_from = [\"192.168.1.30\"]", "agent.plain_http_listen and agent.plain_http_from go together"},
		{"plain HTTP where the agent is", "[agent]\nplain_http_listen = \"127.0.0.1:8189\"\nplain_http_from = [\"192.168.1.30\"]", "kiosk.toml:2: agent.plain_http_listen"},
		{"an hour and more", "[agent]\ncorrelation_minutes = 61", "kiosk.toml:2: agent.correlation_minutes"},
		{"a unit that is none", "[agent]\nignore_hcodes = [\"x\"]", "kiosk.toml:2: agent.ignore_hcodes"},
		{"another machine by plain HTTP", "[desk]\nurls = [\"http://kiosk-1:8189\"]", "kiosk.toml:2: desk.urls"},
		{"another machine without a port", "[desk]\nurls = [\"https://kiosk-1\"]", "kiosk.toml:2: desk.urls"},
		{"another machine with a path", "[desk]\nurls = [\"https://kiosk-1:8189/\"]", "kiosk.toml:2: desk.urls"},
		{"another machine in capitals", "[desk]\nurls = [\"https://KIOSK-1:8189\"]", "kiosk.toml:2: desk.urls"},
		{"a name without a port", "[agent]\nhosts = [\"kiosk1\"]", "kiosk.toml:2: agent.hosts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("kiosk.toml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
}

func TestAnAddressWithAKeyIsNotRepeatedInAnError(t *testing.T) {
	_, err := Parse("kiosk.toml", []byte("[[webhook]]\nname = \"a\"\nurl = \"http://x.example/?key=s3cret\""))
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

func TestOnlyTheZoneIsChanged(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{
			"a value between comments", "# mine\n[unit]\nhcode = \"12345\" # ours\n\n[nhso]\n# \"demo\" or\nzone   =  \"test\"   # now test\nupstream = \"endpoint\"\n",
			"# mine\n[unit]\nhcode = \"12345\" # ours\n\n[nhso]\n# \"demo\" or\nzone   =  \"production\"   # now test\nupstream = \"endpoint\"\n",
		},
		{"lines of Windows", "[unit]\r\nhcode = \"12345\"\r\n[nhso] # here\r\n", "[unit]\r\nhcode = \"12345\"\r\n[nhso] # here\r\nzone = \"production\"\r\n"},
		{"no section", "[unit]\nhcode = \"12345\"", "[unit]\nhcode = \"12345\"\n[nhso]\nzone = \"production\"\n"},
		{"a key with points", "nhso.zone = 'test'\nunit.hcode = \"12345\"\n", "nhso.zone = \"production\"\nunit.hcode = \"12345\"\n"},
		{"a mark of Windows editors", "\xEF\xBB\xBF[unit]\nhcode = \"12345\"\n[nhso]\nzone = \"demo\"\n", "\xEF\xBB\xBF[unit]\nhcode = \"12345\"\n[nhso]\nzone = \"production\"\n"},
		{"a section without a line end", "[unit]\nhcode=\"12345\"\n[nhso]", "[unit]\nhcode=\"12345\"\n[nhso]\nzone = \"production\"\n"},
		{"the same word elsewhere", "[unit]\nname = \"zone = test\"\nhcode = \"12345\"\n[nhso]\nzone = \"test\"\n", "[unit]\nname = \"zone = test\"\nhcode = \"12345\"\n[nhso]\nzone = \"production\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := WithZone("kiosk.toml", []byte(c.before), visit.ZoneProduction)
			if err != nil || string(got) != c.after {
				t.Errorf("%v\n%q\nwant\n%q", err, got, c.after)
			}
		})
	}
}

func TestAZoneThatTheRestForbidsIsNotSet(t *testing.T) {
	if _, err := WithZone("kiosk.toml", []byte("[nhso]\nzone = \"test\"\n"), visit.ZoneProduction); err == nil || !strings.Contains(err.Error(), "hcode") {
		t.Error(err)
	}
}

func FuzzWithZone(f *testing.F) {
	f.Add(Example)
	f.Add([]byte("nhso = { zone = \"test\" }\n[unit]\nhcode=\"12345\""))
	f.Add([]byte("[nhso]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := WithZone("x", data, visit.ZoneTest)
		if err != nil {
			return
		}
		before, _ := Parse("x", data)
		after, err := Parse("x", got)
		before.NHSO.Zone = visit.ZoneTest
		if err != nil || after.NHSO.Zone != visit.ZoneTest || len(got) > len(data)+40 {
			t.Errorf("%v: %q of %q", err, got, data)
		}
	})
}
