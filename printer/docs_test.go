package printer

import (
	"os"
	"strings"
	"testing"

	"authenkiosk/printer/template"
)

func TestTheExampleOfTheDocumentsWorksAndEveryFieldIsExplained(t *testing.T) {
	drawn(t)
	data, err := os.ReadFile("../docs/slips.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	_, rest, ok := strings.Cut(text, "```toml\n")
	example, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("there is no example")
	}
	own := parsedTemplate(t, example)
	for _, size := range template.Papers() {
		for _, problem := range Warnings(own, paperOf(t, size)) {
			t.Errorf("the example on %s: %v", size, problem)
		}
	}
	_, fields, _ := strings.Cut(text, "## The fields")
	for _, kind := range template.Kinds() {
		for _, field := range template.Fields(kind) {
			row := ""
			for line := range strings.Lines(fields) {
				if first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|"); strings.HasPrefix(line, "| `") && strings.Contains(first, "`"+field+"`") {
					row = line
				}
			}
			if cells := strings.Split(row, "|"); len(cells) < 4 || strings.TrimSpace(cells[2]) != "all" && !strings.Contains(cells[2], kind.String()) {
				t.Errorf("field %q of %s is not explained", field, kind)
			}
		}
	}
}
