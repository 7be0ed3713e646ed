// Command widen makes the fonts of the product from the original Noto Sans Thai
// Looped: it measures the ink of every stacked Thai cluster, writes vertical
// metrics that hold all of them into the tables hhea and OS/2, and gives the
// result a name of its own.
//
// Programs that make a line exactly as high as the font says (Fyne is one) cut
// the tone marks of ป๊ำ or the feet of ญู with the original metrics. Outlines,
// shaping rules and advances are not touched. All files of one run get the same
// metrics, so that regular and bold lines are equally high.
//
// Usage:
//
//	go run ./assets/fonts/widen -family "AuthenKiosk Looped" -out assets/fonts \
//	    NotoSansThaiLooped_400Regular.ttf NotoSansThaiLooped_700Bold.ttf
//
// The originals are the files of that name in the npm package
// @expo-google-fonts/noto-sans-thai-looped, version 0.4.2 (SIL Open Font License
// 1.1, no reserved font name, see assets/licences).
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	family := flag.String("family", "AuthenKiosk Looped", "family name of the result")
	original := flag.String("original", "Noto Sans Thai Looped", "family name to be replaced")
	out := flag.String("out", ".", "folder of the results")
	flag.Parse()
	if err := run(*original, *family, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "widen:", err)
		os.Exit(1)
	}
}

// run measures all files first, then writes each with the common metrics.
func run(original, family, out string, files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("no font given")
	}
	fonts := make([]*sfnt, len(files))
	var need extent
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if fonts[i], err = parse(data); err != nil {
			return fmt.Errorf("parse %s: %w", file, err)
		}
		ink, err := measure(data)
		if err != nil {
			return fmt.Errorf("measure %s: %w", file, err)
		}
		need = need.union(ink)
		fmt.Printf("%s: ink of the clusters %d to %d per em of %d\n", filepath.Base(file), ink.low, ink.high, fonts[i].unitsPerEm())
	}
	for i, f := range fonts {
		if err := f.widen(need); err != nil {
			return fmt.Errorf("widen %s: %w", files[i], err)
		}
		style, err := f.rename(original, family)
		if err != nil {
			return fmt.Errorf("rename %s: %w", files[i], err)
		}
		name := fileName(family, style)
		if err := os.WriteFile(filepath.Join(out, name), f.bytes(), 0o644); err != nil {
			return err
		}
		fmt.Println("wrote", name)
	}
	return nil
}
