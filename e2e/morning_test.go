//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

var patients = flag.Int("morning", 4, "how many `patients` come to the desk in its morning, two or more")

// A morning of 200 patients has that many of each at a front desk; a shorter one has its
// share, and at least one.
const (
	ofPatients = 200
	haveACode  = 35 // of today, which is shown before anything is asked
	rights     = 25 // are looked up without a visit
	voids      = 5  // of codes that were made here
	notDue     = 4  // items of hospital software for which no code is due
	withHN     = 1  // of whom the unit's number is known alone
)

// turning is how long the operator takes at least from what is on the screen to a key. The
// station needs 300 ms of it, in which a key was meant for what stood there before.
const turning = 400 * time.Millisecond

// morning is a station beside the hospital's own program, and who works at both.
type morning struct {
	*stage
	his, desk string   // their windows
	left      *process // says a word whenever his loses the focus
	lost      int      // words that were said because the operator has turned away
	turns     int      // of the operator to the station
	pressed   int      // keys, by the operator
	tabs      map[string]int
	copied    string                     // the code that was copied last
	made      []virtualcard.Person       // have a code of this morning
	keyed     map[string][]time.Duration // from a key to the first picture that shows it
	bare      []time.Duration            // xdotool alone
	came      []time.Duration            // from a card to the page that says what is next
	coded     []time.Duration            // from F9 to the code
}

// coming says what a patient of the morning is to the station.
type coming int

const (
	known coming = iota // the phone is
	fresh               // it is not
	coded               // there is a code of today
)

// due spreads n of something over the morning, and tells whether one comes with the i-th.
func due(i, n int) bool { return (i+1)*n / *patients > i*n / *patients }

func share(n int) int { return max(1, *patients*n/ofPatients) }

// comings are those of all patients. Of those who need a code, two in three were here before.
func comings() (all []coming) {
	others := 0
	for i := range *patients {
		switch {
		case due(i, share(haveACode)):
			all = append(all, coded)
			continue
		case others%3 == 2:
			all = append(all, fresh)
		default:
			all = append(all, known)
		}
		others++
	}
	return all
}

// madeUp is the i-th of many people.
func madeUp(t *testing.T, i int) virtualcard.Person {
	t.Helper()
	twelve := fmt.Sprintf("91%010d", i)
	p := virtualcard.Adult()
	var err error
	if p.PID, err = visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve))); err != nil {
		t.Fatal(err)
	}
	p.Name.Last = "สมมติ" // and a number in Thai digits, which is nowhere else
	for _, d := range fmt.Sprintf("%04d", i) {
		p.Name.Last += string('๐' + d - '0')
	}
	return p
}

