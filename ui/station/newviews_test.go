package station

import (
	"flag"
	"fmt"
	"image"
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

var picturesOnly = flag.String("pictures.only", "", "how the names of the samples begin that are drawn")

// sample is a state of the flow as the page meets it.
type sample struct {
	name string
	m    flow.Station
}

// samples are one of each state and more, with as much as there can be in each.
func samples(t *testing.T) (all []sample) {
	card := flow.Session{
		Insertion: flow.Insertion{Number: 1, VisitID: "01900000-0000-7000-8000-000000000001"}, Method: visit.MethodCard, CardRead: true,
		Person: flow.Person{PID: pidOf(t, somePID), Name: visit.NewName("นางสาว", "ทดสอบเรียบร้อย", "", "เสมอใจกตัญญูรู้คุณ"), Birth: visit.PartialDate{Year: 1981, Month: 1, Day: 1}},
		Right:  someRight, RightState: flow.Answered, DoneState: flow.Answered, Offered: []visit.ClaimType{general, dialysis}, ClaimType: general,
		Phone: phoneOf(t, somePhone), PhoneOwner: visit.PhoneOfPatient,
	}
	child := card
	child.Method, child.PhoneOwner, child.Person.Birth = visit.MethodCertifier, visit.PhoneOfRelative, visit.PartialDate{Year: 2020, Month: 1, Day: 1}
	child.Certifier = flow.Certifier{
		Insertion: flow.Insertion{Number: 2}, CardRead: true, Relation: visit.RelationParent,
		Person: flow.Person{PID: pidOf(t, otherPID), Name: visit.NewName("นาง", "ผู้รับรอง", "", "ตัวอย่างเรียบร้อย")},
	}
	photo := card
	photo.Method = visit.MethodPhoto
	add := func(name string, s flow.State, x flow.Session, more ...func(*flow.Station)) {
		m := atDesk()
		m.By, m.Open, m.State, m.Session, m.CardIn = "desk-1/anna", true, s, x, x.Method == visit.MethodCard
		m.Devices = visit.Devices{Reader: visit.DeviceReady, NHSO: visit.DeviceReady, Printer: visit.DeviceReady, Camera: visit.DeviceReady}
		for _, f := range more {
			f(&m)
		}
		all = append(all, sample{name, m})
	}
	x := func(of flow.Session, f func(*flow.Session)) flow.Session { f(&of); return of }
	code := visit.Authentication{Code: "PP1200000001", ClaimType: general, Hospital: visit.Hospital{HCode: "99999", Name: "โรงพยาบาลทดสอบ"}, At: noonDay.Midnight().Add(10 * 3600e9)}
	other := code
	other.Hospital = someRight.HospMain
	item := func(m *flow.Station) {
		m.Item, m.ItemOf = "01900000-0000-7000-8000-0000000000f1", pidOf(t, otherPID).Masked()
	}
	waits := func(m *flow.Station) { m.Waiting = flow.Insertion{Number: 9} }

	add("welcome", flow.Welcome, flow.Session{}, item)
	add("welcome-left", flow.Welcome, flow.Session{}, func(m *flow.Station) {
		m.CardIn = true
		m.Devices.NHSO, m.Devices.Camera = visit.DeviceDown, visit.DeviceDown
	})
	add("welcome-no-reader", flow.Welcome, flow.Session{}, func(m *flow.Station) { m.Devices.Reader = visit.DeviceDown })
	add("welcome-closed", flow.Welcome, flow.Session{}, func(m *flow.Station) { m.Devices.Storage = visit.DeviceDown })
	add("reading", flow.Reading, flow.Session{Method: visit.MethodCard, Insertion: card.Insertion})
	add("reading-name", flow.Reading, x(card, func(x *flow.Session) { x.Right, x.ClaimType, x.Phone = visit.Right{}, visit.ClaimType{}, visit.Phone{} }))
	for _, p := range []visit.Problem{visit.CardMute, visit.CardNotThai, visit.CardUnreadable, visit.CardRemovedEarly, visit.CardBusy, visit.CardExpired} {
		add("card-fault-"+p.String(), flow.CardFault, flow.Session{Method: visit.MethodCard, Insertion: card.Insertion, Problem: p, Kept: flow.Kept{Input: "080"}})
	}
	add("confirm", flow.Confirm, card, item, waits)
	add("confirm-typed", flow.Confirm, x(card, func(x *flow.Session) { x.PhoneTyped, x.RightState = true, flow.Unanswered }))
	add("confirm-child", flow.Confirm, child)
	add("phone", flow.PhoneEntry, x(card, func(x *flow.Session) { x.PhoneInput = "0800" }))
	add("phone-wrong", flow.PhoneEntry, x(child, func(x *flow.Session) { x.PhoneInput = "01" }))
	add("phone-empty", flow.PhoneEntry, x(card, func(x *flow.Session) { x.Phone = visit.Phone{} }))
	add("claim-types", flow.ClaimTypeChoice, x(card, func(x *flow.Session) { x.ClaimType = visit.ClaimType{} }))
	add("already-here", flow.AlreadyHere, x(card, func(x *flow.Session) { x.Done, x.Print = []visit.Authentication{code}, flow.Printed }))
	add("already-elsewhere", flow.AlreadyElsewhere, x(card, func(x *flow.Session) { x.Done = []visit.Authentication{other} }))
	add("already-elsewhere-no", flow.AlreadyElsewhere, x(card, func(x *flow.Session) { x.Done = []visit.Authentication{other} }), func(m *flow.Station) { m.Unit.SecondCode = false })
	add("no-right", flow.NoRight, x(card, func(x *flow.Session) { x.Problem = visit.NoRight }))
	add("sending", flow.Sending, x(card, func(x *flow.Session) { x.Slow = true }), waits)
	done := x(card, func(x *flow.Session) {
		x.Code, x.IssuedAt, x.Print, x.Phase = code.Code, code.At, flow.PrintUnclear, flow.Submitting
	})
	add("result", flow.Result, done, waits)
	add("result-child", flow.Result, x(child, func(x *flow.Session) { x.Code, x.IssuedAt, x.Print = code.Code, code.At, flow.PrintFailed }))
	add("queued", flow.Queued, x(card, func(x *flow.Session) { x.Print = flow.Printing }))
	add("queued-token", flow.Queued, x(card, func(x *flow.Session) { x.Problem = visit.NHSORefusedToken }))
	for _, p := range []visit.Problem{
		visit.NHSORefusedVisit, visit.NHSORefusedToken, visit.NotSaved, visit.ServiceDatePassed, visit.ClockWrong, visit.CodeExists, visit.UpstreamCannot,
		visit.StaffChecks, visit.ServiceAtDesk, visit.PersonDeceased, visit.NHSOTooMany,
	} {
		add("desk-"+p.String(), flow.Desk, x(card, func(x *flow.Session) {
			x.Problem, x.Message, x.Phase, x.Visit.ID = p, "ไม่พบข้อมูลผู้มีสิทธิในระบบทะเบียน", flow.Submitting, x.Insertion.VisitID
		}))
	}
	add("pid", flow.PIDEntry, flow.Session{Method: visit.MethodPhoto, PIDInput: "900000"})
	add("pid-child", flow.PIDEntry, flow.Session{Method: visit.MethodCertifier, PIDInput: "9000000000001", Certifier: child.Certifier})
	add("photo", flow.PhotoAim, x(photo, func(x *flow.Session) { x.Photo = flow.Photo{Camera: visit.DeviceReady, Hint: flow.PhotoNoCard} }))
	add("photo-starting", flow.PhotoAim, photo)
	add("photo-gone", flow.PhotoAim, x(photo, func(x *flow.Session) { x.Photo.Camera = visit.DeviceDown }))
	add("photo-review", flow.PhotoReview, photo)
	add("certifier", flow.CertifierCard, x(child, func(x *flow.Session) { x.Certifier = flow.Certifier{} }))
	add("certifier-fault", flow.CertifierCard, x(child, func(x *flow.Session) { x.Certifier.CardRead = false; x.Problem = visit.CertifierTooYoung }))
	add("relation", flow.RelationChoice, x(child, func(x *flow.Session) { x.Certifier.Relation = "" }))
	phone := flow.Session{Insertion: card.Insertion, Method: visit.MethodLine, Person: flow.Person{PID: card.Person.PID}}
	scanned := func(m *flow.Station) { m.Unit.LineQR = "https://lin.example/nhso/99999?unit=99999&service=authen" }
	add("line", flow.Line, phone, scanned)
	add("line-unanswered", flow.Line, x(phone, func(x *flow.Session) { x.DoneState = flow.Unanswered }), scanned, waits)
	add("line-item", flow.Line, phone, scanned, item)
	return all
}

// display shows samples on a page of a display.
func display(t *testing.T, w, h float32) *world {
	world := newVisitPage(t)
	world.o.OnCard = visit.OnCardOff
	world.image = image.NewRGBA(image.Rect(0, 0, 640, 480))
	world.window.Resize(fyne.NewSize(w, h))
	return world
}

var key = regexp.MustCompile(`(station|problem|photo|phone|pid|owner|relation|line|right|confirm)\.[a-z]`)

func TestEveryStateHasItsViewInWordsAndFitsTheSmallestDisplay(t *testing.T) {
	w := display(t, 1366, 768)
	seen := map[flow.State]bool{flow.NoCard: true, flow.TakeCard: true} // a kiosk's
	for range 2 {
		for _, s := range samples(t) {
			seen[s.m.State] = true
			w.Visit(s.m)
			w.Frame()
			if raw := key.FindString(w.texts()); raw != "" {
				t.Errorf("%s in %s: words are missing: %q", s.name, w.say.Lang, raw)
			}
			if w.fresh.now.title == "" {
				t.Errorf("%s says nothing", s.name)
			}
			if size := w.Content().MinSize(); size.Width > 1366 || size.Height > 768 {
				t.Errorf("%s in %s needs %v", s.name, w.say.Lang, size)
			}
			if ways := w.fresh.ending() != "" || len(w.fresh.now.acts) > 0; !ways && s.m.State != flow.Sending && s.m.State != flow.Welcome {
				t.Errorf("%s has no way out", s.name)
			}
			keys := map[fyne.KeyName]string{fyne.KeyF2: "page", fyne.KeyF3: "page", fyne.KeyF4: "page", fyne.KeyF10: "frame", fyne.KeyF11: "frame", fyne.KeyF12: "frame", fyne.KeyEscape: "end"}
			for _, a := range w.fresh.now.acts {
				if other, taken := keys[a.key]; taken {
					t.Errorf("%s: %s has the key of %s", s.name, a.name, other)
				}
				keys[a.key] = a.name
				if a.confirms != (a.key == fyne.KeyF9) {
					t.Errorf("%s: %s with %s", s.name, a.name, a.key)
				}
			}
		}
		w.key(fyne.KeyF10)
	}
	for _, s := range flow.States() {
		if !seen[s] {
			t.Errorf("no sample of state %v", s)
		}
	}
}

func TestEveryProblemSaysWhatTheStaffDo(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	for _, lang := range []string{"th", "en"} {
		w.say.Lang = lang
		for _, p := range visit.Problems() {
			if words := w.fresh.problem(p) + w.fresh.todo(p); key.MatchString(words) {
				t.Errorf("%v in %s: %q", p, lang, words)
			}
		}
	}
}

func TestATypedNumberShowsNothingOfItsOwnerButTheAgeToWhoeverVouches(t *testing.T) {
	w := display(t, 1366, 768)
	for _, s := range samples(t) {
		if !s.m.Session.Typed() {
			continue
		}
		w.Visit(s.m)
		texts := w.texts()
		for _, hidden := range []string{"เสมอใจ", someRight.HospMain.Name, "บัตรทอง"} {
			if strings.Contains(texts, hidden) {
				t.Errorf("%s shows %q", s.name, hidden)
			}
		}
	}
}

// TestPicturesOfANewVisit writes the page for people to look at; it checks nothing.
func TestPicturesOfANewVisit(t *testing.T) {
	if *picturesDir == "" {
		t.Skip("no directory given with -pictures")
	}
	for _, size := range []fyne.Size{fyne.NewSize(1366, 768), fyne.NewSize(1920, 1080)} {
		w := display(t, size.Width, size.Height)
		for _, look := range []string{"th-light", "en-light", "th-dark", "en-dark"} {
			if look == "th-dark" {
				w.key(fyne.KeyF11)
			}
			for _, s := range samples(t) {
				if !strings.HasPrefix(s.name, *picturesOnly) {
					continue
				}
				w.Visit(s.m)
				w.Frame()
				w.writePicture(fmt.Sprintf("%s-%s-%d.png", s.name, look, int(size.Width)))
			}
			w.key(fyne.KeyF10)
		}
	}
}
