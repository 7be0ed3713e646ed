package cardreader

import (
	"bytes"
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
		{"year alone and blanks", "2550    ", visit.PartialDate{Year: 2007}},
		{"year alone and zeros of the chip", "2550\x00\x00\x00\x00", visit.PartialDate{Year: 2007}},
		{"year alone and old bytes behind a zero", "2550\x000101", visit.PartialDate{Year: 2007}},
		{"year alone and bytes that mean nothing", "2550\xFF\xFF\xFF\xFF", visit.PartialDate{Year: 2007}},
		{"year and month and blanks", "255006  ", visit.PartialDate{Year: 2007, Month: 6}},
		{"year and month and zeros", "255006\x00\x00", visit.PartialDate{Year: 2007, Month: 6}},
		{"month left out", "2550  15", visit.PartialDate{Year: 2007}},
		{"for life, the rest left out", "9999    ", visit.PartialDate{Lifelong: true}},
		{"not moved to the left", "  255006", visit.PartialDate{}},
		{"too short", "254", visit.PartialDate{}},
		{"too long", "254803201", visit.PartialDate{}},
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
		{"old bytes behind a zero are none of it", "นาย#ทดสอบ##ระบบ\x00OLD#NAME", visit.Name{Prefix: "นาย", First: "ทดสอบ", Last: "ระบบ"}},
		{"a hyphen is no name", "น.ส.#ทดสอบ#-#-", visit.Name{Prefix: "น.ส.", First: "ทดสอบ"}},
		{"hyphens and blanks are no name", "-#ทดสอบ# -- #ระบบ", visit.Name{First: "ทดสอบ", Last: "ระบบ"}},
		{"a hyphen within a name stays", "Mr.#Test-Two##Sys-Tem", visit.Name{Prefix: "Mr.", First: "Test-Two", Last: "Sys-Tem"}},
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
		{"a # too many before it", "#1/23#หมู่ที่ 4##ซอยทดลอง 5##ตำบลทดสอบ#อำเภอสมมติ#จังหวัดจำลอง", province},
		{"a # before it, the empty places left out", "#1/23#หมู่ที่ 4#ซอยทดลอง 5#ตำบลทดสอบ#อำเภอสมมติ#จังหวัดจำลอง", province},
		{"a # before it and one place left out", "#1/23#หมู่ที่ 4#ซอยทดลอง 5##ตำบลทดสอบ#อำเภอสมมติ#จังหวัดจำลอง", province},
		{"a # before the house only", "#1/23", visit.Address{House: "1/23"}},
		{"an address without a house", "#หมู่ที่ 4######จังหวัดจำลอง", visit.Address{Moo: "หมู่ที่ 4", Changwat: "จังหวัดจำลอง"}},
		{"a province only", "#กรุงเทพมหานคร", visit.Address{Changwat: "กรุงเทพมหานคร"}},
		{"blank", "   ", visit.Address{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parseAddress(tis(t, c.field)); got != c.want {
				t.Errorf("got %q", got.Full())
			}
		})
	}
}

// TestATextEndsAtItsFirstByteThatIsNone holds what stands behind texts on chips.
func TestATextEndsAtItsFirstByteThatIsNone(t *testing.T) {
	for _, c := range []struct{ name, behind string }{
		{"nothing", ""},
		{"blanks", "    "},
		{"zeros", "\x00\x00"},
		{"a zero and old text", "\x00\xA1\xA2\xA3"},
		{"what Windows adds to TIS-620", "\x80\x12\xFF"},
		{"erased memory", "\xFF\xFF\xFF"},
		{"a blank and erased memory", " \xFF\xFF"},
		{"a byte between the signs and the letters", "\xDB\xA1"},
		{"a byte behind the digits", "\xFC\xA1"},
		{"the first byte of the upper half", "\xA0\xA1"},
		{"a dash of Windows", "\x96\xA1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			behind := []byte(c.behind)
			if got := decodeText(append(tis(t, "จังหวัดจำลอง"), behind...)); got != "จังหวัดจำลอง" {
				t.Errorf("text %q", got)
			}
			if got := parseAddress(append(tis(t, "1#######จังหวัดจำลอง"), behind...)); got.Changwat != "จังหวัดจำลอง" {
				t.Errorf("province %q", got.Changwat)
			}
			if got := parseName(append(tis(t, "นาย#ทดสอบ##ระบบ"), behind...)); got.Last != "ระบบ" {
				t.Errorf("family name %q", got.Last)
			}
		})
	}
	if got := decodeText(tis(t, "๑๒๓ ๚๛ฺ฿ abc~")); got != "๑๒๓ ๚๛ฺ฿ abc~" {
		t.Errorf("the ends of the table: %q", got)
	}
}

func TestACardThatEndsWithAYearIsValidInThatYear(t *testing.T) {
	block := bytes.Repeat([]byte{' '}, areaIssue.size)
	copy(block[fieldExpires.off-areaIssue.off:], "2570")
	rest, err := parseRest(block, nil)
	if err != nil {
		t.Fatal(err)
	}
	last, next := visit.Date{Year: 2027, Month: 12, Day: 31}, visit.Date{Year: 2028, Month: 1, Day: 1}
	if rest.Expires.PassedBy(last) || !rest.Expires.PassedBy(next) {
		t.Errorf("expiry %+v", rest.Expires)
	}
}

func TestWhatIsBehindTheEndOfAnAddressIsNotFetched(t *testing.T) {
	long := strings.Repeat("x", 120)
	for _, c := range []struct {
		name, field string
		whole       bool
	}{
		{"padding", long + "        ", true},
		{"a zero and old bytes", long + "\x00old bytes", true},
		{"erased memory", long + "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", true},
		{"text to the end", long + "xxxxxxxx", false},
		{"a few blanks", long + "xxxx    ", false},
	} {
		if got := wholeAddress([]byte(c.field)); got != c.whole {
			t.Errorf("%s: whole %v", c.name, got)
		}
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
