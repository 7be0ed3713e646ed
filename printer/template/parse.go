package template

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"authenkiosk/assets/slipwords"
)

// Limits of a template.
const (
	maxFile    = 64 << 10 // bytes; the default has about 4,000
	maxBlocks  = 40       // of one kind of slip
	maxNext    = 200      // claim types with a next step
	maxText    = 400      // characters of one text
	maxContent = 120      // characters of a QR code
	minModule  = 0.75     // mm of a QR code; smaller ones are not read from a worn slip
	maxModule  = 2
	maxGap     = 50 // mm
	minLogo    = 5  // mm
	maxLogo    = 180
)

// DefaultFile is the file of the default template, for a hospital to edit.
//
//go:embed default.toml
var DefaultFile []byte

// Default returns the template that is built in.
var Default = sync.OnceValue(func() *Template {
	t, err := parse("default.toml", DefaultFile, nil, &Template{})
	if err != nil {
		panic(fmt.Errorf("the built-in template of slips: %w", err)) // the tests parse it
	}
	return t
})

// Problem is one thing that is wrong in a template.
type Problem struct {
	File string
	Line int    // from 1; 0 when no line is to blame
	Key  string // for example code[3].size
	Text string // what is wrong and what is allowed
}

// Error returns for example: slip.toml:7: code[3].size = "big": allowed are ...
func (p *Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return at + ": " + p.Key + p.Text
}

// Load reads a template file; logos are files in its directory.
func Load(path string) (*Template, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open template of slips: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read template of slips: %w", err)
	}
	return Parse(path, data, os.DirFS(filepath.Dir(path)))
}

// Parse reads a template; name stands in the errors, which are *Problem, joined
// in the order of their lines. Kinds of slips that the file does not mention are
// those of the default. files may be nil when there is no logo.
func Parse(name string, data []byte, files fs.FS) (*Template, error) {
	return parse(name, data, files, Default())
}

