package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestTheExampleHasEveryKeyAndEqualsTheDefaults(t *testing.T) {
	got, err := Parse("example.toml", Example)
	if err != nil {
		t.Fatal(err)
	}
	if want := Default(); !reflect.DeepEqual(got, want) {
		t.Errorf("example %+v\ndefault %+v", got, want)
	}
	lines := linesOf(Example).lines
	for key := range keys {
		if lines[key] == 0 {
			t.Errorf("the example has no %s", key)
		}
	}
	if got, err := Parse("empty", nil); err != nil || !reflect.DeepEqual(got, Default()) {
		t.Errorf("an empty file is not the default: %v", err)
	}
}

func TestWrongValuesAreNamedWithLineKeyAndWhatIsAllowed(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"an unknown zone", "[nhso]\nzone = \"prod\"", `kiosk.toml:2: nhso.zone = "prod": allowed are "demo", "test", "production"`},
		{"an unknown section", "\n[nhs]\nzone = 1", `kiosk.toml:2: nhs: unknown section; allowed are agent, camera, cardreader, certifier, desk, kiosk, line, mqtt, nhso, printer, station, storage, unit, update, webhook`},
		{"an unknown key", "[unit]\n\nhcod = \"10001\"", `kiosk.toml:3: unit.hcod: unknown key; allowed in [unit] are hcode, name, phone`},
		{"a token in the file", "[nhso]\ntoken = \"0000\"", `kiosk.toml:2: nhso.token: unknown key; allowed in [nhso] are agent_url, endpoint_url, evidence_url, recorder_pid, source_id, status_url, upstream, zone`},
		{"a section as a value", "unit = 1", `kiosk.toml:1: unit: is a section and stands once in [ ]`},
		{"a section twice", "[[unit]]\n[[unit]]", `kiosk.toml:1: unit: is a section and stands once in [ ]`},
		{"a duplicate key", "[unit]\nname = \"a\"\nname = \"b\"", `kiosk.toml:3: `},
		{"no TOML", "[unit]\nname = ", `kiosk.toml:2: `},
		{"a dotted key", "unit.hcode = \"1\"", `kiosk.toml:1: unit.hcode = "1": allowed are five characters 0-9 A-Z`},
		{"an inline table", "unit = {name = \"a\", hcode = \"1\"}", `kiosk.toml:1: unit.hcode = "1": allowed`},
		{"a wrong type", "[unit]\nhcode = 10001", `kiosk.toml:2: unit.hcode is a whole number: it must be a text in quotes`},
		{"an empty name", "[unit]\nname = \" \"", `kiosk.toml:2: unit.name = " ": it must not be empty`},
		{"a bad phone", "[unit]\nphone = \"12\"", `kiosk.toml:2: unit.phone: a Thai number begins with 0; allowed is a Thai telephone number, also with`},
		{"a bad recorder", "[nhso]\nrecorder_pid = \"9000000000005\"", `kiosk.toml:2: nhso.recorder_pid: the check digit of the PID is wrong; allowed is`},
		{"an address without a scheme", "[nhso]\nstatus_url = \"nhso.example\"", `kiosk.toml:2: nhso.status_url = "nhso.example": allowed is an address like`},
		{"an address with a user", "[nhso]\nstatus_url = \"https://a:b@nhso.example\"", `nhso.status_url = `},
		{"an open port", "[agent]\nlisten = \"0.0.0.0:8189\"", `kiosk.toml:2: agent.listen = "0.0.0.0:8189": other machines need agent.tls_cert`},
		{"no port", "[agent]\nlisten = \"127.0.0.1\"", `agent.listen`},
		{"a port too big", "[agent]\nlisten = \"127.0.0.1:65536\"", `agent.listen`},
		{"any origin", "[agent]\nallowed_origins = [\"*\"]", `kiosk.toml:2: agent.allowed_origins has "*": allowed is`},
		{"an origin with a path", "[agent]\nallowed_origins = [\"https://his.example/\"]", `agent.allowed_origins has`},
		{"an unknown printer", "[printer]\nkind = \"usb\"", `printer.kind = "usb": allowed are "none", "escpos-tcp", "escpos-file", "escpos-serial", "ipp", "windows", "image"`},
		{"a printer without an address", "[printer]\nkind = \"escpos-tcp\"", `kiosk.toml:1: printer.address = "": for kind "escpos-tcp" it must be host:port`},
		{"a printer on a wrong address", "[printer]\nkind = \"ipp\"\naddress = \"lp0\"", `kiosk.toml:3: printer.address = "lp0": for kind "ipp"`},
		{"a serial printer without a port", "[printer]\nkind = \"escpos-serial\"\naddress = \"ttyUSB0\"", `kiosk.toml:3: printer.address = "ttyUSB0": for kind "escpos-serial" it must be a port`},
		{"an unknown model", "[printer]\nmodel = \"tm\"", `kiosk.toml:2: printer.model = "tm": allowed are "", "generic"`},
		{"an unknown cut", "[printer]\ncut = \"half\"", `kiosk.toml:2: printer.cut = "half": allowed are "", "none"`},
		{"too much feed", "[printer]\nfeed_lines = 21", `kiosk.toml:2: printer.feed_lines = 21: allowed are -1 to 20`},
		{"an unknown format", "[printer]\nformat = \"ps\"", `kiosk.toml:2: printer.format = "ps": allowed are`},
		{"answers that are none", "[printer]\nwell = \"yes\"", `kiosk.toml:2: printer.well = "yes": allowed are up to 8 answers of 1 to 4 bytes in hexadecimal, like "FF" or "02 0A, 03"; doctor shows them`},
		{"a format of another kind", "[printer]\nkind = \"image\"\naddress = \"d\"\nformat = \"pwg\"", `kiosk.toml:4: printer.format = "pwg": for kind "image" allowed are "", "png", "pdf"`},
		{"a format where there is none", "[printer]\nkind = \"escpos-tcp\"\naddress = \"a:9100\"\nformat = \"pdf\"", `printer.format = "pdf": for kind "escpos-tcp" allowed are ""`},
		{"a wrong paper", "[printer]\nwidth_mm = 76", `printer.width_mm = 76: allowed are 58 and 80 (mm)`},
		{"a strange camera", "[camera]\nsource = \"rtsp://x\"", `camera.source = "rtsp://x": allowed are`},
		{"a camera at a web address that is none", "[camera]\nsource = \"mjpeg:/x\"", `camera.source`},
		{"a wrong claim type", "[kiosk]\nclaim_types = [\"PG1\"]", `kiosk.claim_types has "PG1": allowed is PG and seven digits`},
		{"a default that is not offered", "[kiosk]\nclaim_types = [\"PG0060002\"]", `kiosk.default_claim_type = "PG0060001": allowed are those of kiosk.claim_types`},
		{"a method twice", "[kiosk]\nmethods = [\"card\", \"card\"]", `kiosk.methods has "card" twice`},
		{"an unknown method", "[kiosk]\nmethods = [\"none\"]", `kiosk.methods has "none": allowed are "card", "photo", "certifier", "line"`},
		{"no language", "[kiosk]\nlanguages = []", `kiosk.languages = []: at least one of "th", "en"`},
		{"a list of numbers", "[kiosk]\nlanguages = [1]", `kiosk.languages is a whole number: it must be a list of texts`},
		{"too long a way from here", "[kiosk]\nnext_en = \"" + strings.Repeat("x", 41) + "\"", `kiosk.next_en = "` + strings.Repeat("x", 41) + `": allowed are up to 40 characters on one line`},
		{"too long a way from here for one service", "[kiosk.next.PG0060001]\nth = \"ก\"\nen = \"" + strings.Repeat("x", 41) + "\"", `kiosk.toml:3: kiosk.next.PG0060001.en = "` + strings.Repeat("x", 41) + `": allowed are up to 40 characters on one line`},
		{"a way from here for no service", "[kiosk]\n[kiosk.next.PG0060001]\nth = \"ก\"\n[kiosk.next.opd]\nth = \"ก\"", `kiosk.toml:4: kiosk.next.opd: allowed is PG and seven digits`},
		{"a way from here in no language", "[kiosk.next.PG0060001]\nmy = \"x\"", `kiosk.toml:2: kiosk.next.PG0060001.my: unknown key; allowed in [kiosk.next.PG0060001] are en, th`},
		{"a way from here that is a number", "[kiosk.next.PG0060001]\nth = 3", `kiosk.toml:2: kiosk.next.PG0060001.th is a whole number: it must be a text in quotes`},
		{"a way from here without a language", "[kiosk.next]\nPG0060001 = \"x\"", `kiosk.toml:2: kiosk.next.PG0060001 is a text: it must be a section with th and en`},
		{"a way from here without a service", "[kiosk]\nnext = \"x\"", `kiosk.toml:2: kiosk.next is a text: it must be sections like [kiosk.next.PG0060001]`},
		{"too many days", "[kiosk]\nremember_phone_days = 366", `kiosk.remember_phone_days = 366: allowed are 0 to 365 days`},
		{"no day", "[storage]\nkeep_days = 0", `storage.keep_days = 0: allowed are 1 to 3650 days`},
		{"a photo too long", "[storage]\nkeep_photo_days = 8", `storage.keep_photo_days = 8: allowed are 0 to 7 days`},
		{"the demo's unit in production", "[nhso]\nzone = \"production\"", `kiosk.toml: unit.hcode = "99999": the zone "production" needs the unit's own code`},
		{"http in production", "[unit]\nhcode = \"10001\"\n[nhso]\nzone = \"production\"\nendpoint_url = \"http://nhso.example\"", `kiosk.toml:5: nhso.endpoint_url = "http://nhso.example": the zone "production" allows https only`},
		{"an agent that asks itself", "[nhso]\nupstream = \"agent\"\n[agent]\nenabled = true", `nhso.agent_url = "http://127.0.0.1:8189": that is this program's own agent`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("kiosk.toml", []byte(c.file))
			var p *Problem
			if !errors.As(err, &p) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "9000000000005") {
				t.Error("the error repeats a PID")
			}
		})
	}
}