// lives has the test zone know a person; at is where they have a code of today.
func (m *morning) lives(p virtualcard.Person, at string) {
	m.t.Helper()
	of := get[[]map[string]any](m.stage, m.zone+"/testzone/persons")
	i := slices.IndexFunc(of, func(o map[string]any) bool { return o["pid"] == virtualcard.Adult().PID.Digits() })
	of[i]["pid"], of[i]["lastName"], of[i]["doneToday"] = p.PID.Digits(), p.Name.Last, map[string]string{"hcode": at}
	body, err := json.Marshal(of[i])
	if err != nil {
		m.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(m.t.Context(), http.MethodPut, m.zone+"/testzone/persons/"+p.PID.Digits(), bytes.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		m.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		m.t.Fatalf("the test zone takes no person: status %d", resp.StatusCode)
	}
}

// before puts into the store what earlier days and hospital software have left there.
func (m *morning) before(known, left []virtualcard.Person) (items []visit.ID) {
	m.t.Helper()
	store, err := storage.Open(m.path("data/test"), storage.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	at := func(p virtualcard.Person, n int, at time.Time) visit.Visit {
		phone, err := visit.ParsePhone("0800001234")
		if err != nil {
			m.t.Fatal(err)
		}
		return visit.Visit{
			ID: visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012d", n)), HCode: unitCode, ServiceDate: visit.ServiceDateOf(at), PID: p.PID,
			Name: p.Name, Sex: p.Sex, ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: at, Phone: phone,
		}
	}
	now := time.Now()
	for i, p := range known {
		yesterday := now.AddDate(0, 0, -1)
		v := at(p, 1000+i, yesterday)
		code := visit.AuthenCode(fmt.Sprintf("PP13%08d", i))
		if err := errorsOf(store.Save(v, yesterday), store.Begin(v.ID, yesterday), store.Done(v.ID, code, yesterday)); err != nil {
			m.t.Fatal(err)
		}
	}
	for i, p := range left {
		v := at(p, 5000+i, now)
		if err := store.SaveForStaff(v, visit.Draft, now); err != nil {
			m.t.Fatal(err)
		}
		items = append(items, v.ID)
	}
	if err := store.Close(); err != nil {
		m.t.Fatal(err)
	}
	return items
}

// open starts the station and the program of the hospital, which stands in front.
func (m *morning) open() {
	m.t.Helper()
	startProcess(m.t, m.env, "openbox")
	m.begin()
	m.desk = m.xdotool("search", "--sync", "--onlyvisible", "--name", "^AuthenKiosk$")
	m.xdotool("windowactivate", "--sync", m.desk) // openbox has the windows now
	m.signIn()
	m.noticed(pcscdtest.First)
	startProcess(m.t, m.env, "display", "-title", "his", "-geometry", "400x300+0+0", "xc:white[400x300]")
	m.his = m.xdotool("search", "--sync", "--onlyvisible", "--name", "^his$")
	m.xdotool("windowactivate", "--sync", m.his)
	m.left = startProcess(m.t, m.env, "xdotool", "behave", m.his, "blur", "exec", "echo", "left")
	m.again(func() { // until it hears that
		m.xdotool("windowactivate", "--sync", m.desk, "windowactivate", "--sync", m.his)
	}, func() bool { return m.away() > 0 })
	<-time.After(turning)
	m.lost = m.away()
}

// away counts the words that the hospital's program has lost the focus. There may be two at
// a time: the window manager takes the keyboard for a moment itself.
func (m *morning) away() int { return strings.Count(m.left.out.String(), "left") }

// inFront holds that nothing but the operator has taken the focus from the hospital's
// program, which has it now.
func (m *morning) inFront() {
	m.t.Helper()
	if now := m.xdotool("getactivewindow"); now != m.his {
		m.t.Errorf("window %s is in front", now)
	}
	at := time.Now()
	focus := m.xdotool("getwindowfocus")
	m.bare = append(m.bare, time.Since(at))
	if focus != m.his {
		m.t.Errorf("window %s has the focus", focus)
	}
	if n := m.away(); n != m.lost {
		m.t.Errorf("the hospital's program has lost the focus while the operator was there")
	}
}

func (m *morning) toStation() {
	m.t.Helper()
	m.turns++
	m.xdotool("windowactivate", "--sync", m.desk)
	<-time.After(turning)
}

func (m *morning) back() {
	m.t.Helper()
	m.xdotool("windowactivate", "--sync", m.his)
	m.eventually("word that the focus was away", func() bool { return m.away() > m.lost })
	<-time.After(turning)
	m.lost = m.away()
	m.inFront()
}

// frame is what the display shows, every pixel.
func (m *morning) frame() []byte {
	m.t.Helper()
	now, err := os.ReadFile(m.path("frame/Xvfb_screen0"))
	if err != nil {
		m.t.Fatal(err)
	}
	return now
}

// press presses a key once and waits for what it changes on the screen.
func (m *morning) press(key string) {
	m.t.Helper()
	before := m.frame()
	c := exec.Command("xdotool", "key", key)
	c.Env = append(os.Environ(), m.env...)
	at := time.Now()
	m.pressed++
	if err := c.Start(); err != nil {
		m.t.Fatal(err)
	}
	for late := at.Add(patience); bytes.Equal(before, m.frame()); <-time.After(time.Millisecond) {
		if time.Now().After(late) {
			m.t.Fatalf("%s changes nothing", key)
		}
	}
	took := time.Since(at)
	if len(key) == 1 {
		key = "a digit"
	}
	m.keyed[key] = append(m.keyed[key], took)
	if err := c.Wait(); err != nil {
		m.t.Fatalf("press %s: %v", key, err)
	}
	<-time.After(byHand)
}

// has waits for something that can be worked.
func (m *morning) has(names ...string) {
	m.t.Helper()
	m.eventually(fmt.Sprintf("%q", names), func() bool { return m.there(names...)() })
}

func (m *morning) there(names ...string) func() bool {
	return func() bool {
		l := m.layout()
		return !slices.ContainsFunc(names, func(n string) bool { _, there := l.widget(n); return !there })
	}
}

// page is true once that page is shown.
func (m *morning) page(name string) func() bool {
	return func() bool { return m.layout().Screen == name }
}

// words is true once the words of that key are on the screen, behind a gap in them.
func (m *morning) words(key string) func() bool {
	want := said(m.t, key)
	if _, behind, gap := strings.Cut(want, "}}"); gap {
		want = behind
	}
	return func() bool { return strings.Contains(unbroken(strings.Join(m.layout().Texts, "")), want) }
}

// tab brings the keyboard to something, as far as it was the last time from there, and then
// step by step.
func (m *morning) tab(name string) {
	m.t.Helper()
	l := m.layout()
	way := l.Screen + " " + l.Focused + " " + name
	n := m.tabs[way]
	if n > 0 {
		m.xdotool(append([]string{"key", "--delay", "40"}, slices.Repeat([]string{"Tab"}, n)...)...)
		m.rests()
	}
	for at := m.layout().Focused; at != name; at = m.layout().Focused {
		m.keys("Tab")
		n++
		m.eventually("other place for the keyboard", func() bool { return m.layout().Focused != at })
	}
	m.tabs[way] = n
}

// rests waits until the keyboard's place moves no more: after several Tabs it may be where it
// has to go and not stay there.
func (m *morning) rests() {
	m.t.Helper()
	at, since := m.layout().Focused, time.Now()
	m.eventually("place for the keyboard that stays", func() bool {
		if now := m.layout().Focused; now != at {
			at, since = now, time.Now()
		}
		return time.Since(since) > turning
	})
}

// on works something by the keyboard until it has done its work.
func (m *morning) on(name string, done func() bool) {
	m.t.Helper()
	m.has(name)
	m.tab(name)
	m.until("Return", done)
}

// patient comes to the desk with a card.
func (m *morning) patient(i int, p virtualcard.Person, what coming) {
	m.t.Helper()
	m.inFront()
	at := time.Now()
	remove := m.insert(newCard(m.t, p))
	m.shows(p.Name.Full())
	switch what {
	case known:
		m.has("confirm")
	case fresh:
		m.eventually("question for the phone", m.words("station.new.phone"))
	case coded:
		m.has("copy-code")
		if m.layout().Screen != "new" || !m.words("station.new.here")() {
			m.t.Error("the code of today is not on the screen by itself")
		}
	}
	m.came = append(m.came, time.Since(at))
	if i%2 == 0 {
		m.types("660012345\n", byScanner) // into the hospital's program
	}
	m.inFront()
	m.picture("card-in")
	m.toStation()
	if what == known && i%3 == 0 { // a scan confirms nothing
		m.again(func() { m.types(p.PID.Digits()+"\n", byScanner) }, m.words("station.new.scanned"))
		<-time.After(turning)
		if !m.there("confirm")() {
			m.t.Error("after a scan there is nothing to confirm any more")
		}
	}
	before := m.pressed
	switch what {
	case fresh:
		for _, d := range fmt.Sprintf("080000%04d", 1000+i) {
			m.press(string(d))
		}
		fallthrough
	case known:
		from := time.Now()
		m.press("F9")
		m.has("copy-code")
		m.coded = append(m.coded, time.Since(from))
		m.made = append(m.made, p)
	}
	if n, want := m.pressed-before, map[coming]int{known: 1, fresh: 11, coded: 0}[what]; n != want {
		m.t.Errorf("%d keys were needed, not %d", n, want)
	}
	m.copied = m.codeOf(p).Code
	m.shows(visit.AuthenCode(m.copied).Grouped())
	<-time.After(turning)
	m.press("F7")
	m.eventually("word that the code is copied", m.words("station.said.code-copied"))
	m.picture("copied")
	m.back()
	remove()
	m.inFront()
}

// codeOf is the only code that NHSO has of a person.
func (m *morning) codeOf(p virtualcard.Person) zoneCode {
	m.t.Helper()
	of := slices.DeleteFunc(get[[]zoneCode](m.stage, m.zone+"/testzone/codes"), func(c zoneCode) bool { return c.PID != p.PID.Digits() })
	if len(of) != 1 {
		m.t.Fatalf("a patient has %d codes", len(of))
	}
	return of[0]
}

// right looks up the right of somebody without a visit: by a number that is typed or
// scanned, or by a card.
func (m *morning) right(i int, p virtualcard.Person) {
	m.t.Helper()
	remove := func() {}
	if i%3 == 2 {
		remove = m.insert(newCard(m.t, p))
		m.shows(p.Name.Full())
		m.inFront()
	}
	m.toStation()
	m.until("ctrl+1", m.page("counter"))
	found := func() bool { return strings.Contains(strings.Join(m.layout().Texts, "\n"), p.PID.Masked()) }
	m.tab("pid")
	switch i % 3 {
	case 0:
		m.types(p.PID.Digits(), byHand)
		m.until("Return", found)
	case 1:
		m.again(func() { m.types(p.PID.Digits()+"\n", byScanner) }, found)
	default:
		m.on("check-card", found)
	}
	m.picture("right")
	m.until("Escape", func() bool { return !found() }) // nobody behind the operator is to read it
	m.back()
	remove()
	m.inFront()
}

// finds scans the number of a slip until it can be worked.
func (m *morning) finds(id visit.ID, button string) {
	m.t.Helper()
	m.again(func() { m.types(strings.ToLower(id.Number())+"\n", byScanner) }, m.there(button))
}

// void marks the code of whoever was the last. What was copied can be pasted.
func (m *morning) void() {
	m.t.Helper()
	of := m.codeOf(m.made[len(m.made)-1])
	m.toStation()
	m.press("F2")
	m.until("F6", func() bool { return m.layout().Focused == "search" })
	m.keys("ctrl+v")
	m.eventually("code that was copied", func() bool { return slices.Contains(m.layout().Texts, m.copied) })
	m.finds(visit.ID(of.TransID), "void")
	m.on("void", m.there("reason-not-treated"))
	m.on("reason-not-treated", m.there("confirm-void"))
	m.picture("void")
	m.on("confirm-void", m.words("station.said.void"))
	m.until("Escape", func() bool { return !m.words("station.said.void")() })
	m.back()
}

// notDue closes an item for which no code is due.
func (m *morning) notDue(id visit.ID) {
	m.t.Helper()
	m.toStation()
	m.finds(id, "hold")
	m.on("hold", m.there("release"))
	m.on("close", m.there("reason-foreigner"))
	m.on("reason-foreigner", m.there("confirm-close"))
	m.picture("not-due")
	m.on("confirm-close", m.words("station.said.closed"))
	m.until("Escape", func() bool { return !m.words("station.said.closed")() })
	m.back()
}

// withHN opens an item for somebody who cannot say who they are.
func (m *morning) withHN(hn string) {
	m.t.Helper()
	m.toStation()
	m.until("ctrl+1", m.page("counter"))
	m.tab("hn")
	m.types(hn, byHand)
	m.on("open-unconscious", m.there("open-item"))
	m.on("open-item", m.words("station.said.opened"))
	m.picture("hn")
	m.back()
}

// ends holds what must be true when the morning is over.
func (m *morning) ends(everybody []virtualcard.Person, hn string) {
	m.t.Helper()
	m.toStation()
	m.press("F4")
	rows := func() (n int) {
		for _, text := range m.layout().Texts {
			n += strings.Count(text, "row-")
		}
		return n
	}
	m.eventually("list of work with the item of the HN alone", func() bool { return m.layout().Screen == "work" && rows() == share(withHN) })
	m.tab("rows")
	m.until("Home", m.there("close-details"))
	m.has("hold") // its next step
	m.picture("work")
	m.keys("F12")
	m.eventually("end of the session", m.page("sign-in"))
	if strings.Contains(strings.Join(m.layout().Texts, "\n"), "ทดสอบ ส") {
		m.t.Error("a patient is on the screen where nobody is signed in")
	}
	if got := m.localStatus().Outbox; got.Pending != 0 || got.Staff != share(withHN) {
		m.t.Errorf("the local status counts %+v", got)
	}
	m.kiosk.end(m.t)

	store := m.store()
	for _, p := range m.made {
		of := m.codeOf(p)
		if r, err := store.Visit(visit.ID(of.TransID)); err != nil || r.State != visit.StateDone || string(r.Code) != of.Code {
			m.t.Errorf("a visit is %s with %q, NHSO made %q: %v", r.State, r.Code, of.Code, err)
		}
	}
	if n := len(m.codes()); n != len(m.made) {
		m.t.Errorf("NHSO made %d codes for %d visits", n, len(m.made))
	}
	if work, err := store.Work(); err != nil || len(work) != share(withHN) {
		m.t.Errorf("%d items are open: %v", len(work), err)
	}
	secrets := []string{"สมมติ", "080000", operatorPIN, hn}
	for _, p := range everybody {
		secrets = append(secrets, p.PID.Digits())
	}
	m.nothingPersonal(secrets...)
}

// allFigures says how long everything took.
func (m *morning) allFigures() {
	m.t.Helper()
	m.t.Logf("Tabs from a page and a place on it to what is worked: %v", m.tabs)
	var keyed []time.Duration
	for _, key := range slices.Sorted(maps.Keys(m.keyed)) {
		m.figures(key+" to the first pixel that changes, with the start of xdotool", m.keyed[key])
		keyed = append(keyed, m.keyed[key]...)
	}
	m.figures("every key", keyed)
	m.figures("xdotool alone", m.bare)
	m.figures("a card to the page that says what is next, with up to 250 ms until that is told", m.came)
	m.figures("F9 to the code, with up to 250 ms until that is told", m.coded)
}

// figures says how long something took.
func (m *morning) figures(what string, all []time.Duration) {
	m.t.Helper()
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	at := func(percent int) time.Duration { return all[(len(all)-1)*percent/100].Round(time.Millisecond) }
	m.t.Logf("%s: p50 %s, p95 %s, longest %s, of %d", what, at(50), at(95), at(100), len(all))
}

// TestE2EAtTheDeskAMorningGoesByBesideTheProgramInFront has patients come to a desk whose
// hospital's program stands in front, in the shares of a real morning.
func TestE2EAtTheDeskAMorningGoesByBesideTheProgramInFront(t *testing.T) {
	t.Parallel()
	if *patients < 2 {
		t.Fatal("one patient is no morning")
	}
	s, elder, left := station(t, func(string) string { return "remember_phone_days = 30\n[station]\non_card = \"page\"\n" })
	m := &morning{stage: s, tabs: map[string]int{}, keyed: map[string][]time.Duration{}}
	var everybody, seen, strangers []virtualcard.Person
	what := comings()
	for i, w := range what {
		p := madeUp(t, i)
		everybody = append(everybody, p)
		at := ""
		switch w {
		case coded:
			at = unitCode
		case known:
			seen = append(seen, p)
		}
		m.lives(p, at)
	}
	for i := range share(notDue) - 1 {
		strangers = append(strangers, madeUp(t, 8000+i))
	}
	items := append([]visit.ID{left}, m.before(seen, strangers)...)
	const hn = "660098765"
	m.open()
	defer m.allFigures() // of a morning that has come to a stop as well

	asked := 0
	for i, w := range what {
		m.patient(i, everybody[i], w)
		if i%20 == 19 {
			t.Logf("%d patients", i+1)
		}
		if due(i, share(rights)) {
			p := madeUp(t, 9000+i)
			m.lives(p, "")
			everybody = append(everybody, p)
			m.right(asked, p)
			asked++
		}
		if due(i, share(voids)) {
			m.void()
		}
		if due(i, share(notDue)) {
			m.notDue(items[0])
			items = items[1:]
		}
		if due(i, share(withHN)) {
			m.withHN(hn)
		}
	}
	m.ends(append(append(everybody, strangers...), elder), hn)
	t.Logf("%d patients: %d codes made, %d shown, %d rights looked up, %d codes void, %d items not due, %d with an HN alone; the operator turned to the station %d times",
		len(what), len(m.made), len(what)-len(m.made), asked, share(voids), share(notDue), share(withHN), m.turns)
}
