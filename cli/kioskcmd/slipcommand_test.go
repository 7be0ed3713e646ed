package kioskcmd

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/cli"
	"authenkiosk/printer"
	"authenkiosk/printer/sink"
	"authenkiosk/printer/template"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestAWrongTemplateStopsTheStartWithItsLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "slip.toml"), []byte("[[code]]\nshow = \"code\"\nsize = \"big\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "kiosk.toml")
	text := "[printer]\nkind = \"image\"\naddress = \"slips\"\ntemplate = \"slip.toml\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := call(t, "kiosk", "-config", file, "-data", dir)
	if got.status != exitError || !strings.Contains(got.err, "slip.toml:3") || !strings.Contains(got.err, "printer.template") {
		t.Errorf("%+v", got)
	}
	if state, detail := printerFinding(t.Context(), mustLoad(t, file), runningOn(dir)); state != cli.FindingFailed || !strings.Contains(detail, "slip.toml:3") {
		t.Errorf("doctor says %s: %s", state, detail)
	}
}

func mustLoad(t *testing.T, file string) config.Config {
	t.Helper()
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// printerFile writes a configuration with that printer.
func printerFile(t *testing.T, kind, address string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kiosk.toml")
	text := "[printer]\nkind = \"" + kind + "\"\naddress = '" + address + "'\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestDoctorAndTheTestPageSayWhatIsWrongWithThePrinter(t *testing.T) {
	for _, c := range []struct {
		name    string
		set     func(*sink.State)
		finding string
		words   string
		status  int
		says    string
	}{
		{"well", func(*sink.State) {}, cli.FindingOK, "ready", exitOK, "was printed"},
		{"no paper", func(s *sink.State) { s.PaperOut = true }, cli.FindingFailed, "put in a roll", exitError, "put in a roll"},
		{"open cover", func(s *sink.State) { s.CoverOpen = true }, cli.FindingFailed, "close it", exitError, "close it"},
		{"paper near its end", func(s *sink.State) { s.NearEnd = true }, cli.FindingWarning, "near its end", exitOK, "was printed"},
		{"mute", func(s *sink.State) { s.Mute = true }, cli.FindingWarning, "slip test", exitOK, "look whether it did"},
		{"answers of its own", func(s *sink.State) { s.Strange = "\x02\n" }, cli.FindingWarning, "does not tell how it is", exitOK, "look whether it did"},
		{"a greeting", func(s *sink.State) { s.Greeting = "ready\r\n" }, cli.FindingOK, "ready", exitOK, "was printed"},
		{"answers too long", func(s *sink.State) { s.Strange = "\xFFabcd" }, cli.FindingFailed, "FF 61 62 63 64", exitError, "nonsense"},
		{"off line", func(s *sink.State) { s.Offline = true }, cli.FindingFailed, "its buttons", exitError, "its buttons"},
		{"another machine", func(s *sink.State) { s.Garbage = true }, cli.FindingFailed, "ESC/POS", exitError, "nonsense"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sink.New(printer.Width80mm)
			defer func() { _ = s.Close() }()
			address, err := s.Listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s.Set(c.set)
			file, data := printerFile(t, "escpos-tcp", address), t.TempDir()
			if state, detail := printerFinding(t.Context(), mustLoad(t, file), runningOn(data)); state != c.finding || !strings.Contains(detail, c.words) {
				t.Errorf("doctor says %s: %s", state, detail)
			}
			got := call(t, "slip", "test", "-config", file, "-data", data)
			if got.status != c.status || !strings.Contains(got.out+got.err, c.says) {
				t.Errorf("slip test: %+v", got)
			}
		})
	}
	if state, detail := printerFinding(t.Context(), mustLoad(t, printerFile(t, "escpos-tcp", "127.0.0.1:1")), runningOn(t.TempDir())); state != cli.FindingFailed || !strings.Contains(detail, "switched on") {
		t.Errorf("without a printer doctor says %s: %s", state, detail)
	}
}

func TestNobodyDisturbsThePrinterOfARunningKiosk(t *testing.T) {
	s := sink.New(printer.Width80mm)
	defer func() { _ = s.Close() }()
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	zone := filepath.Join(data, string(visit.ZoneDemo))
	kiosk, err := storage.Open(zone, storage.Options{}) // as a running one has it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kiosk.Close() }()
	file := printerFile(t, "escpos-tcp", address)
	if got := call(t, "slip", "test", "-config", file, "-data", data); got.status != exitError || !strings.Contains(got.err, "a kiosk is running") {
		t.Errorf("slip test: %+v", got)
	}
	if state, detail := printerFinding(t.Context(), mustLoad(t, file), runningOn(zone)); state != cli.FindingOK || !strings.Contains(detail, "a kiosk is running") {
		t.Errorf("doctor: %s: %s", state, detail)
	}
}

