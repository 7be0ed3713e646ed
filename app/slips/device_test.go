package slips

import (
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"

	"authenkiosk/app/config"
	"authenkiosk/printer"
	"authenkiosk/visit"
)

func TestAPageOfThePeopleWaitsForTheSlipThatIsBeingPrinted(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := config.Default()
		c.Printer.Kind, c.Printer.Address = visit.PrinterImage, dir
		p, err := New(Options{Config: c, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		p.Start()
		defer p.Close()
		pages := func() int {
			files, err := filepath.Glob(filepath.Join(dir, "*.png")) // the folder is tried now and then, too
			if err != nil {
				t.Fatal(err)
			}
			return len(files)
		}
		p.turn <- struct{}{} // a slip is being printed
		done := make(chan error, 1)
		go func() { done <- p.PrintLines(t.Context(), []printer.Line{{Text: "ทดสอบ"}}) }()
		synctest.Wait()
		if n := pages(); n != 0 {
			t.Errorf("%d pages came out in the middle of a slip", n)
		}
		<-p.turn
		if err := <-done; err != nil || pages() != 1 {
			t.Errorf("%d pages came out after it, %v", pages(), err)
		}
	})
}
