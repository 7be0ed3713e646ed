package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Links beyond the manual lead to documents that packages put beside it.
func TestEveryPageIsThereAndLeadsToWhatIsThere(t *testing.T) {
	docs := filepath.Join("..", "..", "docs")
	dir := filepath.Join(t.TempDir(), "manual")
	if err := write(docs, dir); err != nil {
		t.Fatal(err)
	}
	var pages []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".html") {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		pages = append(pages, filepath.ToSlash(name))
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range regexp.MustCompile(`(?:href|src|url=|url\()="?([^")]+)["\)]`).FindAllStringSubmatch(string(text), -1) {
			to := filepath.Join(filepath.Dir(path), filepath.FromSlash(m[1]))
			if beyond, err := filepath.Rel(dir, to); err == nil && strings.HasPrefix(beyond, "..") {
				to = filepath.Join(docs, filepath.Base(to))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s leads to %s, which is not there", name, m[1])
			}
		}
		return nil
	})
	slices.Sort(pages)
	want := []string{"en/desk.html", "en/developer.html", "en/it.html", "en/privacy.html", "en/windows.html", "index.html", "th/desk.html", "th/developer.html", "th/it.html", "th/privacy.html", "th/windows.html"}
	if err != nil || !slices.Equal(pages, want) {
		t.Errorf("%v: %q", err, pages)
	}
}
