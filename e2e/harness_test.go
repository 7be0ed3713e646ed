//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
)

var pictures = flag.String("pictures", "", "leave a picture of every screen of every test in this `folder`; else of the screen of a test that failed, in out/e2e")

// patience bounds every wait for something that must come, on a machine that may be slow
// or stand still for a while: only a fault reaches it. The program's own longest pause,
// between two questions about a request without an answer, is a minute.
const patience = 5 * time.Minute

// painted is how long a screen may take to be painted after its layout is written, on a
// usual machine. Pictures wait for it; no test is decided by it.
const painted = 500 * time.Millisecond

// The panels, as width and height in pixels.
const (
	upright = "1080x1920"
	lying   = "1920x1080"
)

const (
	unitCode  = "99999"
	testToken = "00000000-0000-4000-8000-000000000001"
)

// eventually waits until ok, looking again and again.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("after %s still no %s", patience, what)
		}
	}
}

// process is a program that the test started and ends.
type process struct {
	cmd *exec.Cmd
	out *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func startProcess(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), out: &lockedBuffer{}}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(name), p.out)
		}
	})
	return p
}

// says waits until the program has said something, and returns the part in brackets.
func (p *process) says(t *testing.T, pattern string) (found string) {
	t.Helper()
	r := regexp.MustCompile(pattern)
	eventually(t, "word of the program", func() bool {
		if m := r.FindStringSubmatch(p.out.String()); m != nil {
			found = m[1]
		}
		return found != ""
	})
	return found
}

// kill ends the process at once, as a power cut would.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// end asks the process to end and waits for it.
func (p *process) end(t *testing.T) {
	t.Helper()
	if *onWindows {
		p.kill()
		return
	}
	_ = p.cmd.Process.Signal(os.Interrupt)
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the program ends with %v", err)
	}
}

// display starts an X server for a panel, with its pixels as a file in a folder, and returns
// its environment.
func display(t *testing.T, panel, pixels string) []string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// Else it starts anew when its last client goes, and refuses who comes meanwhile.
	x := exec.Command("Xvfb", "-noreset", "-displayfd", "3", "-screen", "0", panel+"x24", "-fbdir", pixels, "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		t.Fatalf("start Xvfb: %v", err)
	}
	t.Cleanup(func() {
		_ = x.Process.Kill()
		_ = x.Wait()
	})
	_ = w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb does not tell its display: %v", err)
	}
	return []string{"DISPLAY=:" + strings.TrimSpace(number), "LIBGL_ALWAYS_SOFTWARE=1"}
}

// stage is everything around one kiosk. Each has its own: they cost some hundredths of a
// second, and tests run side by side.
type stage struct {
	t       *testing.T
	dir     string
	binary  string
	panel   string
	env     []string
	service *pcscdtest.Daemon
	zone    string // address of the test zone
	status  string // address of the kiosk's local status
	face    string // the command that is started; empty: kiosk
	kiosk   *process
	shots   string
	shot    int
	awake   time.Time // the change of screen at which more time was asked for last
}

// bareStage prepares a display for a kiosk, and nothing else.
func bareStage(t *testing.T, binary, panel string) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), binary: binary, panel: panel}
	if *onWindows {
		s.dir = filepath.Join(s.dir, "ที่ เก็บ")
		if err := os.Mkdir(s.dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(s.path("frame"), 0o700); err != nil {
		t.Fatal(err)
	}
	// The toolkit's own settings are one file of the person who runs it.
	s.env = append(display(t, panel, s.path("frame")), "XDG_CONFIG_HOME="+s.path("home"))
	folder := *pictures
	if folder == "" {
		folder = filepath.Join("..", "out", "e2e")
	}
	s.shots = filepath.Join(folder, t.Name())
	if err := os.RemoveAll(s.shots); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if *pictures == "" && !t.Failed() {
			_ = os.RemoveAll(s.shots)
			_ = os.Remove(filepath.Dir(s.shots)) // if it is empty
		}
	})
	return s
}

// newStage prepares a kiosk with an upright panel.
func newStage(t *testing.T, binary string, more ...func(zone string) string) *stage {
	t.Helper()
	return newStageOn(t, binary, upright, more...)
}

