package config

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"authenkiosk/visit"
)

// utf16Of writes a text as Notepad does under "Unicode".
func utf16Of(order binary.AppendByteOrder, mark bool, text string) []byte {
	var data []byte
	if mark {
		data = order.AppendUint16(data, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, u)
	}
	return data
}

func TestAFileOfNotepadIsAnsweredWithWhatToDo(t *testing.T) {
	const good = "[unit]\r\nhcode = \"10001\"\r\nname = \"โรงพยาบาลทดสอบ\"\r\n"
	for _, c := range []struct {
		name string
		data []byte
		want string // of the error; empty: it is taken
	}{
		{"UTF-8", []byte(good), ""},
		{"UTF-8 with its mark", []byte("\xEF\xBB\xBF" + good), ""},
		{"UTF-16", utf16Of(binary.LittleEndian, true, good), "kiosk.toml: the file is in UTF-16"},
		{"UTF-16, the other way round", utf16Of(binary.BigEndian, true, good), "kiosk.toml: the file is in UTF-16"},
		{"UTF-16 without its mark", utf16Of(binary.LittleEndian, false, good), "kiosk.toml: the file is in UTF-16"},
		{"ANSI in Thailand", []byte("[unit]\r\nhcode = \"10001\"\r\nname = \"\xE2\xC3\xA7\xBE\xC2\xD2\xBA\xD2\xC5\"\r\n"), "kiosk.toml:3: the line has letters that are not in UTF-8"},
		{"ANSI in a comment", []byte("# \xA1\r\n[unit]\r\n"), "kiosk.toml:1: the line has letters that are not in UTF-8"},
	} {
		got, err := Parse("kiosk.toml", c.data)
		switch {
		case c.want == "" && (err != nil || got.Unit.Name != "โรงพยาบาลทดสอบ"):
			t.Errorf("%s: %q, %v", c.name, got.Unit.Name, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want) || !strings.Contains(err.Error(), "save it as UTF-8")):
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestRoundQuotesAndBackslashesAreAnsweredWithWhatToDo(t *testing.T) {
	for _, c := range []struct{ name, file, want, advice string }{
		{"round quotes", "[unit]\nname = “Hospital”", "kiosk.toml:2: ", "the line has a “: put texts in straight quotes"},
		{"single round quotes", "[unit]\n\nname = ‘Hospital’", "kiosk.toml:3: ", "the line has a ‘: put texts in straight quotes"},
		{"only the end is round", "[unit]\nname = \"Hospital”\n", "kiosk.toml:2: ", "the line has a ”: put texts in straight quotes"},
		{"a path with backslashes", "[printer]\nkind = \"image\"\naddress = \"C:\\slips\"", "kiosk.toml:3: ", "put a path in '...'"},
		{"a path that hides a tab", "[printer]\nkind = \"image\"\naddress = \"C:\\temp\"", "kiosk.toml:3: printer.address", "put a path in '...'"},
		{"a path that hides a line", "[agent]\ntls_key = \"C:\\new\\key.pem\"", "kiosk.toml:2: ", "put a path in '...'"},
		{"a webhook in round quotes", "[[webhook]]\nname = “his”", "kiosk.toml:2: ", "straight quotes"},
	} {
		_, err := Parse("kiosk.toml", []byte(c.file))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || !strings.Contains(err.Error(), c.advice) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, file := range map[string]string{
		"round quotes in a text":          "[unit]\nname = \"โรงพยาบาล “ทดสอบ”\"",
		"a path in single quotes":         "[printer]\nkind = \"image\"\naddress = 'C:\\temp\\slips'",
		"a path with doubled backslashes": "[printer]\nkind = \"image\"\naddress = \"C:\\\\temp\"",
	} {
		if _, err := Parse("kiosk.toml", []byte(file)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBlanksAroundValuesAreTakenOff(t *testing.T) {
	const file = `
unit = {hcode = " 10001 ", name = "  โรงพยาบาล ทดสอบ  ", phone = " 0800001234 "}
[nhso]
zone = "test "
endpoint_url = " https://nhso.example/api "
status_url = "` + "\u00A0https://nhso.example\u200B" + `"
recorder_pid = "9000000000004 "
[agent]
listen = " 127.0.0.1:8190"
allowed_origins = [" https://his.example "]
[mqtt]
broker = "mqtts://broker.example "
kiosk = " kiosk-1"
[printer]
kind = " escpos-tcp"
address = " 192.0.2.7:9100` + "\uFEFF" + `"
[camera]
source = " mjpeg:http://192.0.2.8/video "
[kiosk]
claim_types = ["PG0060001 "]
[[webhook]]
name = " his "
url = " https://his.example/in "
`
	c, err := Parse("kiosk.toml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ got, want string }{
		{c.Unit.HCode, "10001"},
		{c.Unit.Name, "โรงพยาบาล ทดสอบ"},
		{string(c.NHSO.Zone), string(visit.ZoneTest)},
		{c.NHSO.EndpointURL, "https://nhso.example/api"},
		{c.NHSO.StatusURL, "https://nhso.example"},
		{c.NHSO.RecorderPID.Digits(), "9000000000004"},
		{c.Agent.Listen, "127.0.0.1:8190"},
		{c.Agent.AllowedOrigins[0], "https://his.example"},
		{c.MQTT.Broker, "mqtts://broker.example"},
		{c.MQTT.Kiosk, "kiosk-1"},
		{string(c.Printer.Kind), string(visit.PrinterTCP)},
		{c.Printer.Address, "192.0.2.7:9100"},
		{c.Camera.Source, "mjpeg:http://192.0.2.8/video"},
		{c.Kiosk.ClaimTypes[0], "PG0060001"},
		{c.Webhooks[0].Name, "his"},
		{c.Webhooks[0].URL, "https://his.example/in"},
	} {
		if v.got != v.want {
			t.Errorf("%q, want %q", v.got, v.want)
		}
	}
	for name, file := range map[string]string{
		"the same twice, but for a blank": "[agent]\nallowed_origins = [\"https://a.example\", \"https://a.example \"]",
		"only blanks":                     "[unit]\nname = \"\u00A0 \u200B\"",
		"a blank within":                  "[nhso]\nendpoint_url = \"https://nhso .example\"",
	} {
		if _, err := Parse("kiosk.toml", []byte(file)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
