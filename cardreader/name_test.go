package cardreader

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// models are names of real readers as their drivers give them to Windows, pcsc-lite
// and macOS, with what is made of each.
var models = []struct {
	name string
	kind Kind
}{
	{"ACS ACR39U ICC Reader 0", KindContact},
	{"ACS ACR39U ICC Reader 00 00", KindContact},
	{"ACS ACR39U-SAM ICC Reader 0", KindContact},
	{"ACS CCID USB Reader 0", KindContact}, // ACR38U
	{"ACS ACR 38U-CCID 00 00", KindContact},
	{"ACS ACR33U-A1 3SAM ICC Reader ICC 0", KindContact},
	{"ACS ACR33U-A1 3SAM ICC Reader SAM 0", KindSAM},
	{"ACS ACR1281 1S Dual Reader ICC 0", KindContact},
	{"ACS ACR1281 1S Dual Reader PICC 0", KindContactless},
	{"ACS ACR1281 1S Dual Reader SAM 0", KindSAM},
	{"ACS ACR1581 1S Dual Reader [ACR1581 1S Dual Reader ICC] 00 00", KindContact},
	{"ACS ACR1581 1S Dual Reader [ACR1581 1S Dual Reader PICC] 01 00", KindContactless},
	{"ACS ACR1281 1S Dual Reader 00 01", KindContact}, // nothing tells the slots apart
	{"ACS ACR122U PICC Interface 0", KindContactless},
	{"ACS ACR122 0", KindContactless},
	{"ACS ACR122U 00 00", KindContactless},
	{"ACS ACR1252 1S CL Reader PICC 0", KindContactless},
	{"ACS ACR1252 1S CL Reader SAM 0", KindSAM},
	{"ACS ACR1252 1S CL Reader(1)", KindContactless},
	{"HID Global OMNIKEY 3x21 Smart Card Reader 0", KindContact}, // 3021, 3121
	{"HID Global OMNIKEY 5022 Smart Card Reader 0", KindContactless},
	{"HID Global OMNIKEY 5422 Smartcard Reader 0", KindContact},
	{"HID Global OMNIKEY 5422CL Smartcard Reader 0", KindContactless},
	{"HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422CL Smartcard Reader] (EXAMPLE1) 00 00", KindContactless},
	{"HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422 Smartcard Reader] (EXAMPLE1) 01 00", KindContact},
	{"OMNIKEY CardMan 5x21 0", KindContact},
	{"OMNIKEY CardMan 5x21-CL 0", KindContactless},
	{"SCM Microsystems Inc. SCR33x USB Smart Card Reader 0", KindContact},                            // SCR3310
	{"Identiv SCR33xx v2.0 USB SC Reader [CCID Interface] (EXAMPLE1) 00 00", KindContact},            // SCR3310 v2
	{"Identiv uTrust 2700 R Smart Card Reader 0", KindContact},                                       // also CLOUD 2700 R
	{"Identive CLOUD 4700 F Dual Interface Reader 0", KindContact},                                   // nothing tells the sides apart
	{"Identiv uTrust 4701 F Dual Interface Reader [uTrust 4701 F CL Reader] 00 00", KindContactless}, // interface by pcsc-lite
	{"Identiv uTrust 3700 F CL Reader 0", KindContactless},
	{"Identiv CLOUD 3700 F Contactless Reader 0", KindContactless},
	{"Feitian R301 0", KindContact},
	{"Feitian bR301 0", KindContact},
	{"Feitian R502 [R502 Contactless Reader] 00 00", KindContactless},
	{"Feitian R502 [R502 Contact Reader] 01 00", KindContact},
	{"Feitian R502 [R502 SAM1 Reader] 02 00", KindSAM},
	{"Gemalto IDBridge CT30 0", KindContact},
	{"Gemalto PC Twin Reader (EXAMPLE1) 02 00", KindContact},
	{"Alcor Micro USB Smart Card Reader 0", KindContact}, // AU9540; Zoweetek and others sell it
	{"Alcor Micro AU9540 00 00", KindContact},
	{"Generic EMV Smartcard Reader 0", KindContact},
	{"Rocketek RT-SCR1 00 00", KindContact},
	{"Duali DE-620 Contact Reader 0", KindContact},
	{"Duali DE-620 Contactless Reader 0", KindContactless},
	{"Duali DE-620 SAM Reader 0", KindSAM},
	{"Broadcom Corp Contacted SmartCard 0", KindContact},
	{"Broadcom Corp Contactless SmartCard 0", KindContactless},
	{"BROADCOM NFC Smartcard Reader 1", KindContactless},
	{"Microsoft Usbccid Smartcard Reader (WUDF) 0", KindContact},
	{"Microsoft UICC ISO Reader 1234567a 0", KindSIM},
	{"Microsoft Virtual Smart Card 0", KindVirtual},
	{"Windows Hello for Business 1", KindVirtual},
	{"Yubico YubiKey OTP+FIDO+CCID 0", KindKey},
	{"Nitrokey Nitrokey 3 [CCID/ICCD Interface] 00 00", KindKey},
	{"Virtual PCD 00 00", KindContact}, // the card made of software that tests use
}

