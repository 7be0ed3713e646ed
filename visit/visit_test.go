package visit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestANameIsShortOnTheKioskAndHiddenInPrint(t *testing.T) {
	for _, c := range []struct {
		name        Name
		short, full string
	}{
		{Name{"นาย", "ทดสอบ", "", "ระบบ"}, "นายทดสอบ ร.", "นายทดสอบ ระบบ"},
		{Name{"น.ส.", "ตัวอย่าง", "กลาง", "เสมือน"}, "น.ส.ตัวอย่าง เส.", "น.ส.ตัวอย่าง กลาง เสมือน"},
		{Name{"", "Test", "", "System"}, "Test S.", "Test System"},
		{Name{"นาย", "ทดสอบ", "", ""}, "นายทดสอบ", "นายทดสอบ"},
		{Name{}, "", ""},
	} {
		if c.name.Short() != c.short || c.name.Full() != c.full {
			t.Errorf("got %q and %q, want %q and %q", c.name.Short(), c.name.Full(), c.short, c.full)
		}
		if out := fmt.Sprintf("%v %+v %#v", c.name, c.name, struct{ N Name }{c.name}); c.name.First != "" && strings.Contains(out, c.name.First) {
			t.Errorf("the name is in %q", out)
		}
	}
}

func TestAuthenCodesAndVisitIDsAreChecked(t *testing.T) {
	for code, want := range map[string]bool{
		"PP1200000001": true, "EP1200000001": true, "PP12000000": true,
		"": false, "pp1200000001": false, "PP1234567": false, "PP1234567890123": false, "P1200000001": false, "PP12000O0001": false, "PP1200000001\n": false,
	} {
		if _, err := ParseAuthenCode(code); (err == nil) != want {
			t.Errorf("code %q: %v", code, err)
		}
	}
	for id, want := range map[string]bool{
		"01932b5c-7a00-7abc-8def-0123456789ab": true,
		"01932b5c-7a00-4abc-8def-0123456789ab": false, // another version
		"01932b5c-7a00-7abc-cdef-0123456789ab": false, // another variant
		"01932B5C-7A00-7ABC-8DEF-0123456789AB": false,
		"01932b5c7a007abc8def0123456789ab":     false,
		"":                                     false,
	} {
		if _, err := ParseID(id); (err == nil) != want {
			t.Errorf("id %q: %v", id, err)
		}
	}
	if got := AuthenCode("PP1200000001").Grouped(); got != "PP 1200 000 001" {
		t.Errorf("grouped is %q", got)
	}
	if got := ID("01932b5c-7a00-7abc-8def-0123456789ab").Number(); got != "V-345-678-9AB" {
		t.Errorf("number is %q", got)
	}
}

func TestAVisitNamesEverythingThatIsMissing(t *testing.T) {
	err := Visit{}.Validate()
	for _, want := range []error{ErrID, ErrNoUnit, ErrNoServiceDate, ErrNoPID, ErrNoPhone, ErrNoClaimType, ErrNoMethod} {
		if !errors.Is(err, want) {
			t.Errorf("%v is not named in %v", want, err)
		}
	}
	pid, _ := ParsePID(canaryPID)
	phone, _ := ParsePhone("0800001234")
	whole := Visit{
		ID: "01932b5c-7a00-7abc-8def-0123456789ab", HCode: "99999", ServiceDate: Date{2026, 11, 22},
		PID: pid, Phone: phone, ClaimType: ClaimType{Code: "PG0060001"}, Method: MethodCard,
	}
	if err := whole.Validate(); err != nil {
		t.Errorf("a whole visit: %v", err)
	}
	whole.Phone = Phone{}
	if err := whole.Validate(); !errors.Is(err, ErrNoPhone) {
		t.Errorf("a visit without a phone: %v", err)
	}
	whole.Method = MethodLine
	if err := whole.Validate(); err != nil {
		t.Errorf("one whose phone NHSO has been given in LINE: %v", err)
	}
}

func TestTheHospitalShownIsTheOneForOutpatients(t *testing.T) {
	op, main, sub := Hospital{"99001", "op"}, Hospital{"99999", "main"}, Hospital{"99002", "sub"}
	for _, c := range []struct {
		right Right
		want  Hospital
	}{
		{Right{HospMainOp: op, HospMain: main, HospSub: sub}, op},
		{Right{HospMain: main, HospSub: sub}, main},
		{Right{HospSub: sub}, sub},
		{Right{}, Hospital{}},
	} {
		if got := c.right.Responsible(); got != c.want {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
}

func TestEveryProblemHasANameAndAHelpCode(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Problems() {
		for _, text := range []string{p.String(), p.HelpCode()} {
			if text == "" || text == "unknown" || seen[text] {
				t.Errorf("problem %d has the text %q", p, text)
			}
			seen[text] = true
		}
	}
	if Problem(-1).String() != "unknown" || NoProblem.HelpCode() != "" {
		t.Error("what is no problem has a help code or a name")
	}
}

func TestZonesAndMethodsAreClosedLists(t *testing.T) {
	var z Zone
	var m Method
	if z.UnmarshalText([]byte("test")) != nil || z != ZoneTest || m.UnmarshalText([]byte("line")) != nil || m != MethodLine {
		t.Error("a known word is refused")
	}
	if z.UnmarshalText([]byte("prod")) == nil || m.UnmarshalText([]byte("face")) == nil {
		t.Error("an unknown word is taken")
	}
}

func TestAnIDTellsWhenItWasMade(t *testing.T) {
	for id, want := range map[ID]time.Time{
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f": time.Date(2022, 2, 22, 19, 22, 22, 0, time.UTC), // the example of RFC 9562
		"00000000-0000-7000-8000-000000000000": time.Unix(0, 0), "": {}, "017f22e2-79b0-4cc3-98c4-dc0c0c07398f": {},
	} {
		if got := id.MadeAt(); !got.Equal(want) {
			t.Errorf("%q: %s, want %s", id, got, want)
		}
	}
}

func TestPersonalDataInAnyStructStaysHiddenInJSON(t *testing.T) {
	pid, _ := ParsePID(canaryPID)
	phone, _ := ParsePhone("0800001234")
	v := Visit{
		PID: pid, Phone: phone, HN: HNOf("HN-000042"), Name: Name{First: "ทดสอบ", Last: "ระบบ"}, Address: Address{House: "99/9", Soi: "ซอยทดลอง"},
		Right: Right{Holder: Name{First: "ทดสอบ"}},
	}
	out, err := json.Marshal([]any{v, &v})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{canaryPID, "0800001234", "HN-000042", "ทดสอบ", "ระบบ", "99/9", "ซอยทดลอง"} {
		if strings.Contains(string(out), secret) {
			t.Errorf("%q is in %s", secret, out)
		}
	}
}
