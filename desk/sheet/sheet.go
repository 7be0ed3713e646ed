// Package sheet makes files of tables that programs of an office open. Every cell is a text:
// a number of a person keeps its zeros, and no cell is ever a formula.
package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Table is what a file has.
type Table struct {
	Name    string // of the sheet
	Columns []string
	Rows    [][]string // each as long as Columns
}

// CSV returns the table as comma-separated values in UTF-8, with the mark by which Excel
// recognizes Thai letters.
func CSV(t Table) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true // RFC 4180
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = harmless(cell)
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// harmless keeps what somebody has typed as a name from being calculated: office programs
// take a cell of CSV for a formula when it begins with one of those signs.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// widths of a column in letters.
const (
	leastWidth = 8
	mostWidth  = 40
)

// XLSX returns the table as a workbook of Office Open XML, whose first row stays in sight.
func XLSX(t Table) (data []byte, err error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	const sheet = "Sheet1" // the name that the library gives
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	for i := range t.Columns {
		if err := w.SetColWidth(i+1, i+1, t.width(i)); err != nil {
			return nil, err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	for n, row := range append([][]string{t.Columns}, t.Rows...) {
		cells := make([]any, len(row))
		for i, cell := range row {
			if cells[i] = cell; n == 0 {
				cells[i] = excelize.Cell{Value: cell, StyleID: bold}
			}
		}
		at, err := excelize.CoordinatesToCellName(1, n+1)
		if err != nil {
			return nil, err
		}
		if err := w.SetRow(at, cells); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	if t.Name != "" {
		if err := f.SetSheetName(sheet, t.Name); err != nil {
			return nil, err
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// width is that of a column in which its longest cell has room.
func (t Table) width(column int) float64 {
	longest := leastWidth
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		longest = max(longest, min(mostWidth, len([]rune(row[column]))+2))
	}
	return float64(longest)
}