func parse(name string, data []byte, files fs.FS, base *Template) (*Template, error) {
	if len(data) > maxFile {
		return nil, &Problem{File: name, Text: fmt.Sprintf("longer than %d bytes", maxFile)}
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")) // editors of Windows write it
	tree := map[string]any{}
	if err := toml.Unmarshal(data, &tree); err != nil {
		p := &Problem{File: name, Text: strings.TrimPrefix(err.Error(), "toml: ")}
		var at *toml.DecodeError
		if errors.As(err, &at) {
			p.Line, _ = at.Position()
		}
		return nil, p
	}
	r := &reader{t: &Template{Name: name, Blocks: base.Blocks, Next: base.Next}, files: files, lines: linesOf(data)}
	for key, value := range tree {
		switch kind, err := ParseKind(key); {
		case key == "version":
			if value != int64(1) {
				r.fail(key, ": allowed is 1")
			}
		case key == "next":
			r.next(value)
		case err == nil:
			r.kind(kind, value)
		default:
			r.fail(key, ": unknown key; allowed are "+quotedList(append([]string{"version", "next"}, kindNames[:]...)))
		}
	}
	if len(r.problems) > 0 {
		return nil, r.err()
	}
	return r.t, nil
}

type reader struct {
	t        *Template
	files    fs.FS
	lines    map[string]int
	problems []*Problem
}

func (r *reader) line(key string) int {
	for key != "" {
		if n := r.lines[key]; n > 0 {
			return n
		}
		i := strings.LastIndexAny(key, ".[")
		key = key[:max(i, 0)]
	}
	return 0
}

func (r *reader) fail(key, text string) {
	line := r.line(key)
	const most = 80 // characters of a key in a message
	if runes := []rune(key); len(runes) > most {
		key = string(runes[:most]) + "…"
	}
	if strings.ContainsFunc(key, unicode.IsControl) {
		key = fmt.Sprintf("%q", key)
	}
	r.problems = append(r.problems, &Problem{File: r.t.Name, Line: line, Key: key, Text: text})
}

func (r *reader) err() error {
	sort.SliceStable(r.problems, func(i, j int) bool {
		a, b := r.problems[i], r.problems[j]
		return a.Line < b.Line || a.Line == b.Line && a.Key < b.Key
	})
	all := make([]error, len(r.problems))
	for i, p := range r.problems {
		all[i] = p
	}
	return errors.Join(all...)
}

var claimForm = regexp.MustCompile(`^[A-Z0-9]{2,20}$`)

func (r *reader) next(value any) {
	table, ok := value.(map[string]any)
	if !ok || len(table) > maxNext {
		r.fail("next", fmt.Sprintf(": allowed are up to %d tables like [next.PG0060001]", maxNext))
		return
	}
	r.t.Next = map[string]Text{}
	for claim, value := range table {
		key := "next." + claim
		if claim != anyClaim && !claimForm.MatchString(claim) {
			r.fail(key, ": allowed are codes of claim types and default")
			continue
		}
		r.t.Next[claim] = r.text(key, value)
	}
}

func (r *reader) kind(k Kind, value any) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 || len(list) > maxBlocks {
		r.fail(k.String(), fmt.Sprintf(": allowed are 1 to %d blocks, each under [[%s]]", maxBlocks, k))
		return
	}
	blocks := make([]Block, 0, len(list))
	for i, value := range list {
		key := fmt.Sprintf("%s[%d]", k, i)
		table, ok := value.(map[string]any)
		if !ok {
			r.fail(key, fmt.Sprintf(": allowed is a table under [[%s]]", k))
			continue
		}
		if b, ok := r.block(k, key, table); ok {
			blocks = append(blocks, b)
		}
	}
	r.t.Blocks[k] = blocks
	for _, name := range mandatory[k] {
		for _, paper := range Papers() {
			if !slices.ContainsFunc(blocks, func(b Block) bool { return b.Show == name && b.On(paper) }) {
				r.fail(k.String(), fmt.Sprintf(": show = %q is missing on paper %q and cannot be left out", name, paper))
			}
		}
	}
}

func (r *reader) block(k Kind, key string, table map[string]any) (Block, bool) {
	name, _ := table["show"].(string)
	f, ok := fields[name]
	if !ok || !slices.Contains(f.kinds, k) {
		r.fail(key+".show", fmt.Sprintf(" = %s: allowed are %s", quoted(name), quotedList(Fields(k))))
		return Block{}, false
	}
	b := f.usual
	b.Show, b.File, b.Key, b.Line, b.lines = name, r.t.Name, key, r.line(key), map[string]int{}
	for at, value := range table {
		full := key + "." + at
		b.lines[at] = r.line(full)
		if at == "show" {
			continue
		}
		if at != "papers" && !slices.Contains(f.keys, at) {
			r.fail(full, fmt.Sprintf(": unknown key; allowed for %q are %s", name, quotedList(append([]string{"show", "papers"}, f.keys...))))
			continue
		}
		r.value(&b, k, full, at, value)
	}
	if name == "text" && len(b.Text) == 0 {
		r.fail(key, `: a text block needs text = { th = "...", en = "..." }`)
	}
	if name == "logo" && table["file"] == nil {
		r.fail(key, `: a logo needs file = "NAME.png"`)
	}
	return b, true
}

