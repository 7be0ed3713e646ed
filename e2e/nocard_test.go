//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/camera/mjpegtest"
	"authenkiosk/camera/scene"
	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// said returns the Thai words of a screen, as the layout file has them.
func said(t *testing.T, key string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "assets", "words", "th.json"))
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]any{}
	if err := json.Unmarshal(data, &words); err != nil {
		t.Fatal(err)
	}
	text, ok := words[key].(string)
	if !ok {
		t.Fatalf("there are no words %q", key)
	}
	return unbroken(text)
}

// unbroken takes out where lines may break or have been broken.
func unbroken(text string) string {
	return strings.NewReplacer("\u200B", "", " ", "", "\n", "").Replace(text)
}

// says waits until the words of that key are on the screen.
func (s *stage) says(key string) {
	s.t.Helper()
	s.eventually("words "+key, s.told(key))
}

// told is whether words are on the screen. That something is not there is nothing to go by: what
// has not been painted yet is not in the layout.
func (s *stage) told(key string) func() bool {
	s.t.Helper()
	want := said(s.t, key)
	return func() bool { return strings.Contains(unbroken(strings.Join(s.layout().Texts, "")), want) }
}

func (s *stage) typeDigits(number string) {
	s.t.Helper()
	var names []string
	for _, d := range number {
		names = append(names, "digit-"+string(d))
	}
	s.click(names...)
}

// way goes from the welcome screen to the keypad of a way without a card.
func (s *stage) way(name string) {
	s.t.Helper()
	s.screen("welcome")
	if name == "photo" {
		s.click("bad-chip") // the photo shows the card
	} else {
		s.click("no-card")
	}
	s.screen("no-card")
	s.click("way-" + name)
	s.screen("pid")
}

func (s *stage) store() *storage.Store {
	s.t.Helper()
	store, err := storage.Open(filepath.Join(s.path("data"), "test"), storage.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = store.Close() })
	return store
}

func newCamera(t *testing.T) (*mjpegtest.Server, func(string) string) {
	t.Helper()
	server, err := mjpegtest.Start(mjpegtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server, func(string) string { return fmt.Sprintf("[camera]\nsource = %q\n", server.Source()) }
}

// onBothPanels runs a test on an upright panel and on one that lies on its side.
func onBothPanels(t *testing.T, test func(t *testing.T, panel string)) {
	t.Parallel()
	for name, panel := range map[string]string{"upright": upright, "lying": lying} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, panel)
		})
	}
}

func TestE2EAPatientWithoutACardIsPhotographed(t *testing.T) {
	onBothPanels(t, photographed)
}

func photographed(t *testing.T, panel string) {
	webcam, section := newCamera(t)
	s := newStageOn(t, binary, panel, section)
	s.open()
	person := virtualcard.Population()[1]

	s.way("photo")
	wrong := person.PID.Digits()[:12] + string('0'+(person.PID.Digits()[12]-'0'+1)%10)
	s.typeDigits(wrong)
	s.says("pid.check-wrong")
	s.picture("pid-wrong")
	s.click("backspace")
	webcam.Show(scene.Nobody)
	s.typeDigits(person.PID.Digits()[12:])
	s.screen("photo")
	for _, c := range []struct {
		scene scene.Scene
		words string
	}{
		{scene.Nobody, "photo.hint.no-face"},
		{scene.Black, "photo.hint.too-dark"},
		{scene.Bright, "photo.hint.too-bright"},
		{scene.Blurred, "photo.hint.blurred"},
		{scene.Two, "photo.hint.many-faces"},
		{scene.Far, "photo.hint.too-far"},
	} {
		webcam.Show(c.scene)
		s.says(c.words)
		s.picture("photo-" + c.scene.String())
	}
	webcam.Break(mjpegtest.Gone)
	s.says("photo.gone")
	s.picture("photo-gone")
	webcam.Break(mjpegtest.None)
	webcam.Show(scene.Good)
	s.screen("photo-review")
	s.bothLanguages("photo-review")
	s.click("use-photo")
	s.screen("phone")
	s.typePhone()
	s.screen("confirm")
	s.click("confirm")
	s.screen("result")
	codes := s.codes()
	if len(codes) != 1 || codes[0].PID != person.PID.Digits() {
		t.Fatalf("the test zone made %d codes", len(codes))
	}
	s.shows(visit.AuthenCode(codes[0].Code).Grouped())
	if got := zbar(t, s.slip(codes[0].TransID)); got != codes[0].Code {
		t.Errorf("the slip says %q", got)
	}
	eventually(t, "evidence at the test zone", func() bool {
		e := get[[]struct {
			TransID string
			Width   int
		}](s, s.zone+"/testzone/evidence")
		return len(e) == 1 && e[0].TransID == codes[0].TransID && e[0].Width >= 640
	})
	s.leave()
	s.kiosk.end(t)
	store := s.store()
	r, err := store.Visit(visit.ID(codes[0].TransID))
	if err != nil || r.Visit.Method != visit.MethodPhoto || !r.Visit.Attestation.Photo || !r.Visit.Attestation.GatePassed {
		t.Errorf("the store has method %s, %v", r.Visit.Method, err)
	}
	photo, err := store.Photo(r.Visit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(photo)); err != nil || len(photo) > 300_000 {
		t.Errorf("a photo of %d bytes: %v", len(photo), err)
	}
	s.nothingPersonal(person.PID.Digits(), "0800001234", testToken)
}