func TestReadersOfRealModelsAreToldApart(t *testing.T) {
	for _, m := range models {
		if got := KindOf(m.name); got != m.kind {
			t.Errorf("%q is %v, want %v", m.name, got, m.kind)
		}
		want := RoleNone
		if m.kind == KindContact {
			want = RolePatient
		}
		if got := RolesOf([]string{m.name}, "", ""); got[0] != want {
			t.Errorf("%q alone, not named: %v, want %v", m.name, got[0], want)
		}
		if got := RolesOf([]string{m.name}, m.name, ""); got[0] != RolePatient {
			t.Errorf("%q by its name: %v", m.name, got[0])
		}
	}
}

// TestTheTableOfReadersIsThatOfTheProgram keeps docs/readers.md true.
func TestTheTableOfReadersIsThatOfTheProgram(t *testing.T) {
	page, err := os.ReadFile("../docs/readers.md")
	if err != nil {
		t.Fatal(err)
	}
	uses := map[bool]string{true: "patient's", false: "left out"}
	var rows []string
	for _, m := range models {
		rows = append(rows, fmt.Sprintf("| `%s` | %v | %s |", m.name, m.kind, uses[m.kind == KindContact]))
	}
	if table := strings.Join(rows, "\n") + "\n"; !strings.Contains(string(page), "\n"+table) {
		t.Errorf("docs/readers.md has no such table:\n%s", table)
	}
}

func TestAReaderIsNamedByWholeWords(t *testing.T) {
	const icc, picc = "ACS ACR1281 1S Dual Reader ICC 0", "ACS ACR1281 1S Dual Reader PICC 0"
	for _, c := range []struct {
		reader, wanted string
		want           bool
	}{
		{icc, "", true},
		{icc, "ICC", true},
		{picc, "ICC", false},
		{icc, "PICC", false},
		{picc, "picc", true},
		{icc, icc, true},
		{icc, strings.ToLower(icc), true},
		{icc, "ACR1281 1S", true},
		{icc, "ACR1281 Dual", false}, // not next to each other
		{icc, "ACR128", false},
		{icc, "dual-reader", true}, // hyphens stand between words like blanks
		{"ACS ACR39U ICC Reader 0", "acr39u", true},
		{"HID Global OMNIKEY 5422CL Smartcard Reader 0", "5422", false},
		{"Gemalto PC Twin Reader (EXAMPLE1) 02 00", "(EXAMPLE1)", true},
		{icc, " -- ", false},
	} {
		if got := NamesReader(c.reader, c.wanted); got != c.want {
			t.Errorf("%q named %q: %v", c.reader, c.wanted, got)
		}
	}
}