func (r *reader) value(b *Block, k Kind, full, at string, value any) {
	switch at {
	case "papers":
		b.Papers = r.papers(full, value)
	case "size":
		choose(r, full, value, &b.Size, Small, Normal, Large, Huge)
	case "align":
		choose(r, full, value, &b.Align, Left, Center, Right)
	case "bold":
		r.truth(full, value, &b.Bold)
	case "label":
		r.truth(full, value, &b.Label)
	case "text":
		b.Text = r.text(full, value)
	case "height_mm":
		r.whole(full, value, &b.MM, 1, maxGap)
	case "width_mm":
		r.whole(full, value, &b.MM, minLogo, maxLogo)
	case "module_mm":
		n, ok := value.(float64)
		if i, whole := value.(int64); whole {
			n, ok = float64(i), true
		}
		if !ok || !(n >= minModule && n <= maxModule) {
			r.fail(full, fmt.Sprintf(": allowed are %v to %v mm; a smaller QR code cannot be read", minModule, maxModule))
			return
		}
		b.ModuleMM = n
	case "content":
		r.content(b, k, full, value)
	case "file":
		name, _ := value.(string)
		logo, err := loadLogo(r.files, name)
		if err != nil {
			r.fail(full, fmt.Sprintf(" = %s: %v", quoted(name), err))
			return
		}
		b.Logo = logo
	}
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func (r *reader) content(b *Block, k Kind, full string, value any) {
	s, ok := value.(string)
	allowed := map[Kind][]string{Code: {"{code}", "{visit}", "{number}"}, Queued: {"{visit}", "{number}"}, Desk: {"{visit}", "{number}"}}[k]
	if !ok || s == "" || utf8.RuneCountInString(s) > maxContent || strings.ContainsFunc(s, unicode.IsControl) {
		r.fail(full, fmt.Sprintf(": allowed is a text of 1 to %d characters", maxContent))
		return
	}
	for _, p := range placeholder.FindAllString(s, -1) {
		if !slices.Contains(allowed, p) {
			r.fail(full, fmt.Sprintf(" has %s: allowed are %s", p, quotedList(allowed)))
		}
	}
	b.Content = s
}

func (r *reader) text(full string, value any) Text {
	table, ok := value.(map[string]any)
	if !ok || len(table) == 0 {
		r.fail(full, fmt.Sprintf(": allowed is a text in each language, { th = \"...\" }; languages are %s", quotedList(slipwords.Languages())))
		return nil
	}
	t := Text{}
	for language, value := range table {
		s, ok := value.(string)
		switch {
		case !slipwords.Known(language):
			r.fail(full+"."+language, ": unknown language; allowed are "+quotedList(slipwords.Languages()))
		case !ok || strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > maxText || strings.ContainsFunc(s, unicode.IsControl):
			r.fail(full+"."+language, fmt.Sprintf(": allowed is a text of 1 to %d characters on one line", maxText))
		default:
			t[language] = slipwords.Breaks(s)
		}
	}
	return t
}

func (r *reader) papers(full string, value any) (all []Paper) {
	list, _ := value.([]any)
	for _, value := range list {
		name, _ := value.(string)
		p, err := ParsePaper(name)
		if err != nil || slices.Contains(all, p) {
			list = nil
			break
		}
		all = append(all, p)
	}
	if len(list) == 0 {
		r.fail(full, ": allowed is a list of "+quotedList(Papers())+", each once")
	}
	return all
}

func (r *reader) truth(full string, value any, to *bool) {
	b, ok := value.(bool)
	if !ok {
		r.fail(full, ": allowed are true and false")
		return
	}
	*to = b
}

func (r *reader) whole(full string, value any, to *int, least, most int) {
	n, ok := value.(int64)
	if !ok || n < int64(least) || n > int64(most) {
		r.fail(full, fmt.Sprintf(": allowed are whole numbers from %d to %d (mm)", least, most))
		return
	}
	*to = int(n)
}

func choose[T ~string](r *reader, full string, value any, to *T, allowed ...T) {
	s, ok := value.(string)
	if !ok || !slices.Contains(allowed, T(s)) {
		r.fail(full, fmt.Sprintf(" = %s: allowed are %s", quoted(fmt.Sprint(value)), quotedList(allowed)))
		return
	}
	*to = T(s)
}

// quoted shortens what a file says, so that a message stays a line.
func quoted(s string) string {
	const most = 40 // characters
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

func quotedList[T ~string](list []T) string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = fmt.Sprintf("%q", string(s))
	}
	return strings.Join(all, ", ")
}
