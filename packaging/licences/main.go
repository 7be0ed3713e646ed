// Command licences writes the page with the licences of everything that is built into
// the programs: modules, fonts, data. It asks the go command which modules those are, for
// every system, and takes their texts as they have them.
//
//	go run ./packaging/licences >assets/licences/LICENCES.txt
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	page, err := write(".")
	if err == nil {
		_, err = os.Stdout.WriteString(page)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// builds are what is built, where: a module may be in one of them alone.
var builds = []struct{ system, tags string }{
	{"linux", "x11,gles,migrated_fynedo,no_emoji"},
	{"windows", "migrated_fynedo,no_emoji"},
	{"darwin", "migrated_fynedo,no_emoji"},
}

// part is what has a licence of its own.
type part struct {
	name string
	dir  string
}

// write makes the page for the source in root.
func write(root string) (string, error) {
	parts, err := modules(root)
	if err != nil {
		return "", err
	}
	texts := map[string][]string{} // names, by the text that they have in common
	add := func(name, file string) error {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text := tidy(data)
		if !slices.Contains(texts[text], name) {
			texts[text] = append(texts[text], name)
		}
		return nil
	}
	for _, p := range parts {
		files, err := licencesOf(p.dir)
		if err != nil {
			return "", err
		}
		if len(files) == 0 {
			return "", fmt.Errorf("%s has no licence", p.name)
		}
		for _, f := range files {
			name := p.name
			if inside, _ := filepath.Rel(p.dir, filepath.Dir(f)); inside != "." {
				name += ", " + filepath.ToSlash(inside)
			}
			if err := add(name, f); err != nil {
				return "", err
			}
			// The library of Go itself has the text of its modules.
			if strings.HasPrefix(p.name, "golang.org/x/sys ") && filepath.Base(f) == "LICENSE" {
				if err := add("Go, standard library and runtime", f); err != nil {
					return "", err
				}
			}
		}
	}
	for name, file := range map[string]string{
		"AuthenKiosk": "LICENSE",
		"Noto Sans Thai Looped (fonts of screens and slips)": "assets/licences/OFL-Noto-Sans-Thai-Looped.txt",
		"pigo, facefinder (data of the photo check)":         "assets/licences/MIT-pigo.txt",
	} {
		if err := add(name, filepath.Join(root, file)); err != nil {
			return "", err
		}
	}
	return page(texts), nil
}

// page puts the texts in the order of the first name of each, ours first.
func page(texts map[string][]string) string {
	type entry struct {
		names []string
		text  string
	}
	var entries []entry
	for text, names := range texts {
		slices.Sort(names)
		entries = append(entries, entry{names, text})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		ours := func(e entry) int {
			if slices.Contains(e.names, "AuthenKiosk") {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(ours(a), ours(b)), cmp.Compare(a.names[0], b.names[0]), cmp.Compare(a.text, b.text))
	})
	var b strings.Builder
	b.WriteString("What is built into AuthenKiosk, for one system or all, and its licences.\n")
	for _, e := range entries {
		fmt.Fprintf(&b, "\n%s\n\n", strings.Repeat("=", 78))
		for _, name := range e.names {
			fmt.Fprintf(&b, "* %s\n", name)
		}
		fmt.Fprintf(&b, "\n%s\n", e.text)
	}
	return b.String()
}

// modules are those of which a package is in one of the programs.
func modules(root string) ([]part, error) {
	found := map[string]part{}
	for _, b := range builds {
		list := exec.Command("go", "list", "-deps", "-tags", b.tags, "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", ".", "./cmd/authenagent")
		list.Dir = root
		list.Env = append(os.Environ(), "GOOS="+b.system, "GOARCH=amd64", "CGO_ENABLED=1")
		var said bytes.Buffer
		list.Stderr = &said
		out, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w: %s", b.system, err, &said)
		}
		for line := range strings.Lines(string(out)) {
			words := strings.Split(strings.TrimSpace(line), "\t")
			if len(words) == 3 {
				found[words[0]] = part{words[0] + " " + words[1], words[2]}
			}
		}
	}
	var parts []part
	for _, p := range found {
		parts = append(parts, p)
	}
	return parts, nil
}

var licence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)([-._].*)?$`)

// licencesOf are the files of a module that have its licence or that of a part.
func licencesOf(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"testdata", "examples", "example", "vendor", "node_modules"}, d.Name()):
			return fs.SkipDir
		case !d.IsDir() && licence.MatchString(d.Name()) && filepath.Ext(d.Name()) != ".go":
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// tidy takes away what makes two copies of a text differ and says nothing.
func tidy(data []byte) string {
	text := strings.ReplaceAll(string(bytes.TrimPrefix(data, []byte("\ufeff"))), "\r\n", "\n")
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