// newStageOn prepares a kiosk with its own display, card service and test zone. more
// returns further sections of its configuration, given the address of the zone.
func newStageOn(t *testing.T, binary, panel string, more ...func(zone string) string) *stage {
	t.Helper()
	s := bareStage(t, binary, panel)
	s.service = pcscdtest.StartFor(t)
	s.env = append(s.env, s.service.Env())
	zone := startProcess(t, nil, binary, "testzone", "-listen", "127.0.0.1:0")
	s.zone = zone.says(t, `(http://127\.0\.0\.1:\d+)`)
	config := fmt.Sprintf(`
[unit]
hcode = %q
[nhso]
zone = "test"
endpoint_url = %q
status_url = %q
evidence_url = %q
[cardreader]
patient = "Virtual PCD 00 00"
certifier = "Virtual PCD 00 01"
[agent]
enabled = true
listen = "127.0.0.1:0"
[printer]
kind = "image"
address = %q
[kiosk]
claim_types = ["PG0060001", "PG0130001", "PG0150001"]
`, unitCode, s.zone, s.zone, s.zone+"/sim/evidence", s.path("slips"))
	for _, section := range more {
		config += section(s.zone)
	}
	if err := os.WriteFile(s.path("kiosk.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	set := exec.Command(binary, "secret", "set", "nhso-token", "-config", s.path("kiosk.toml"), "-data", s.path("data"))
	set.Stdin = strings.NewReader(testToken + "\n")
	if out, err := set.CombinedOutput(); err != nil {
		t.Fatalf("set the token: %v: %s", err, out)
	}
	return s
}

// configure puts other words into the configuration.
func (s *stage) configure(old, new string) {
	s.t.Helper()
	config, err := os.ReadFile(s.path("kiosk.toml"))
	if err == nil && !bytes.Contains(config, []byte(old)) {
		err = fmt.Errorf("there is no %q in %s", old, config)
	}
	if err == nil {
		err = os.WriteFile(s.path("kiosk.toml"), bytes.Replace(config, []byte(old), []byte(new), 1), 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

// start starts the kiosk and waits until its window is painted: the layout is written
// before, and a touch would touch nothing. Its screen is kept when the test fails.
func (s *stage) start() {
	s.t.Helper()
	args := []string{cmp.Or(s.face, "kiosk"), "-config", s.path("kiosk.toml"), "-data", s.path("data"), "-test-layout", s.path("layout.json")}
	if !*onWindows {
		args = append(args, "-size", s.panel)
	}
	s.kiosk = startProcess(s.t, s.env, s.binary, args...)
	kiosk := s.kiosk
	s.t.Cleanup(func() {
		if s.t.Failed() && kiosk.cmd.ProcessState == nil {
			<-time.After(painted)
			s.grab(filepath.Join(s.shots, "failed.png"))
			s.t.Logf("on the screen: %q", s.layout().Texts)
		}
	})
	// There are more than nine colours in a corner with a button.
	eventually(s.t, "painted window", func() bool {
		colours := exec.Command("import", "-silent", "-window", "root", "-gravity", "SouthEast", "-crop", "400x400+0+0", "-format", "%k", "info:")
		colours.Env = append(os.Environ(), s.env...)
		out, err := colours.Output()
		return err == nil && len(strings.TrimSpace(string(out))) > 1
	})
}

// open starts the kiosk and waits for its welcome screen, on which every device is
// ready: one that comes later moves buttons under the finger.
func (s *stage) open() {
	s.t.Helper()
	s.start()
	s.status = s.kiosk.says(s.t, `msg="the agent answers" address=(\S+)`)
	s.screen("welcome")
	eventually(s.t, "healthy kiosk", func() bool {
		resp, err := http.Get("http://" + s.status + "/healthz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	s.noticed(pcscdtest.First)
	s.noticed(pcscdtest.Second)
	devices := 3 // NHSO, the reader, the printer
	if config, err := os.ReadFile(s.path("kiosk.toml")); err != nil {
		s.t.Fatal(err)
	} else if bytes.Contains(config, []byte("[camera]")) {
		devices++
	}
	ready := said(s.t, "device.ready")
	s.eventually("ready devices", func() bool {
		n := 0
		for _, text := range s.layout().Texts {
			if text == ready {
				n++
			}
		}
		return n == devices
	})
}

// layout is what the kiosk says about its screen.
type layout struct {
	Screen    string
	SettledAt time.Time `json:"settled_at"` // from then on a touch counts
	Texts     []string
	Focused   string // of a station alone
	Widgets   []widget
}

type widget struct {
	Name, Text string
	X, Y, W, H int
}

func (l layout) widget(name string) (widget, bool) {
	i := slices.IndexFunc(l.Widgets, func(w widget) bool { return w.Name == name })
	if i < 0 {
		return widget{}, false
	}
	return l.Widgets[i], true
}

func (s *stage) layout() layout {
	var l layout
	if data, err := os.ReadFile(s.path("layout.json")); err == nil {
		_ = json.Unmarshal(data, &l) // half an answer is no answer: it is asked again
	}
	return l
}

// eventually waits while the patient stands at the kiosk. On a slow machine the kiosk may
// ask meanwhile whether somebody is there: yes.
func (s *stage) eventually(what string, ok func() bool) {
	s.t.Helper()
	eventually(s.t, what, func() bool {
		if l := s.layout(); !l.SettledAt.Equal(s.awake) {
			if w, asked := l.widget("more-time"); asked {
				s.awake = l.SettledAt
				s.touch(l, w)
			}
		}
		return ok()
	})
}

// screen waits for a screen.
func (s *stage) screen(name string) {
	s.t.Helper()
	wait := s.eventually
	if name == "welcome" { // the patient has gone
		wait = func(what string, ok func() bool) { s.t.Helper(); eventually(s.t, what, ok) }
	}
	last := ""
	wait("screen "+name, func() bool {
		if now := s.layout().Screen; now != last {
			last = now
			s.t.Logf("screen %s", now)
		}
		return last == name
	})
	s.picture(name)
}

// picture keeps what the X server shows, when pictures are asked for.
func (s *stage) picture(name string) {
	s.t.Helper()
	if *pictures == "" {
		return
	}
	<-time.After(painted)
	s.shot++
	s.grab(filepath.Join(s.shots, fmt.Sprintf("%02d-%s.png", s.shot, name)))
}

// grab writes what the X server shows.
func (s *stage) grab(file string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.t.Error(err)
		return
	}
	// Quality 10 of a PNG: packed quickly.
	shot := exec.Command("import", "-silent", "-window", "root", "-quality", "10", file)
	shot.Env = append(os.Environ(), s.env...)
	if out, err := shot.CombinedOutput(); err != nil {
		s.t.Errorf("take a picture: %v: %s", err, out)
	}
}

// scans reads the QR code off the screen, as somebody with a phone does, when it is the
// one that is looked for. What is in the model is painted a moment later.
func (s *stage) scans(want string) {
	s.t.Helper()
	s.eventually("QR code on the screen", func() bool {
		file := filepath.Join(s.shots, "scanned.png")
		s.grab(file)
		got, err := exec.Command("zbarimg", "-q", "--raw", file).Output()
		return err == nil && strings.TrimSpace(string(got)) == want
	})
}

// shows waits until a text is on the screen.
func (s *stage) shows(text string) {
	s.t.Helper()
	s.eventually(fmt.Sprintf("text %q", text), func() bool {
		return strings.Contains(strings.Join(s.layout().Texts, "\n"), text)
	})
}

// bothLanguages takes a picture in Thai and one in English.
func (s *stage) bothLanguages(name string) {
	s.t.Helper()
	s.picture(name + "-th")
	s.click("language")
	s.shows("ไทย")
	s.picture(name + "-en")
	s.click("language")
	s.shows("English")
}

// click touches buttons by their names, where they stand on one screen.
func (s *stage) click(names ...string) {
	s.t.Helper()
	var found layout
	var at []widget
	s.eventually(fmt.Sprintf("buttons %q", names), func() bool {
		found, at = s.layout(), nil
		for _, name := range names {
			w, ok := found.widget(name)
			if !ok {
				return false
			}
			at = append(at, w)
		}
		return !time.Now().Before(found.SettledAt)
	})
	s.touch(found, at...)
}

// touch touches what a layout shows, as soon as that counts. A touch right after a change
// of screen does not: it was meant for the screen before.
func (s *stage) touch(l layout, at ...widget) {
	s.t.Helper()
	<-time.After(time.Until(l.SettledAt))
	var args []string
	for _, w := range at {
		args = append(args, "mousemove", fmt.Sprint(w.X+w.W/2), fmt.Sprint(w.Y+w.H/2), "click", "1")
	}
	touch := exec.Command("xdotool", args...)
	touch.Env = append(os.Environ(), s.env...)
	if out, err := touch.CombinedOutput(); err != nil {
		s.t.Fatalf("touch %v: %v: %s", at, err, out)
	}
}

// leave ends a screen that would end by itself, sooner. On a slow machine it may have
// ended already, or ask whether somebody is there.
func (s *stage) leave() {
	s.t.Helper()
	var touched time.Time
	eventually(s.t, "end of the visit", func() bool {
		l := s.layout()
		for _, name := range []string{"done", "start-again", "warning-close"} {
			if w, ok := l.widget(name); ok && !l.SettledAt.Equal(touched) {
				touched = l.SettledAt
				s.touch(l, w)
			}
		}
		return l.Screen == "welcome"
	})
	s.screen("welcome")
}

// insert puts a card into the reader until the returned function takes it out.
func (s *stage) insert(card *virtualcard.Card) (remove func()) {
	s.t.Helper()
	return s.insertInto(pcscdtest.First, card)
}

func (s *stage) insertInto(reader string, card *virtualcard.Card) (remove func()) {
	s.t.Helper()
	link, err := virtualcard.Dial(s.t.Context(), s.service.Address(reader), card)
	if err != nil {
		s.t.Fatalf("insert card: %v", err)
	}
	out := sync.OnceFunc(func() {
		if err := link.Close(); err != nil {
			s.t.Errorf("remove card: %v", err)
		}
		s.noticed(reader)
	})
	s.t.Cleanup(out)
	return out
}

// noticed waits until the kiosk knows that a reader is empty. pcscd looks at its
// virtual readers every 400 ms, and nobody pulls a card and puts in another between
// two looks. A kiosk that has ended knows nothing.
func (s *stage) noticed(reader string) {
	s.t.Helper()
	eventually(s.t, "empty reader "+reader, func() bool {
		resp, err := http.Get("http://" + s.status + "/api/v1/status")
		if err != nil {
			return true
		}
		defer func() { _ = resp.Body.Close() }()
		var now localStatus
		if err := json.NewDecoder(resp.Body).Decode(&now); err != nil {
			return false
		}
		return slices.ContainsFunc(now.Readers, func(r readerStatus) bool { return r.Name == reader && r.State == "empty" })
	})
}

func get[T any](s *stage, url string) T {
	s.t.Helper()
	var v T
	resp, err := http.Get(url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	if err == nil {
		err = json.Unmarshal(body, &v)
	}
	if err != nil {
		s.t.Fatalf("GET %s: %v: %s", url, err, body)
	}
	return v
}

type zoneCode struct{ Code, PID, TransID string }

// codes returns the codes that the test zone has made for requests.
func (s *stage) codes() []zoneCode {
	s.t.Helper()
	var made []zoneCode
	for _, c := range get[[]zoneCode](s, s.zone+"/testzone/codes") {
		if c.TransID != "" {
			made = append(made, c)
		}
	}
	return made
}

type zoneRequest struct {
	Method, Path, TransID string
	Status                int
}

// submissions counts the requests for a code that reached the test zone.
func (s *stage) submissions() int {
	s.t.Helper()
	n := 0
	for _, r := range get[[]zoneRequest](s, s.zone+"/testzone/requests") {
		if strings.HasSuffix(r.Path, "/AuthenCode") {
			n++
		}
	}
	return n
}

func (s *stage) fault(body string) {
	s.t.Helper()
	resp, err := http.Post(s.zone+"/testzone/faults", "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 300 {
		s.t.Fatalf("set fault %s: status %d", body, resp.StatusCode)
	}
}

type readerStatus struct{ Name, State string }

type localStatus struct {
	Screen  string
	Readers []readerStatus
	Outbox  struct {
		Pending, Staff int
		DoneToday      int `json:"done_today"`
	}
}

func (s *stage) localStatus() localStatus {
	s.t.Helper()
	return get[localStatus](s, "http://"+s.status+"/api/v1/status")
}
