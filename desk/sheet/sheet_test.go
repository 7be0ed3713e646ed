package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// sample has what goes wrong in such files.
var sample = Table{
	Name: "วันนี้", Columns: []string{"ชื่อ", "HN", "x"},
	Rows: [][]string{
		{"ก้อง, \"เล็ก\"", "0042", ""},
		{"=HYPERLINK(\"http://x\")", "+66", "-1"},
		{"@x", "two\nlines", "\tTab"},
	},
}

func TestEveryCellOfAWorkbookIsTheTextThatWasGiven(t *testing.T) {
	data, err := XLSX(sample)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(sample.Name)
	if err != nil || len(rows) != len(sample.Rows)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for n, row := range append([][]string{sample.Columns}, sample.Rows...) {
		for i, want := range row {
			at, _ := excelize.CoordinatesToCellName(i+1, n+1)
			got, err := f.GetCellValue(sample.Name, at)
			formula, _ := f.GetCellFormula(sample.Name, at)
			if err != nil || got != want || formula != "" {
				t.Errorf("%s: %q, formula %q, %v; want %q", at, got, formula, err, want)
			}
		}
	}
}

func TestCommaSeparatedValuesAreReadAgainAndNoneIsAFormula(t *testing.T) {
	data, err := CSV(sample)
	if err != nil || !bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")) {
		t.Fatalf("%q, %v", data, err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data[3:])).ReadAll()
	if err != nil || len(rows) != len(sample.Rows)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for n, row := range append([][]string{sample.Columns}, sample.Rows...) {
		for i, want := range row {
			got := rows[n][i]
			if got != want && got != "'"+want {
				t.Errorf("%q, want %q", got, want)
			}
			if got != "" && strings.ContainsRune("=+-@\t\r", rune(got[0])) {
				t.Errorf("%q is calculated", got)
			}
		}
	}
}

func TestATableWithoutRowsIsAFileWithItsColumns(t *testing.T) {
	for name, encode := range map[string]func(Table) ([]byte, error){"csv": CSV, "xlsx": XLSX} {
		if data, err := encode(Table{Columns: []string{"a"}}); err != nil || len(data) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
}
