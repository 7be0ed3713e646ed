package slips

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func TestThePicturesOfSlipsAreKeptNoLongerThanTheVisits(t *testing.T) {
	const id = "019ab000-0000-7000-8000-0123456789ab"
	now := visit.ServiceDateOf(time.Now()).Midnight().Add(3 * time.Hour)
	day := 24 * time.Hour
	dir := t.TempDir()
	files := map[string]struct {
		age  time.Duration
		stay bool
	}{
		"slip-" + id + ".png":                           {2 * day, false},
		"slip-" + id + ".pdf":                           {2 * day, false},
		"slip-019ab000-0000-7000-8000-0123456789ac.png": {day, true}, // of yesterday
		"slip-019ab000-0000-7000-8000-0123456789ad.pdf": {time.Minute, true},
		".slip-1234567":                                 {2 * time.Hour, false}, // of an earlier version
		".slip-7654321":                                 {time.Second, true},
		".new-slip-" + id + ".png-1234567":              {2 * time.Hour, false},
		".new-slip-" + id + ".pdf-7654321":              {time.Second, true},
		".new-our-own.png-1234567":                      {9 * day, true},
		"picture-1234567890123456789.png":               {9 * day, true},
		"slip-" + id + ".toml":                          {9 * day, true},
		"slip-our-own.png":                              {9 * day, true},
		"slip-" + id + ".png.png":                       {9 * day, true},
		"copy of slip-" + id + ".png":                   {9 * day, true},
		"019ab000-0000-7000-8000-0123456789ab.png":      {9 * day, true},
		".slip-notes":                                   {9 * day, true},
	}
	for name, f := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, now.Add(-f.age)); err != nil {
			t.Fatal(err)
		}
	}
	inside := filepath.Join(dir, "slip-019ab000-0000-7000-8000-0123456789ae.png") // a directory
	if err := os.Mkdir(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(inside, time.Time{}, now.Add(-9*day)); err != nil {
		t.Fatal(err)
	}
	p := pictureFiles{dir: dir, keepDays: 1}
	if n, err := p.expire(now); n != 4 || err != nil {
		t.Errorf("%d files were erased: %v", n, err)
	}
	for name, f := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != f.stay {
			t.Errorf("%s stays: %v", name, err == nil)
		}
	}
	if _, err := os.Stat(inside); err != nil {
		t.Error("a directory was erased")
	}
	p.dir = filepath.Join(dir, "not there yet")
	if n, err := p.expire(now); n != 0 || err != nil {
		t.Errorf("without a directory: %d, %v", n, err)
	}
}

func TestOnlyThePrinterThatLeavesPicturesHasThemErased(t *testing.T) {
	for kind, address := range map[visit.PrinterKind]string{
		visit.PrinterImage: t.TempDir(), visit.PrinterTCP: "127.0.0.1:1",
	} {
		c := config.Default()
		c.Printer.Kind, c.Printer.Address, c.Storage.KeepDays = kind, address, 7
		p, err := New(Options{Config: c, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		want := pictureFiles{}
		if kind == visit.PrinterImage {
			want = pictureFiles{dir: address, keepDays: 7}
		}
		if p.files != want {
			t.Errorf("%s: %+v", kind, p.files)
		}
	}
}

func TestASlowSerialLineHasTimeForALongSlip(t *testing.T) {
	const takes = 119 * time.Second // 103 kB at 9,600 bits a second
	c := config.Default()
	c.Printer.Kind, c.Printer.Address = visit.PrinterSerial, "/dev/ttyUSB0?baud=9600"
	p, err := New(Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got := p.device.PrintLimit(); got < 2*takes {
		t.Errorf("it has %s", got)
	}
}

func TestACodeWithoutATimeHasNoneOnItsSlip(t *testing.T) {
	p := &Printer{first: "th"}
	for kind, want := range map[flow.SlipKind]bool{flow.SlipCode: false, flow.SlipQueued: true, flow.SlipDesk: true} {
		if s := p.slip(kind, flow.Slip{Code: "PP1200000001"}); s.At.IsZero() == want {
			t.Errorf("kind %v has the time %v", kind, s.At)
		}
	}
	at := time.Now().Add(-time.Hour)
	if s := p.slip(flow.SlipCode, flow.Slip{At: at}); !s.At.Equal(at) {
		t.Errorf("the time of the code became %v", s.At)
	}
}