func TestTheSlipCommandsShowTheTemplateAndDrawIt(t *testing.T) {
	got := call(t, "slip", "template")
	if got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	dir := t.TempDir()
	own := filepath.Join(dir, "slip.toml")
	if err := os.WriteFile(own, []byte(got.out), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := template.Load(own); err != nil {
		t.Errorf("the template that is printed is refused: %v", err)
	}
	for _, args := range [][]string{{}, {"-kind", "desk", "-paper", "58"}, {"-kind", "queued", "-paper", "a5", "-dpi", "300", "-template", own}} {
		out := filepath.Join(dir, "p.png")
		got := call(t, append([]string{"slip", "preview", "-out", out}, args...)...)
		if got.status != exitOK {
			t.Errorf("%q: %+v", args, got)
		}
		head := make([]byte, 8)
		f, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadFull(f, head)
		_ = f.Close()
		if err != nil || string(head[1:4]) != "PNG" {
			t.Errorf("%q wrote no picture: %v", args, err)
		}
	}
	for words, args := range map[string][]string{
		"-out FILE":     {"slip", "preview"},
		"slip template": {"slip"},
		"printer.kind":  {"slip", "test"},
	} {
		if got := call(t, args...); got.status != exitError || !strings.Contains(got.err, words) {
			t.Errorf("%q: %+v", args, got)
		}
	}
}

func TestTheUnitsOwnTemplateIsPrinted(t *testing.T) {
	s := sink.New(printer.Width80mm)
	defer func() { _ = s.Close() }()
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file := printerFile(t, "escpos-tcp", address)
	height := func() int {
		t.Helper()
		before := len(s.Slips())
		if got := call(t, "slip", "test", "-config", file, "-data", t.TempDir()); got.status != exitOK {
			t.Fatalf("%+v", got)
		}
		slips := s.Slips()
		if len(slips) != before+1 {
			t.Fatalf("%d slips came out", len(slips)-before)
		}
		return slips[before].Picture.Height
	}
	builtIn := height()
	own := "[[test]]\nshow = \"text\"\ntext = { th = \"สั้น\" }\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "own.toml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "template = \"own.toml\"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if short := height(); short >= builtIn/2 {
		t.Errorf("the own test page has %d rows, the built-in one %d", short, builtIn)
	}
}

func TestDoctorLooksAtTheTemplate(t *testing.T) {
	dir := t.TempDir()
	const gap, next = "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"gap\"\nheight_mm = 50\n", "[next.default]\nth = \"รอ\"\n"
	tall := gap + strings.Repeat("[[code]]\nshow = \"gap\"\nheight_mm = 50\n", 5) + next
	for _, c := range []struct{ name, text, paper, state, words string }{
		{"none", "", "", cli.FindingOK, "built-in"},
		{"as long as a roll bears", tall, "", cli.FindingOK, "slip.toml"},
		{"too long for the sheets of the unit", tall, "a5", cli.FindingWarning, "too long"},
		{"good", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"next\"\n[next.default]\nth = \"รอ\"\n", "", cli.FindingOK, "slip.toml"},
		{"no next step", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"next\"\n[next.PG0130001]\nth = \"รอ\"\n", "", cli.FindingWarning, "PG0060001"},
		{"a wrong field", "[[code]]\nshow = \"price\"\n", "", cli.FindingFailed, "slip.toml:2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := config.Default()
			k.Printer.Kind, k.Printer.Address, k.Printer.Paper = visit.PrinterImage, dir, c.paper
			if c.text != "" {
				k.Printer.Template = filepath.Join(dir, "slip.toml")
				if err := os.WriteFile(k.Printer.Template, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if state, detail := slipFinding(t.Context(), k); state != c.state || !strings.Contains(detail, c.words) {
				t.Errorf("got %s: %s", state, detail)
			}
		})
	}
}

// runningOn asks whether a kiosk runs on those data, when somebody wants to know.
func runningOn(data string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) { return inUse(data, storage.KeyOptions{}), nil }
}
