package draw

import (
	"slices"
	"strings"
	"testing"
)

func TestLinesAreEvenAndNoWordIsLeftOver(t *testing.T) {
	w := wrapper{size: 40, width: 620}
	lines, fits := w.wrap("Please take it out and insert your own card again", 3)
	if !fits || len(lines) < 2 {
		t.Fatalf("%q", lines)
	}
	if last := lines[len(lines)-1]; len(strings.Fields(last)) < 2 {
		t.Errorf("%q is left over", last)
	}
	if got := strings.Join(lines, " "); got != "Please take it out and insert your own card again" {
		t.Errorf("the words became %q", got)
	}
}

func TestALineNeverShowsAMarkOfABreak(t *testing.T) {
	w := wrapper{size: 40, width: 300}
	lines, _ := w.wrap("กรุณา\u200Bเสียบ\u200Bบัตร\u200Bประชาชน เพื่อ\u200Bรับ\u200Bรหัส", 9)
	if got := strings.Join(lines, ""); strings.Contains(got, zeroWidthSpace) || len(lines) < 2 {
		t.Errorf("%q", lines)
	}
}

func TestAThaiLineEndsWhereAPhraseEnds(t *testing.T) {
	for _, c := range []struct {
		words string
		width float32
		want  []string
	}{
		{"ข้อมูล\u200Bของ\u200Bท่าน\u200Bยัง\u200Bอยู่ กรุณา\u200Bไป\u200Bที่\u200Bเคาน์เตอร์ เจ้าหน้าที่\u200Bจะ\u200Bทำ\u200Bต่อ\u200Bให้", 900, []string{
			"ข้อมูลของท่านยังอยู่", "กรุณาไปที่เคาน์เตอร์ เจ้าหน้าที่จะทำต่อให้",
		}},
		{"ยืน\u200Bหน้า\u200Bกล้อง แล้ว\u200Bอยู่\u200Bนิ่ง ๆ ตู้\u200Bจะ\u200Bถ่าย\u200Bรูป\u200Bให้", 480, []string{
			"ยืนหน้ากล้อง แล้วอยู่นิ่ง ๆ", "ตู้จะถ่ายรูปให้",
		}},
		{"ตู้\u200Bนี้\u200Bยัง\u200Bขอ\u200Bรหัส\u200Bจาก สปสช. ไม่\u200Bได้ กรุณา\u200Bแสดง\u200Bเลข\u200Bนี้\u200Bที่\u200Bเคาน์เตอร์", 700, []string{
			"ตู้นี้ยังขอรหัสจาก สปสช. ไม่ได้", "กรุณาแสดงเลขนี้ที่เคาน์เตอร์",
		}},
		{"กด\u200Bเลข\u200Bบัตร 13\u00A0หลัก แล้ว\u200Bถ่าย\u200Bรูป", 380, []string{"กดเลขบัตร 13 หลัก", "แล้วถ่ายรูป"}},
		{"Received. The staff will finish it.", 560, []string{"Received.", "The staff will finish it."}},
	} {
		lines, _ := wrapper{size: 40, width: c.width}.wrap(c.words, 9)
		if !slices.Equal(lines, c.want) {
			t.Errorf("%q, want %q", lines, c.want)
		}
	}
}