func TestReadersGetTheirRolesByName(t *testing.T) {
	const (
		icc, picc, sam = "ACS ACR1281 1S Dual Reader ICC 0", "ACS ACR1281 1S Dual Reader PICC 0", "ACS ACR1281 1S Dual Reader SAM 0"
		hello          = "Windows Hello for Business 1"
	)
	r := func(n int) string { return fmt.Sprintf("ACS ACR39U ICC Reader %d", n) }
	l := func(n int) string { return fmt.Sprintf("Alcor Micro AU9540 %02d 00", n) }
	none, patient, officer := RoleNone, RolePatient, RoleOfficer
	for _, c := range []struct {
		name             string
		patient, officer string
		readers          []string
		want             []Role
	}{
		{"nothing named", "", "", []string{icc, picc, sam, hello, r(0)}, []Role{patient, none, none, none, patient}},
		{"the model names its slot for cards", "ACR1281", "", []string{picc, sam, icc}, []Role{none, none, patient}},
		{"a contactless side by its name", "ACR1281 1S Dual Reader PICC", "", []string{picc, sam, icc}, []Role{patient, none, none}},
		{"a contactless reader that is all there is", "ACR122U", "", []string{"ACS ACR122U PICC Interface 0", hello}, []Role{patient, none}},
		{"a word of the contactless side", "PICC", "ICC", []string{icc, picc, sam}, []Role{officer, patient, none}},
		{"the officer's named, the patient's open", "", "OMNIKEY", []string{"OMNIKEY CardMan 5x21 0", "OMNIKEY CardMan 5x21-CL 0", r(0), hello}, []Role{officer, none, patient, none}},

		{"renamed by Windows", r(0), "", []string{r(1)}, []Role{patient}},
		{"renamed by Windows, with others there", r(0), "", []string{hello, r(1), icc}, []Role{none, patient, none}},
		{"not renamed", r(0), "", []string{r(0), r(1)}, []Role{patient, none}},
		{"two of that base name", r(0), "", []string{r(1), r(2)}, []Role{none, none}},
		{"the other is the officer's", r(0), r(1), []string{r(1)}, []Role{officer}},
		{"the other is the patient's", r(0), r(1), []string{r(0)}, []Role{patient}},
		{"the officer's renamed", r(0), r(1), []string{r(0), r(2)}, []Role{patient, officer}},
		{"the patient's renamed, the officer's there", r(0), r(1), []string{r(1), r(2)}, []Role{officer, patient}},
		{"both named, one there with a third number", r(0), r(1), []string{r(2)}, []Role{none}},
		{"both renamed", r(0), r(1), []string{r(2), r(3)}, []Role{none, none}},
		{"another model is no renamed one", "OMNIKEY CardMan 3121 0", "", []string{"OMNIKEY CardMan 5321 0"}, []Role{none}},
		{"the number of a model is no number of a reader", "OMNIKEY CardMan 3121", "", []string{"OMNIKEY CardMan 5321 0"}, []Role{none}},
		{"renumbered by pcsc-lite", l(0), "", []string{l(3)}, []Role{patient}},
		{"another slot is another reader", "ACS ACR1281 1S Dual Reader 00 00", "", []string{"ACS ACR1281 1S Dual Reader 01 01"}, []Role{none}},
		{"the same slot of a reader plugged in again", "ACS ACR1281 1S Dual Reader 00 00", "", []string{"ACS ACR1281 1S Dual Reader 01 00", "ACS ACR1281 1S Dual Reader 01 01"}, []Role{patient, none}},
		{"no reader", r(0), r(1), nil, []Role{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := RolesOf(c.readers, c.patient, c.officer); !slices.Equal(got, c.want) {
				t.Errorf("roles %v, want %v", got, c.want)
			}
		})
	}
}

// FuzzRoles lets readers and configurations have any names.
func FuzzRoles(f *testing.F) {
	f.Add("ACS ACR39U ICC Reader 0", "ACS ACR39U ICC Reader 1", "ACR39U", "")
	f.Add("R [X] (1) 00 01", "R 00 01", "R 01 01", "[x]")
	f.Fuzz(func(t *testing.T, a, b, patient, officer string) {
		readers := []string{a, b}
		roles := RolesOf(readers, patient, officer)
		for i, role := range roles {
			if role == RoleOfficer && officer == "" {
				t.Errorf("an officer's reader that nobody named: %v of %q", roles, readers)
			}
			if role == RolePatient && patient == "" && KindOf(readers[i]) != KindContact {
				t.Errorf("a reader that takes no card: %v of %q", roles, readers)
			}
		}
	})
}
