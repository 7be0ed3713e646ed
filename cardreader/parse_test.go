package cardreader

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"authenkiosk/visit"
)

// tis writes a text as it stands on the card.
func tis(t testing.TB, s string) []byte {
	t.Helper()
	b, err := charmap.Windows874.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		name, field string
		want        visit.PartialDate
	}{
		{"a whole date", "25480320", visit.PartialDate{Year: 2005, Month: 3, Day: 20}},
		{"day unknown", "25000600", visit.PartialDate{Year: 1957, Month: 6}},
		{"month and day unknown", "25500000", visit.PartialDate{Year: 2007}},
		{"month unknown takes the day with it", "25500015", visit.PartialDate{Year: 2007}},
		{"for life", "99999999", visit.PartialDate{Lifelong: true}},
		{"29 February of a leap year of the Common Era", "25430229", visit.PartialDate{Year: 2000, Month: 2, Day: 29}},
		{"29 February of no leap year", "25440229", visit.PartialDate{Year: 2001, Month: 2}},
		{"31 April", "25440431", visit.PartialDate{Year: 2001, Month: 4}},
		{"month 13", "25441301", visit.PartialDate{Year: 2001}},
		{"year 0000", "00000000", visit.PartialDate{}},
		{"year before the Common Era", "05430101", visit.PartialDate{}},
		{"blank", "        ", visit.PartialDate{}},
		{"zeros of the chip", "\x00\x00\x00\x00\x00\x00\x00\x00", visit.PartialDate{}},
		{"a sign is no digit", "+2548320", visit.PartialDate{}},
		{"letters in the day", "254803xx", visit.PartialDate{Year: 2005, Month: 3}},
		{"too short", "2548", visit.PartialDate{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parseDate([]byte(c.field)); got != c.want {
				t.Errorf("%q gives %+v, want %+v", c.field, got, c.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		name, field string
		want        visit.Name
	}{
		{"middle name empty", "นาย#ทดสอบ##ระบบ", visit.Name{Prefix: "นาย", First: "ทดสอบ", Last: "ระบบ"}},
		{"all four parts", "นาง#ก#ข#ค", visit.Name{Prefix: "นาง", First: "ก", Middle: "ข", Last: "ค"}},
		{"padding is cut", "นาย#ทดสอบ##ระบบ" + strings.Repeat(" ", 60) + "\x00\x00", visit.Name{Prefix: "นาย", First: "ทดสอบ", Last: "ระบบ"}},
		{"spaces inside stay", "น.ส.#ทดสอบ##ณ ระบบ", visit.Name{Prefix: "น.ส.", First: "ทดสอบ", Last: "ณ ระบบ"}},
		{"family name missing", "นาย#ทดสอบ", visit.Name{Prefix: "นาย", First: "ทดสอบ"}},
		{"a part too many belongs to the family name", "นาย#ก#ข#ค#ง", visit.Name{Prefix: "นาย", First: "ก", Middle: "ข", Last: "ค ง"}},
		{"blank", strings.Repeat(" ", 100), visit.Name{}},
		{"control characters become spaces", "Mr.#A\x1bB##C", visit.Name{Prefix: "Mr.", First: "A B", Last: "C"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parseName(tis(t, c.field)); got != c.want {
				t.Errorf("got %q %q %q %q", got.Prefix, got.First, got.Middle, got.Last)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	province := visit.Address{
		House: "1/23", Moo: "หมู่ที่ 4", Soi: "ซอยทดลอง 5",
		Tambon: "ตำบลทดสอบ", Amphoe: "อำเภอสมมติ", Changwat: "จังหวัดจำลอง",
	}
	for _, c := range []struct {
		name, field string
		want        visit.Address
	}{
		{"moo and soi together", "1/23#หมู่ที่ 4##ซอยทดลอง 5##ตำบลทดสอบ#อำเภอสมมติ#จังหวัดจำลอง", province},
		{"a soi in the place of the trok", "1/23#หมู่ที่ 4#ซอยทดลอง 5###ตำบลทดสอบ#อำเภอสมมติ#จังหวัดจำลอง", province},
		{"the empty places left out", "1/23#หมู่ที่ 4#ซอยทดลอง 5#ตำบลทดสอบ#อำเภอสมมติ#จังหวัดจำลอง", province},
		{
			"Bangkok has no word for the province", "9####ถนนตัวอย่าง#แขวงสมมติ#เขตทดสอบ#กรุงเทพมหานคร",
			visit.Address{House: "9", Road: "ถนนตัวอย่าง", Tambon: "แขวงสมมติ", Amphoe: "เขตทดสอบ", Changwat: "กรุงเทพมหานคร"},
		},
		{
			"Bangkok with the empty places left out", "9#ตรอกลอง#แขวงสมมติ#เขตทดสอบ#กรุงเทพมหานคร",
			visit.Address{House: "9", Trok: "ตรอกลอง", Tambon: "แขวงสมมติ", Amphoe: "เขตทดสอบ", Changwat: "กรุงเทพมหานคร"},
		},
		{
			"parts without their words stay in their places", "9#4#a#b#c#d#e#f",
			visit.Address{House: "9", Moo: "4", Trok: "a", Soi: "b", Road: "c", Tambon: "d", Amphoe: "e", Changwat: "f"},
		},
		{
			"a taken place is not overwritten", "9##ซอยหนึ่ง#ซอยสอง####",
			visit.Address{House: "9", Trok: "ซอยหนึ่ง", Soi: "ซอยสอง"},
		},
		{"parts too many are kept", "1#2#3#4#5#6#7#8#9", visit.Address{
			House: "1", Moo: "2", Trok: "3", Soi: "4", Road: "5", Tambon: "6", Amphoe: "7", Changwat: "8 9",
		}},
		{"house only", "1/23", visit.Address{House: "1/23"}},
		{"blank", "   ", visit.Address{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parseAddress(tis(t, c.field)); got != c.want {
				t.Errorf("got %q", got.Full())
			}
		})
	}
}

func TestSexIsOneOfTwoOrUnknown(t *testing.T) {
	for field, want := range map[string]visit.Sex{
		"1": visit.SexMale, "2": visit.SexFemale, "3": visit.SexUnknown, " ": visit.SexUnknown, "": visit.SexUnknown,
	} {
		if got := parseSex([]byte(field)); got != want {
			t.Errorf("%q gives %q, want %q", field, got, want)
		}
	}
}

func TestTheATRTellsSlowCards(t *testing.T) {
	for _, c := range []struct {
		name string
		atr  string
		fast bool
	}{
		{"TA1=96", "\x3B\x79\x96\x00\x00", true},
		{"TA1=18", "\x3B\x78\x18\x00\x00", true},
		{"no TA1", "\x3B\x68\x00\x00TH NID 6", false},
		{"no TA1, other GET RESPONSE", "\x3B\x67\x00\x00\xA8", false},
		{"unknown ATR", "", true},
	} {
		if got := hasTA1([]byte(c.atr)); got != c.fast {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