// nothingPersonal looks through the log of the kiosk.
func (s *stage) nothingPersonal(secrets ...string) {
	s.t.Helper()
	for _, secret := range secrets {
		if strings.Contains(s.kiosk.out.String(), secret) {
			s.t.Errorf("the log holds %q", secret)
		}
	}
}

func TestE2EAGuardianVouchesAndMustStay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ panel, reader string }{
		"at a reader of their own": {upright, pcscdtest.Second},
		"at the patient's reader":  {lying, pcscdtest.First},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vouchedFor(t, c.panel, c.reader)
		})
	}
}

func vouchedFor(t *testing.T, panel, reader string) {
	s := newStageOn(t, binary, panel)
	if reader == pcscdtest.First {
		s.configure("certifier = \"Virtual PCD 00 01\"\n", "")
	}
	s.open()
	child, guardian := virtualcard.Population()[2], virtualcard.Adult()
	certify := func(p virtualcard.Person) func() { return s.insertInto(reader, newCard(t, p)) }

	s.way("certifier")
	s.typeDigits(child.PID.Digits())
	s.screen("certifier")
	remove := certify(virtualcard.Expired())
	s.says("certifier.card-expired")
	s.picture("certifier-expired")
	remove()
	remove = certify(child)
	s.says("problem.certifier-same.title")
	s.picture("certifier-same")
	remove()
	for _, pullOn := range []string{"relation", "phone", "confirm", ""} {
		remove = certify(guardian)
		for _, step := range []struct {
			screen string
			do     func()
		}{{"relation", func() { s.click("relation-parent") }}, {"phone", s.typePhone}, {"confirm", func() { s.click("confirm") }}} {
			if step.screen == "phone" && s.layout().Screen == "confirm" {
				continue // the number is known from the last time
			}
			s.oneOf(step.screen, "confirm")
			if step.screen == "phone" && s.layout().Screen == "confirm" {
				continue
			}
			if step.screen == pullOn {
				remove()
				s.screen("certifier")
				s.says("certifier.card-removed-early")
				s.picture("certifier-pulled-on-" + pullOn)
				break
			}
			step.do()
		}
	}
	s.screen("result")
	codes := s.codes()
	if len(codes) != 1 || codes[0].PID != child.PID.Digits() || s.submissions() != 1 {
		t.Fatalf("%d codes after %d requests", len(codes), s.submissions())
	}
	remove()
	s.screen("welcome")
	s.kiosk.end(t)
	if *onWindows {
		return
	}
	r, err := s.store().Visit(visit.ID(codes[0].TransID))
	if a := r.Visit.Attestation; err != nil || a.Certifier != guardian.PID || a.Relation != visit.RelationParent {
		t.Errorf("the store has %v by %v: %v", a.Relation, a.Certifier, err)
	}
	s.nothingPersonal(child.PID.Digits(), guardian.PID.Digits(), guardian.Name.Last)
}

// oneOf waits for one of two screens.
func (s *stage) oneOf(a, b string) {
	s.t.Helper()
	s.eventually("screen "+a+" or "+b, func() bool {
		now := s.layout().Screen
		return now == a || now == b
	})
	s.screen(s.layout().Screen)
}

func TestE2EThePatientsPhoneAsksForTheCode(t *testing.T) { onBothPanels(t, askedByPhone) }

