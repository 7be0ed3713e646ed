package packaging

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/app/setup"
	"authenkiosk/visit"
)

// manual are the pages of docs/manual, each of which is there in both languages.
var manual = []string{"it", "windows", "desk", "developer", "privacy"}

func TestTheManualSaysTheSameInBothLanguages(t *testing.T) {
	for _, name := range manual {
		thai, english := read(t, "docs/manual/th/"+name+".md"), read(t, "docs/manual/en/"+name+".md")
		for what, part := range map[string]*regexp.Regexp{
			"headings":          regexp.MustCompile(`(?m)^#+ `),
			"rows of tables":    regexp.MustCompile(`(?m)^\|`),
			"steps and points":  regexp.MustCompile(`(?m)^(\d\.|\*) `),
			"code in the text":  regexp.MustCompile("`[^`\n]+`"),
			"links":             regexp.MustCompile(`[^!]\[[^\]]+\]\(([^)]+)\)`),
			"blocks":            regexp.MustCompile("(?s)```.*?```"),
			"numbers for help":  regexp.MustCompile(`\bK\d\d\b`),
			"pictures":          regexp.MustCompile(`!\[`),
			"words of a screen": regexp.MustCompile(`\*\*[^*]+\*\*`),
		} {
			in := func(text string) (found []string) {
				for _, m := range part.FindAllStringSubmatch(text, -1) {
					found = append(found, m[len(m)-1])
				}
				return found
			}
			th, en := in(thai), in(english)
			if what == "words of a screen" || what == "code in the text" { // another order, other words
				slices.Sort(th)
				slices.Sort(en)
				if what == "words of a screen" && len(th) == len(en) {
					continue
				}
			}
			if !slices.Equal(th, en) {
				t.Errorf("%s: %s: %q in Thai, %q in English", name, what, th, en)
			}
		}
	}
}

// wordsOf are all words of the screens in a language, as they are read.
func wordsOf(t *testing.T, language string) map[string]any {
	t.Helper()
	words := map[string]any{}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(strings.ReplaceAll(read(t, "assets/words/"+language+".json"), "\u200b", ""), "\u00a0", " ")), &words); err != nil {
		t.Fatal(err)
	}
	return words
}

func TestTheManualOfTheDeskNamesWordsThatAreOnTheScreens(t *testing.T) {
	bold := regexp.MustCompile(`\*\*([^*]+)\*\*`)
	help := regexp.MustCompile(`(?m)^\| (K\d\d) \| \*\*([^*]+)\*\* \|`)
	for _, language := range []string{"th", "en"} {
		text, words := read(t, "docs/manual/"+language+"/desk.md"), wordsOf(t, language)
		shown := map[string]bool{}
		for _, w := range words {
			if s, ok := w.(string); ok {
				shown[s] = true
			}
		}
		for _, m := range bold.FindAllStringSubmatch(text, -1) {
			if !shown[m[1]] {
				t.Errorf("%s: no screen has the words %q", language, m[1])
			}
		}
		rows := help.FindAllStringSubmatch(text, -1)
		if len(rows) != 6 {
			t.Errorf("%s: %d help codes are seen", language, len(rows))
		}
		for _, m := range rows {
			i := slices.IndexFunc(visit.Problems(), func(p visit.Problem) bool { return p.HelpCode() == m[1] })
			if i < 0 || words["problem."+visit.Problems()[i].String()+".title"] != m[2] {
				t.Errorf("%s: %s is not %q", language, m[1], m[2])
			}
		}
	}
}

// TestTheManualCountsTheStepsThatThereAre holds the table against the wizard, and what it
// says of both systems against the aim.
func TestTheManualCountsTheStepsThatThereAre(t *testing.T) {
	const aim = 12
	fresh := map[string]string{"nhso.zone": "test"}
	// A station's may leave one empty, who serves patients: the manual says so beside the sum.
	for face, want := range map[setup.Face]int{setup.Kiosk: 9, setup.Station: 10} {
		if n := len(setup.New(face, false, fresh, setup.Known{}).Steps()); n != want {
			t.Errorf("the wizard of a %s has %d steps: count them in the manual", face, n)
		}
	}
	for _, language := range []string{"en", "th"} {
		sum, tables, wizard := []int{0, 0, 0}, 0, false
		for line := range strings.Lines(read(t, "docs/manual/"+language+"/it.md")) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			if len(cells) != 4 {
				continue
			}
			if strings.Contains(cells[0], map[string]string{"en": "together", "th": "รวม"}[language]) {
				tables++
				for i, cell := range cells[1:] {
					if n, _ := leading(cell); n != sum[i] || n > aim {
						t.Errorf("%s: %q counts %d, and its lines %d; the aim is %d", language, line, n, sum[i], aim)
					}
					sum[i] = 0
				}
				continue
			}
			for i, cell := range cells[1:] {
				n, _ := leading(cell)
				sum[i] += n
				wizard = wizard || n == 9
			}
		}
		if tables != 2 || !wizard {
			t.Errorf("%s: %d tables are seen, with the wizard %v", language, tables, wizard)
		}
	}
}

// leading is the number with which a cell begins.
func leading(cell string) (n int, err error) {
	return strconv.Atoi(regexp.MustCompile(`^ *(\d*)`).FindStringSubmatch(cell)[1])
}

func TestTheManualShowsConfigurationsPathsAndFilesThatAreThere(t *testing.T) {
	var described struct {
		Paths map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(read(t, "agent/openapi/openapi.json")), &described); err != nil {
		t.Fatal(err)
	}
	example := read(t, "app/config/example.toml")
	for _, language := range []string{"th", "en"} {
		for _, name := range manual {
			document := "docs/manual/" + language + "/" + name + ".md"
			text := read(t, document)
			for _, block := range blocks(text, "toml") {
				file := filepath.Join(t.TempDir(), "site.toml")
				if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := config.Load(file); err != nil {
					t.Errorf("%s: %v", document, err)
				}
			}
			for _, m := range regexp.MustCompile("`(?:GET|POST) ([^`?]+)`").FindAllStringSubmatch(text, -1) {
				if described.Paths[m[1]] == nil {
					t.Errorf("%s: the agent does not describe %s", document, m[1])
				}
			}
			for _, m := range regexp.MustCompile("`([a-z]+_[a-z_]+)`").FindAllStringSubmatch(text, -1) {
				if !strings.Contains(example, "\n"+m[1]+" = ") {
					t.Errorf("%s: there is no key %s", document, m[1])
				}
			}
			for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
				if _, err := os.Stat(filepath.Join(root, filepath.Dir(document), m[1])); err != nil {
					t.Errorf("%s: %v", document, err)
				}
			}
		}
	}
}
