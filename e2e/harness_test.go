//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/ui/kiosk"
)

// patience bounds every wait for something that should come soon, on a machine that may
// be slow or stand still for a while.
const patience = 2 * time.Minute

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
	_ = p.cmd.Process.Signal(os.Interrupt)
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the program ends with %v", err)
	}
}

// display starts an X server for a panel and returns its environment.
func display(t *testing.T, panel string) []string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", panel+"x24", "-nolisten", "tcp")
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

// stage is everything around one kiosk.
type stage struct {
	t       *testing.T
	dir     string
	binary  string
	panel   string
	env     []string
	service *pcscdtest.Daemon
	zone    string // address of the test zone
	status  string // address of the kiosk's local status
	kiosk   *process
	shots   string
	shot    int
}

// newStage prepares a kiosk with an upright panel.
func newStage(t *testing.T, binary string, more ...func(zone string) string) *stage {
	t.Helper()
	return newStageOn(t, binary, upright, more...)
}

// newStageOn prepares a kiosk with its own test zone and display. more returns
// further sections of its configuration, given the address of the zone.
func newStageOn(t *testing.T, binary, panel string, more ...func(zone string) string) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), binary: binary, panel: panel, env: display(t, panel), service: pcscdtest.Start(t)}
	s.shots = filepath.Join("..", "out", "e2e", t.Name())
	if err := errorsOf(os.RemoveAll(s.shots), os.MkdirAll(s.shots, 0o755)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			s.picture("failed")
			t.Logf("on the screen: %q", s.layout().Texts)
		}
	})
	zone := startProcess(t, nil, binary, "testzone", "-listen", "127.0.0.1:0")
	eventually(t, "test zone", func() bool { return strings.Contains(zone.out.String(), "http://") })
	_, rest, _ := strings.Cut(zone.out.String(), "http://")
	s.zone = "http://" + rest[:strings.IndexByte(rest, '/')]
	s.status = freeAddress(t)
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
listen = %q
[printer]
kind = "image"
address = %q
[kiosk]
claim_types = ["PG0060001", "PG0130001", "PG0150001"]
`, unitCode, s.zone, s.zone, s.zone+"/sim/evidence", s.status, s.path("slips"))
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

// freeAddress returns an address where nobody listens, below the ports that the system
// gives away by itself: none of these is taken before the program has it.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000)))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return l.Addr().String()
	}
	t.Fatal("no port is free")
	return ""
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

// open starts the kiosk and waits for its welcome screen with a reader.
func (s *stage) open() {
	s.t.Helper()
	s.kiosk = startProcess(s.t, s.env, s.binary, "kiosk", "-config", s.path("kiosk.toml"), "-data", s.path("data"),
		"-size", s.panel, "-test-layout", s.path("layout.json"))
	s.screen("welcome")
	eventually(s.t, "healthy kiosk", func() bool {
		resp, err := http.Get("http://" + s.status + "/healthz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// layout is what the kiosk says about its screen.
type layout struct {
	Screen  string
	Texts   []string
	Widgets []struct {
		Name       string
		X, Y, W, H int
	}
}

func (s *stage) layout() layout {
	var l layout
	if data, err := os.ReadFile(s.path("layout.json")); err == nil {
		_ = json.Unmarshal(data, &l) // half an answer is no answer: it is asked again
	}
	return l
}

// screen waits for a screen and takes its picture.
func (s *stage) screen(name string) {
	s.t.Helper()
	last := ""
	eventually(s.t, "screen "+name, func() bool {
		if now := s.layout().Screen; now != last {
			last = now
			s.t.Logf("screen %s", now)
		}
		return last == name
	})
	// A touch right after a change of screen does not count: it was meant for the
	// screen before. No patient is so fast.
	<-time.After(kiosk.DefaultSettle + 100*time.Millisecond)
	s.picture(name)
}

// picture keeps what the X server shows.
func (s *stage) picture(name string) {
	s.t.Helper()
	s.shot++
	shot := exec.Command("import", "-silent", "-window", "root", filepath.Join(s.shots, fmt.Sprintf("%02d-%s.png", s.shot, name)))
	shot.Env = append(os.Environ(), s.env...)
	if out, err := shot.CombinedOutput(); err != nil {
		s.t.Errorf("take a picture: %v: %s", err, out)
	}
}

// shows waits until a text is on the screen.
func (s *stage) shows(text string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("text %q", text), func() bool {
		return strings.Contains(strings.Join(s.layout().Texts, "\n"), text)
	})
}

// settle waits until what was shown last is painted and may be touched.
func (s *stage) settle() { <-time.After(300 * time.Millisecond) }

// bothLanguages takes a picture in Thai and one in English.
func (s *stage) bothLanguages(name string) {
	s.t.Helper()
	s.picture(name + "-th")
	s.click("language")
	s.shows("ไทย")
	s.settle()
	s.picture(name + "-en")
	s.click("language")
	s.shows("English")
	s.settle()
}

// click touches a button by its name, where it stands now.
func (s *stage) click(name string) {
	s.t.Helper()
	x, y := 0, 0
	eventually(s.t, "button "+name, func() bool {
		for _, w := range s.layout().Widgets {
			if w.Name == name {
				x, y = w.X+w.W/2, w.Y+w.H/2
				return true
			}
		}
		return false
	})
	touch := exec.Command("xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y), "click", "1")
	touch.Env = append(os.Environ(), s.env...)
	if out, err := touch.CombinedOutput(); err != nil {
		s.t.Fatalf("click %s: %v: %s", name, err, out)
	}
}

// leave ends a screen that ends by itself. On a slow machine it may ask whether
// somebody is there before it is touched.
func (s *stage) leave() {
	s.t.Helper()
	for range 3 {
		for _, w := range s.layout().Widgets {
			if w.Name == "done" || w.Name == "warning-close" {
				s.click(w.Name)
				break
			}
		}
		<-time.After(kiosk.DefaultSettle + 700*time.Millisecond)
		if s.layout().Screen == "welcome" {
			break
		}
	}
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