func askedByPhone(t *testing.T, panel string) {
	s := newStageOn(t, binary, panel, func(zone string) string {
		return fmt.Sprintf("[line]\nqr = %q\n", zone+"/line?unit="+unitCode)
	})
	s.open()
	person := virtualcard.Population()[3]
	s.way("line")
	s.typeDigits(person.PID.Digits())
	s.screen("line")
	s.bothLanguages("line")
	address := s.zone + "/line?unit=" + unitCode
	s.scans(address)
	phone := openBrowser(t, address)
	phone.typeInto("#pid", person.PID.Digits())
	phone.typeInto("#phone", "0800001234")
	phone.picture(s, "phone-form")
	phone.click("#confirm")
	code := phone.text("#code")
	phone.picture(s, "phone-code")
	s.screen("result")
	s.shows(visit.AuthenCode(code).Grouped())
	s.bothLanguages("result")
	if s.submissions() != 0 {
		t.Error("the kiosk asked for a code itself")
	}
	if got := s.localStatus().Outbox; got.DoneToday != 1 || got.Pending != 0 || got.Staff != 0 {
		t.Errorf("the local status counts %+v", got)
	}
	s.leave()
	s.kiosk.end(t)
	r, err := s.store().FindCode(visit.AuthenCode(code))
	if err != nil || r.State != visit.StateDone || r.Visit.Method != visit.MethodLine || r.Visit.PID != person.PID || r.Visit.ClaimType.Code == "" {
		t.Errorf("the store has a visit by %q in state %q for %q: %v", r.Visit.Method, r.State, r.Visit.ClaimType.Code, err)
	}
	s.nothingPersonal(person.PID.Digits(), code)
}

// browser is a real one, driven through its WebDriver.
type browser struct {
	t       *testing.T
	session string
}

func openBrowser(t *testing.T, address string) *browser {
	t.Helper()
	if _, err := exec.LookPath("chromedriver"); err != nil {
		t.Fatalf("the phone is played by Chromium: %v", err)
	}
	b := &browser{t: t, session: "http://127.0.0.1:" + driverPort(t)}
	eventually(t, "browser driver", func() bool {
		resp, err := http.Get(b.session + "/status")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil
	})
	var made struct{ SessionID string }
	b.ask(http.MethodPost, "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"timeouts": map[string]any{"implicit": patience.Milliseconds()}, // waiting for an element: a click may load a page
		"goog:chromeOptions": map[string]any{"args": []string{
			"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--window-size=480,960",
		}},
	}}}, &made)
	b.session += "/session/" + made.SessionID
	t.Cleanup(func() { b.ask(http.MethodDelete, "", nil, nil) })
	b.ask(http.MethodPost, "/url", map[string]string{"url": address}, nil)
	return b
}

// driverPort starts the browser's driver and returns its port. The driver takes a free port of
// IPv6, and ends when somebody has that of IPv4: tests beside this one have many.
func driverPort(t *testing.T) string {
	t.Helper()
	for {
		driver := startProcess(t, nil, "chromedriver", "--port=0")
		said := driver.says(t, `(successfully on port \d+|port not available)`)
		if _, port, there := strings.Cut(said, "on port "); there {
			return port
		}
	}
}

// ask sends one WebDriver command (https://www.w3.org/TR/webdriver2/).
func (b *browser) ask(method, path string, body, answer any) {
	b.t.Helper()
	var data []byte
	if body != nil {
		data, _ = json.Marshal(body)
	}
	req, err := http.NewRequest(method, b.session+path, bytes.NewReader(data))
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("browser: %s %s: %s", method, path, got)
	}
	if answer != nil {
		if err := json.Unmarshal(got, &struct{ Value any }{answer}); err != nil {
			b.t.Fatalf("browser: %s: %v", got, err)
		}
	}
}

func (b *browser) find(css string) string {
	b.t.Helper()
	var found map[string]string
	b.ask(http.MethodPost, "/element", map[string]string{"using": "css selector", "value": css}, &found)
	for _, id := range found {
		return "/element/" + id
	}
	b.t.Fatalf("the page has no %s", css)
	return ""
}

func (b *browser) typeInto(css, text string) {
	b.t.Helper()
	b.ask(http.MethodPost, b.find(css)+"/value", map[string]string{"text": text}, nil)
}

func (b *browser) click(css string) {
	b.t.Helper()
	b.ask(http.MethodPost, b.find(css)+"/click", map[string]string{}, nil)
}

func (b *browser) text(css string) (text string) {
	b.t.Helper()
	b.ask(http.MethodGet, b.find(css)+"/text", nil, &text)
	return text
}

// picture keeps what the phone shows, when pictures are asked for.
func (b *browser) picture(s *stage, name string) {
	b.t.Helper()
	if *pictures == "" {
		return
	}
	var png []byte
	b.ask(http.MethodGet, "/screenshot", nil, &png)
	if err := os.WriteFile(filepath.Join(s.shots, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
