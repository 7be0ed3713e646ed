//go:build linux

package agent

import (
	"errors"
	"flag"
	"os/exec"
	"path/filepath"
	"testing"
)

var pictures = flag.String("pictures", "", "directory for pictures of the pages")

// TestPictures takes pictures of the pages, for people to look at.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("asked for with -pictures DIR")
	}
	good := Status{
		Version: "1.0.0", Mode: "kiosk", Readers: []Reader{{"ACS ACR39U ICC Reader 00 00", "empty"}, {"Feitian SCR301 01 00", "present"}},
		NHSO: NHSO{"ready", 212}, Printer: Printer{"ready"}, Outbox: Outbox{DoneToday: 57},
		Receivers: []Receiver{{"webhook/his", ReceiverReady, 0}},
	}
	bad := Status{
		Version: "1.0.0", Mode: "kiosk", NHSO: NHSO{"down", 9000}, Printer: Printer{"impaired"}, Outbox: Outbox{3, 1, 57},
		Receivers: []Receiver{{"webhook/his", ReceiverReady, 2}, {"webhook/lab", ReceiverReady, 0}, {"mqtt", ReceiverFailing, 0}}, ClockSkewMS: 400_000,
	}
	for _, c := range []struct {
		name, zone, path string
		status           Status
		problem          error
		size             string
	}{
		{"status-production", "production", "/", good, nil, "1100,760"},
		{"status-demo", "demo", "/", good, nil, "1100,760"},
		{"status-test-bad", "test", "/", bad, errors.New("no card reader"), "1100,760"},
		{"status-phone", "test", "/", bad, errors.New("no card reader"), "500,1300"},
		{"docs", "test", "/api/docs", good, nil, "1100,1500"},
	} {
		run := startWith(t, func(o *Options) {
			o.Zone, o.Unit = c.zone, "โรงพยาบาลทดสอบ"
			o.Status, o.Healthy = func() Status { return c.status }, func() error { return c.problem }
		})
		cmd := exec.Command(chromium(t), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--no-proxy-server", "--hide-scrollbars", "--user-data-dir="+t.TempDir(),
			"--window-size="+c.size, "--screenshot="+filepath.Join(*pictures, c.name+".png"), "http://127.0.0.1:"+run.port+c.path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
	}
}