func TestAllErrorsComeAtOnceInTheOrderOfTheirLines(t *testing.T) {
	_, err := Parse("k", []byte("[unit]\nhcode = \"1\"\nname = 3\n[nhso]\nzone = \"x\"\n[what]\n"))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d errors: %v", len(lines), err)
	}
	for i, start := range []string{"k:2: unit.hcode", "k:3: unit.name", "k:5: nhso.zone", "k:6: what"} {
		if !strings.HasPrefix(lines[i], start) {
			t.Errorf("error %d is %q", i, lines[i])
		}
	}
}

func TestAFullConfigurationIsTaken(t *testing.T) {
	file := "\xEF\xBB\xBF[unit]\r\nhcode = \"1000A\"\r\nname = \"รพ.สต. ตัวอย่าง\"\r\nphone = \"02-000-1234\"\r\n" + `
[nhso]
zone = "production"
upstream = "agent"
endpoint_url = "https://nhso.example/api"
recorder_pid = "9000000000004"
[agent]
enabled = true
listen = "[::1]:8190"
allowed_origins = ["https://his.example", "http://10.0.0.1:8080"]
[printer]
kind = "escpos-tcp"
address = "printer.local:9100"
width_mm = 58
[camera]
source = "USB Camera: front"
[kiosk]
claim_types = ["PG0060001", "PG0060002"]
methods = ["card"]
languages = ["en"]
fullscreen = false
orientation = "portrait"
remember_phone_days = 365
second_code = true
next_en = "Go to room 3"
[storage]
keep_days = 30
keep_photo_days = 0
`
	c, err := Parse("k", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if c.Unit.Phone.Digits() != "020001234" || c.NHSO.RecorderPID.Digits() != "9000000000004" || c.NHSO.Zone != visit.ZoneProduction ||
		c.Printer.WidthMM != 58 || len(c.Agent.AllowedOrigins) != 2 || c.Kiosk.Fullscreen || !c.Kiosk.SecondCode || c.Kiosk.NextEN != "Go to room 3" || c.Kiosk.NextTH != "" || c.Kiosk.Methods[0] != visit.MethodCard {
		t.Errorf("got %+v", c)
	}
}

func TestTheWayFromHereIsThatOfTheServiceOrElseOfAll(t *testing.T) {
	c, err := Parse("k", []byte(`
[kiosk]
next_th = "ห้อง 1"
next_en = "Room 1"
[kiosk.next.PG0130001]
th = " ห้องไตเทียม "
en = "Dialysis unit"
[kiosk.next.PG0060001]
en = ""
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ claimType, language, want string }{
		{"PG0130001", "th", "ห้องไตเทียม"},
		{"PG0130001", "en", "Dialysis unit"},
		{"PG0060001", "th", "ห้อง 1"},
		{"PG0060001", "en", ""},
		{"PG0110001", "th", "ห้อง 1"},
		{"PG0110001", "en", "Room 1"},
		{"", "en", "Room 1"},
		{"", "my", ""},
	} {
		if got := c.Kiosk.NextAfter(x.claimType, x.language); got != x.want {
			t.Errorf("after %q in %s: %q, want %q", x.claimType, x.language, got, x.want)
		}
	}
}

func TestATemplateStandsBesideTheConfiguration(t *testing.T) {
	for name, want := range map[string]string{"slip.toml": filepath.Join("etc", "slip.toml"), "/srv/slip.toml": "/srv/slip.toml", "": ""} {
		c, err := Parse(filepath.Join("etc", "kiosk.toml"), []byte("[printer]\ntemplate = '"+name+"'\n"))
		if err != nil || c.Printer.Template != want {
			t.Errorf("%q becomes %q: %v", name, c.Printer.Template, err)
		}
	}
}

func TestASerialPrinterIsTaken(t *testing.T) {
	for _, address := range []string{"/dev/ttyUSB0", "/dev/ttyUSB0?baud=19200&flow=dtrdsr", "COM3?baud=9600"} {
		c, err := Parse("k", []byte("[printer]\nkind = \"escpos-serial\"\naddress = \""+address+"\"\nmodel = \"epson-tm\"\ncut = \"none\"\nfeed_lines = 0\n"))
		if err != nil || c.Printer.Model != "epson-tm" || c.Printer.Cut != "none" || c.Printer.FeedLines != 0 {
			t.Errorf("%s: %+v %v", address, c.Printer, err)
		}
	}
}

func TestLoadReadsAFileAndSaysThatItIsMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.toml")
	if _, err := Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if err := os.WriteFile(path, Example, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, make([]byte, MaxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil {
		t.Error("a huge file was read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Example)
	f.Add([]byte("\xFF\xFE[\x00u\x00"))
	f.Add([]byte("[unit]\nname = “a”\n[printer]\naddress = \"C:\\temp\xA1\""))
	f.Add([]byte("unit = {hcode = 1, \"a.b\" = {c = [1, {d = 2}]}}\n[[kiosk.methods]]\n[nhso]\nzone=\"x\""))
	f.Add([]byte("a.b.c = 1979-05-27\n'' = 1\n[\"\"]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f", data)
		if err != nil {
			if strings.Count(err.Error(), "\n") > strings.Count(string(data), "\n")+len(data) {
				t.Error("more errors than the file has characters")
			}
			return
		}
		if hcode(c.Unit.HCode) != "" || label(c.Unit.Name) != "" || listenAddress(c.Agent.Listen) != "" ||
			len(c.Kiosk.Languages) == 0 || len(c.Kiosk.Methods) == 0 || c.Storage.KeepDays < 1 {
			t.Errorf("accepted %+v", c)
		}
	})
}

// A mistake in an address is told without what may be its password: the errors of a start
// stand in the log of the system.
func TestAMistakeInAnAddressTellsNoPassword(t *testing.T) {
	for key, value := range map[string]string{
		"camera.source":     "mjpeg:http://me:s3cret%@192.0.2.8/video",
		"nhso.endpoint_url": "https://me:s3cret@nhso.example",
		"nhso.status_url":   "https://nhso.example/?key=s3cret",
		"printer.address":   "ftp://me:s3cret@192.0.2.7/",
		"update.source":     "http://me:s3cret@updates.example/",
		"desk.urls":         "https://me:s3cret@kiosk-1:8189",
	} {
		section, name, _ := strings.Cut(key, ".")
		text := "[" + section + "]\n" + name + " = \"" + value + "\"\n"
		switch key {
		case "desk.urls":
			text = strings.Replace(text, "\""+value+"\"", "[\""+value+"\"]", 1)
		case "printer.address":
			text += "kind = \"ipp\"\n"
		}
		_, err := Parse("kiosk.toml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), key) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
