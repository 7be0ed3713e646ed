package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/app/config"
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
	got := call(t, true, "", "kiosk", "-config", file, "-data", dir)
	if got.status != exitError || !strings.Contains(got.err, "slip.toml:3") || !strings.Contains(got.err, "printer.template") {
		t.Errorf("%+v", got)
	}
	if f := printerFinding(t.Context(), mustLoad(t, file), runningOn(dir)); f.State != findingFailed || !strings.Contains(f.Detail, "slip.toml:3") {
		t.Errorf("doctor says %+v", f)
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
		{"well", func(*sink.State) {}, findingOK, "ready", exitOK, "was printed"},
		{"no paper", func(s *sink.State) { s.PaperOut = true }, findingFailed, "put in a roll", exitError, "put in a roll"},
		{"open cover", func(s *sink.State) { s.CoverOpen = true }, findingFailed, "close it", exitError, "close it"},
		{"paper near its end", func(s *sink.State) { s.NearEnd = true }, findingWarning, "near its end", exitOK, "was printed"},
		{"mute", func(s *sink.State) { s.Mute = true }, findingWarning, "slip test", exitOK, "look whether it did"},
		{"answers of its own", func(s *sink.State) { s.Strange = "\x02\n" }, findingWarning, "does not tell how it is", exitOK, "look whether it did"},
		{"a greeting", func(s *sink.State) { s.Greeting = "ready\r\n" }, findingOK, "ready", exitOK, "was printed"},
		{"answers too long", func(s *sink.State) { s.Strange = "\xFFabcd" }, findingFailed, "FF 61 62 63 64", exitError, "nonsense"},
		{"off line", func(s *sink.State) { s.Offline = true }, findingFailed, "its buttons", exitError, "its buttons"},
		{"another machine", func(s *sink.State) { s.Garbage = true }, findingFailed, "ESC/POS", exitError, "nonsense"},
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
			if f := printerFinding(t.Context(), mustLoad(t, file), runningOn(data)); f.State != c.finding || !strings.Contains(f.Detail, c.words) {
				t.Errorf("doctor says %+v", f)
			}
			got := call(t, false, "", "slip", "test", "-config", file, "-data", data)
			if got.status != c.status || !strings.Contains(got.out+got.err, c.says) {
				t.Errorf("slip test: %+v", got)
			}
		})
	}
	if f := printerFinding(t.Context(), mustLoad(t, printerFile(t, "escpos-tcp", "127.0.0.1:1")), runningOn(t.TempDir())); f.State != findingFailed || !strings.Contains(f.Detail, "switched on") {
		t.Errorf("without a printer doctor says %+v", f)
	}
}

func TestNobodyDisturbsThePrinterOfARunningKiosk(t *testing.T) {
	s := sink.New(printer.Width80mm)
	defer func() { _ = s.Close() }()
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := newClinic(t, true, func(c *config.Config, _ *runningClinic) {
		c.Printer.Kind, c.Printer.Address = config.PrinterTCP, address
	})
	file := printerFile(t, "escpos-tcp", address)
	if got := call(t, false, "", "slip", "test", "-config", file, "-data", h.data); got.status != exitError || !strings.Contains(got.err, "a kiosk is running") {
		t.Errorf("slip test: %+v", got)
	}
	zone := filepath.Join(h.data, string(visit.ZoneDemo))
	if f := printerFinding(t.Context(), mustLoad(t, file), runningOn(zone)); f.State != findingOK || !strings.Contains(f.Detail, "a kiosk is running") {
		t.Errorf("doctor: %+v", f)
	}
}

func TestTheSlipCommandsShowTheTemplateAndDrawIt(t *testing.T) {
	got := call(t, false, "", "slip", "template")
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
		got := call(t, false, "", append([]string{"slip", "preview", "-out", out}, args...)...)
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
		if got := call(t, false, "", args...); got.status != exitError || !strings.Contains(got.err, words) {
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
		if got := call(t, false, "", "slip", "test", "-config", file, "-data", t.TempDir()); got.status != exitOK {
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
		{"none", "", "", findingOK, "built-in"},
		{"as long as a roll bears", tall, "", findingOK, "slip.toml"},
		{"too long for the sheets of the unit", tall, "a5", findingWarning, "too long"},
		{"good", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"next\"\n[next.default]\nth = \"รอ\"\n", "", findingOK, "slip.toml"},
		{"no next step", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"next\"\n[next.PG0130001]\nth = \"รอ\"\n", "", findingWarning, "PG0060001"},
		{"a wrong field", "[[code]]\nshow = \"price\"\n", "", findingFailed, "slip.toml:2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := config.Default()
			k.Printer.Kind, k.Printer.Address, k.Printer.Paper = config.PrinterImage, dir, c.paper
			if c.text != "" {
				k.Printer.Template = filepath.Join(dir, "slip.toml")
				if err := os.WriteFile(k.Printer.Template, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if f := slipFinding(t.Context(), k); f.State != c.state || !strings.Contains(f.Detail, c.words) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

// runningOn asks whether a kiosk runs on those data, when somebody wants to know.
func runningOn(data string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) { return inUse(data, storage.KeyOptions{}), nil }
}
