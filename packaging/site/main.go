// Command site makes the manual, docs/manual, into a small site that a browser reads from
// the disk: the same bytes whenever it runs. It is given the directory of the documents
// and that of the site.
//
//	go run ./packaging/site docs DIR
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed page.html
var pageText string

// language is one half of the site.
type language struct {
	Dir, Name string
	Pages     []page
}

// page is one document of the manual, by the name of its file without the ending.
type page struct {
	Name, Title string
	Body        template.HTML
}

// names are the pages, in the order in which they stand in the list.
var names = []string{"it", "windows", "desk", "developer", "privacy"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "site: say the directory of the documents and that of the site")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func write(docs, dir string) error {
	layout, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	languages := []language{{Dir: "th", Name: "ไทย"}, {Dir: "en", Name: "English"}}
	for i := range languages {
		l := &languages[i]
		if err := os.MkdirAll(filepath.Join(dir, l.Dir), 0o755); err != nil {
			return err
		}
		for _, name := range names {
			p, err := read(filepath.Join(docs, "manual", l.Dir), name, filepath.Join(dir, "pictures"))
			if err != nil {
				return fmt.Errorf("%s/%s: %w", l.Dir, name, err)
			}
			l.Pages = append(l.Pages, p)
		}
	}
	for _, l := range languages {
		for _, p := range l.Pages {
			var out bytes.Buffer
			if err := layout.Execute(&out, map[string]any{"Languages": languages, "Language": l, "Page": p}); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, l.Dir, p.Name+".html"), out.Bytes(), 0o644); err != nil {
				return err
			}
		}
	}
	// A machine without a desktop has no Thai letters of its own.
	for _, f := range []string{"AuthenKioskLooped-Regular.ttf", "AuthenKioskLooped-Bold.ttf"} {
		if err := copyFile(filepath.Join(docs, "..", "assets", "fonts", f), filepath.Join(dir, "fonts", f)); err != nil {
			return err
		}
	}
	// Whoever opens the folder is where the Thai pages begin.
	first := `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=th/it.html"><a href="th/it.html">ไทย</a> <a href="en/it.html">English</a>` + "\n"
	return os.WriteFile(filepath.Join(dir, "index.html"), []byte(first), 0o644)
}

// read makes one document into a page, and copies its pictures.
func read(from, name, pictures string) (page, error) {
	source, err := os.ReadFile(filepath.Join(from, name+".md"))
	if err != nil {
		return page{}, err
	}
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	root := md.Parser().Parse(text.NewReader(source))
	p := page{Name: name}
	err = ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if p.Title == "" {
				p.Title = string(n.Lines().Value(source))
			}
		case *ast.Image:
			file := string(n.Destination)
			n.Destination = []byte("../pictures/" + path.Base(file))
			return ast.WalkContinue, copyFile(filepath.Join(from, file), filepath.Join(pictures, path.Base(file)))
		case *ast.Link:
			// Other pages of the manual are pages here; other documents lie where they lie
			// in the source, seen from here.
			if to := string(n.Destination); !strings.Contains(to, "/") {
				n.Destination = []byte(strings.Replace(to, ".md", ".html", 1))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return p, err
	}
	if p.Title == "" {
		return p, errors.New("it has no title")
	}
	var body bytes.Buffer
	if err := md.Renderer().Render(&body, source, root); err != nil {
		return p, err
	}
	p.Body = template.HTML(body.String()) // what is ours has no markup of others in it: raw HTML is left out
	return p, nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
