package station

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// view is what the page shows of one state of the flow.
type view struct {
	title   string // what is to be done now
	look    widget.Importance
	lines   []string // and what there is to know
	facts   []fact
	big     string  // the code, the age
	under   string  // words under it
	number  *number // is being typed; nil: none
	choices []option
	qr      string // what a QR code for the patient's phone says; empty: there is none
	waits   bool   // for the patient: since when, and how long, stands there
	picture bool   // of the camera
	acts    []act
}

// fact is a line of what is known of the patient.
type fact struct{ key, value string }

// number is one that is being typed.
type number struct {
	digits string
	says   string // what is missing
	wrong  bool
	group  func(digits string) string
	more   func(digits string) bool // whether another digit is taken behind those
}

// shown is how those digits look.
func (n *number) shown(digits string) string {
	if digits == "" {
		return "–"
	}
	return n.group(digits)
}

// option is one of several, by its number or a touch.
type option struct {
	name, words string
	chosen      bool
	do          func()
}

// act is something that a key or a button does now.
type act struct {
	key      fyne.KeyName
	name     string // of the button, and of its words
	do       func()
	off      bool
	confirms bool // the visit
}

// view says what the page shows in the state of the flow.
func (p *newVisit) view() view {
	//exhaustive:enforce
	switch p.m.State {
	case flow.Welcome, flow.NoCard, flow.TakeCard: // the last two are a kiosk's
		return p.nobody()
	case flow.Reading:
		return p.reading()
	case flow.CardFault:
		return p.fault()
	case flow.Confirm:
		return p.confirm()
	case flow.PhoneEntry:
		return p.phone()
	case flow.ClaimTypeChoice:
		return p.claims()
	case flow.AlreadyHere:
		return p.here()
	case flow.AlreadyElsewhere:
		return p.elsewhere()
	case flow.NoRight, flow.Desk:
		return p.stopped()
	case flow.Sending:
		return p.sending()
	case flow.Result:
		return p.result()
	case flow.Queued:
		return p.queued()
	case flow.PIDEntry:
		return p.pid()
	case flow.PhotoAim:
		return p.aim()
	case flow.PhotoReview:
		return p.review()
	case flow.CertifierCard:
		return p.certifier()
	case flow.RelationChoice:
		return p.relation()
	case flow.Line:
		return p.line()
	}
	return view{}
}

func (p *newVisit) say(key string, pairs ...any) string {
	return p.s.say.Say("station.new."+key, pairs...)
}

// withoutCard are the ways of a patient who has no card here.
func (p *newVisit) withoutCard() (all []act) {
	for _, w := range []struct {
		method visit.Method
		key    fyne.KeyName
	}{{visit.MethodPhoto, fyne.KeyF7}, {visit.MethodCertifier, fyne.KeyF8}, {visit.MethodLine, fyne.KeyF6}} {
		if p.m.Unit.Allows(w.method) {
			all = append(all, act{key: w.key, name: "way-" + string(w.method), do: p.send(flow.TapMethod{Method: w.method}), off: !p.m.Offers(w.method)})
		}
	}
	return all
}

// vouches offers to have the card that is in vouch for somebody else.
func (p *newVisit) vouches(acts ...act) []act {
	if !p.m.MayVouch() {
		return acts
	}
	name := "guardian"
	if p.m.Session.Method == visit.MethodCertifier {
		name = "next-child"
	}
	return append(acts, act{key: fyne.KeyF8, name: name, do: p.send(flow.TapVouches{})})
}

func (p *newVisit) nobody() view {
	v := view{title: p.say("welcome"), acts: p.withoutCard()}
	if w := p.m.Devices.ClosedBecause(); w != visit.NoProblem {
		v.title, v.lines, v.look = p.problem(w), []string{p.todo(w)}, widget.DangerImportance
		return v
	}
	if p.m.CardIn {
		v.lines = append(v.lines, p.say("card-in"))
	}
	if p.m.Devices.Reader == visit.DeviceDown || p.m.Devices.Reader == visit.DeviceAbsent {
		v.lines, v.look = append(v.lines, p.problem(visit.ReaderMissing)+" · "+p.todo(visit.ReaderMissing)), widget.DangerImportance
	}
	if p.m.Devices.NHSO == visit.DeviceDown {
		v.lines = append(v.lines, p.say("nhso-down"))
	}
	return v
}

func (p *newVisit) reading() view {
	v := view{title: p.say("reading"), facts: p.facts(), acts: p.vouches()}
	if x := p.m.Session; !x.Person.PID.IsZero() {
		v.title = p.say("asking")
	}
	return v
}

func (p *newVisit) fault() view {
	w := p.m.Session.Problem
	v := view{title: p.problem(w), lines: []string{p.todo(w)}, look: widget.DangerImportance}
	if p.m.Session.Kept != (flow.Kept{}) {
		v.lines = append(v.lines, p.say("kept"))
	}
	v.acts = append(p.withoutLine(), act{key: fyne.KeyF5, name: "retry", do: p.send(flow.TapRetry{}), off: !p.m.CardIn})
	return v
}

// withoutLine is withoutCard for whoever has a card that fails.
func (p *newVisit) withoutLine() (all []act) {
	for _, a := range p.withoutCard() {
		if a.name != "way-"+string(visit.MethodLine) {
			all = append(all, a)
		}
	}
	return all
}

func (p *newVisit) confirm() view {
	x := p.m.Session
	v := view{title: p.say("confirm"), facts: p.facts(), choices: p.offered()}
	if x.Offline() {
		v.lines = append(v.lines, p.say("offline"))
	}
	p.age(&v)
	v.acts = p.vouches(
		act{key: fyne.KeyF9, name: "confirm", do: p.send(flow.TapConfirm{}), confirms: true},
		act{key: fyne.KeyF6, name: "change-phone", do: p.send(flow.TapChangePhone{})})
	return v
}

// offered are the claim types among which there is a choice; another one is a key away.
func (p *newVisit) offered() (all []option) {
	x := p.m.Session
	if len(x.Offered) < 2 && x.ClaimType.Code != "" {
		return nil
	}
	for _, c := range x.Offered {
		do := p.send(flow.TapClaimType{Code: c.Code})
		if p.m.State == flow.Confirm {
			do = p.send(flow.TapChangeClaimType{}, flow.TapClaimType{Code: c.Code})
		}
		all = append(all, option{"claim-" + c.Code, p.s.claim(c), c.Code == x.ClaimType.Code, do})
	}
	return all
}

func (p *newVisit) phone() view {
	x := p.m.Session
	w := x.PhoneProblem()
	v := view{title: p.say("phone"), facts: p.facts(), number: &number{
		x.PhoneInput, p.phoneSays(x.PhoneInput), w != visit.PhoneEmpty && w != visit.PhoneTooShort, visit.GroupPhone, func(digits string) bool {
			w := visit.CheckPhone(digits)
			return w == visit.PhoneEmpty || w == visit.PhoneTooShort
		},
	}}
	p.age(&v)
	owner := visit.PhoneOfRelative
	if x.PhoneOwner == visit.PhoneOfRelative {
		owner = visit.PhoneOfPatient
	}
	v.acts = p.vouches(act{key: fyne.KeyF6, name: "owner-" + string(owner), do: p.send(flow.TapPhoneOwner{Owner: owner})})
	return v
}

// phoneSays says why the digits are no number yet.
func (p *newVisit) phoneSays(digits string) string {
	if visit.CheckPhone(digits) == visit.PhoneTooShort {
		want := visit.PhoneLengthFor(digits)
		if want == 0 { // two digits decide; most numbers are mobile ones
			want = visit.MobileLength
		}
		return p.s.say.Count("phone.too-short", want-len(digits))
	}
	return p.s.say.Say("phone." + phoneReasons[visit.CheckPhone(digits)])
}

var phoneReasons = map[visit.PhoneProblem]string{
	visit.PhoneEmpty: "empty", visit.PhoneNotDigits: "not-digits", visit.PhoneNoZero: "no-zero", visit.PhoneBadPrefix: "bad-prefix",
	visit.PhoneTooLong: "too-long", visit.PhoneAllSameTail: "all-same",
}

// pidSays says why the digits are no PID yet.
func (p *newVisit) pidSays(digits string) string {
	switch p.m.PIDProblem() {
	case visit.PIDBeginning:
		return p.s.say.Say("pid.beginning")
	case visit.PIDCheckWrong:
		return p.s.say.Say("pid.check-wrong")
	}
	return p.s.say.Count("phone.too-short", visit.PIDLength-len(digits))
}

func (p *newVisit) claims() view {
	return view{title: p.say("claims"), facts: p.facts(), choices: p.offered()}
}

func (p *newVisit) here() view {
	x := p.m.Session
	v := view{title: p.say("here"), look: widget.SuccessImportance, facts: p.facts()}
	a, _ := x.Latest(p.m.Unit.HCode, true)
	v.big, v.under = a.Code.Grouped(), p.issued(a.ClaimType, a.At)
	v.lines = p.slip(p.say("here.text"))
	v.acts = p.coded(a.Code)
	if x.OtherServices(p.m.Unit.HCode) > 0 {
		v.acts = append(v.acts, act{key: fyne.KeyF5, name: "other-service", do: p.send(flow.TapOtherService{}), off: !p.m.Present()})
	}
	return v
}

func (p *newVisit) elsewhere() view {
	a, _ := p.m.Session.Latest(p.m.Unit.HCode, false)
	v := view{title: p.say("elsewhere", "Hospital", draw.Breakable(a.Hospital.Name)), look: widget.WarningImportance, facts: p.facts(), acts: p.vouches()}
	v.lines = []string{p.say("elsewhere.no")}
	if p.m.Unit.SecondCode {
		v.lines = []string{p.say("elsewhere.text")}
		v.acts = append(v.acts, act{key: fyne.KeyF5, name: "code-of-here", do: p.send(flow.TapOtherService{}), off: !p.m.Present()})
	}
	return v
}

func (p *newVisit) stopped() view {
	x := p.m.Session
	v := view{title: p.problem(x.Problem), lines: []string{p.todo(x.Problem)}, look: widget.DangerImportance, facts: p.facts(), acts: p.vouches()}
	if why := p.m.NotSaved; why != "" {
		next := "not-made.text"
		switch why { // to begin again leads nowhere
		case string(desk.Held): // by whoever took it
			next = "not-made.held"
		case "waits-elsewhere":
			next = "not-made.waits"
		}
		v.title, v.lines = p.say("not-made"), []string{p.s.say.Say("station.error." + why), p.say(next)}
	}
	if x.Message != "" {
		v.lines = append(v.lines, p.s.say.Say("desk.nhso-says", "Message", draw.Breakable(x.Message)))
	}
	if x.Phase != flow.NotSending && x.Problem != visit.NotSaved && x.Visit.ID != "" {
		v.lines = append(v.lines, p.say("at-work", "Number", x.Visit.ID.Number()))
	}
	return v
}

func (p *newVisit) sending() view {
	v := view{title: p.say("sending"), facts: p.facts()}
	if p.m.Session.Slow {
		v.lines = []string{p.say("slow")}
	}
	return v
}

func (p *newVisit) result() view {
	x := p.m.Session
	v := view{title: p.say("result"), look: widget.SuccessImportance, facts: p.facts(), lines: p.slip("")}
	v.big, v.under = x.Code.Grouped(), p.issued(x.ClaimType, x.IssuedAt)
	v.acts = p.coded(x.Code)
	return v
}

// issued says for what a code is, and since when unless NHSO gave the day alone.
func (p *newVisit) issued(c visit.ClaimType, at time.Time) string {
	if at.IsZero() {
		return p.s.claim(c)
	}
	return p.s.claim(c) + " · " + p.s.clock(at)
}

// coded is what is done with a code.
func (p *newVisit) coded(code visit.AuthenCode) []act {
	return p.vouches(
		act{key: fyne.KeyF7, name: "copy-code", do: p.copyCode(code)},
		act{key: fyne.KeyF6, name: "reprint", do: p.send(flow.TapReprint{}), off: !p.m.Session.MayReprint() || p.m.Devices.Printer == visit.DeviceAbsent},
	)
}

func (p *newVisit) queued() view {
	x := p.m.Session
	v := view{title: p.say("queued"), look: widget.WarningImportance, facts: p.facts(), big: x.Insertion.VisitID.Number(), under: p.say("queued.number")}
	v.lines = p.slip(p.say("queued.text"))
	if x.Problem != visit.NoProblem {
		v.lines = p.slip(p.todo(x.Problem))
	}
	v.acts = p.vouches()
	return v
}

// slip adds what became of the slip.
func (p *newVisit) slip(first string) (lines []string) {
	if first != "" {
		lines = []string{first}
	}
	state := map[flow.PrintState]string{
		flow.Printing: "printing", flow.Printed: "printed", flow.PrintFailed: "failed", flow.PrintUnclear: "unclear", flow.NotPrinted: "none",
	}[p.m.Session.Print]
	return append(lines, p.say("slip."+state))
}

func (p *newVisit) pid() view {
	digits := p.m.Session.PIDInput
	v := view{title: p.say("pid"), lines: []string{p.say("pid.or-card")}, number: &number{
		digits, p.pidSays(digits), p.m.PIDProblem() != visit.PIDTooShort, visit.GroupPID,
		func(digits string) bool { return visit.CheckPID(digits, p.m.Unit.FirstDigits) == visit.PIDTooShort },
	}}
	if c := p.m.Session.Certifier.Person; !c.Name.IsZero() {
		v.facts = []fact{{"certifier", c.Name.Full()}}
		v.lines = append(v.lines, p.say("guardian-in"))
	}
	return v
}

func (p *newVisit) aim() view {
	ph := p.m.Session.Photo
	v := view{title: p.say("aim"), facts: p.facts(), picture: true}
	key := "photo.hint." + ph.Hint.String()
	switch {
	case ph.Camera == visit.DeviceDown || ph.Camera == visit.DeviceAbsent:
		v.title, v.lines, v.look, v.picture = p.problem(visit.CameraUnavailable), []string{p.todo(visit.CameraUnavailable)}, widget.DangerImportance, false
		v.acts = p.withoutLine()
		return v
	case ph.Camera != visit.DeviceReady:
		key = "photo.starting"
	case ph.Taking, ph.Countdown > 0:
		key = "photo.taking"
	case ph.Failed:
		key = "photo.failed"
	}
	v.lines = []string{p.s.say.Say(key)}
	v.acts = []act{{key: fyne.KeyF6, name: "shutter", do: p.send(flow.TapShutter{}), off: ph.Camera != visit.DeviceReady || ph.Taking}}
	return v
}

func (p *newVisit) review() view {
	v := view{title: p.say("review"), facts: p.facts(), picture: true}
	if !p.m.Session.Photo.GatePassed {
		v.lines, v.look = []string{p.say("review.poor")}, widget.WarningImportance
	}
	v.acts = []act{
		{key: fyne.KeyF6, name: "use-photo", do: p.send(flow.TapUsePhoto{})},
		{key: fyne.KeyF7, name: "retake", do: p.send(flow.TapRetake{})},
	}
	return v
}

func (p *newVisit) certifier() view {
	x := p.m.Session
	v := view{title: p.say("certifier"), facts: p.facts(), lines: []string{p.say("certifier.who")}}
	p.age(&v)
	switch {
	case x.Problem != visit.NoProblem:
		v.title, v.lines, v.look = p.problem(x.Problem), []string{p.todo(x.Problem)}, widget.DangerImportance
		v.acts = []act{{key: fyne.KeyF5, name: "retry", do: p.send(flow.TapRetry{}), off: x.Certifier.Insertion.IsZero()}}
	case !x.Certifier.Insertion.IsZero():
		v.title, v.lines = p.say("certifier.reading"), nil
	}
	return v
}

func (p *newVisit) relation() view {
	v := view{title: p.say("relation"), facts: p.facts()}
	p.age(&v)
	for _, r := range p.m.Relations() {
		v.choices = append(v.choices, option{"relation-" + string(r), p.s.say.Say("relation." + string(r)), false, p.send(flow.TapRelation{Relation: r})})
	}
	return v
}

func (p *newVisit) line() view {
	v := view{
		title: p.say("line"), facts: p.facts(), lines: []string{p.say("line.text"), p.say("line.here")}, qr: p.m.Unit.LineQR, waits: true,
		acts: p.withoutLine(), // for the patient whose phone does not do it
	}
	if p.m.Session.DoneState == flow.Unanswered {
		v.lines[1] = p.s.say.Say("line.unanswered")
	}
	return v
}

// waited says since when the page waits for the patient, and how long that is. Nobody is
// hurried: there is no end of it.
func (p *newVisit) waited() string {
	long := max(int(p.s.o.Now().Sub(p.since)/time.Second), 0)
	return p.say("waited", "Time", p.s.clock(p.since), "For", strconv.Itoa(long/60)+":"+twoDigits(long%60))
}

// age shows how old the patient is for whom somebody vouches, so that whoever sits here can
// compare: a number was typed, and a child stands there.
func (p *newVisit) age(v *view) {
	x := p.m.Session
	if x.Method == visit.MethodCertifier && !x.Person.Birth.IsZero() && v.big == "" {
		v.big, v.under = p.years(x.Person), p.say("age.compare")
	}
}

func (p *newVisit) years(of flow.Person) string {
	return p.s.say.Count("station.new.years", of.Birth.YearsBy(p.m.Today))
}

// facts are what is known of the patient. Of a number that was only typed nothing of NHSO's
// is shown.
func (p *newVisit) facts() (all []fact) {
	x := p.m.Session
	add := func(key, value string) {
		if value != "" {
			all = append(all, fact{key, value})
		}
	}
	if !x.Typed() {
		add("name", x.Person.Name.Full())
	}
	add("pid", x.Person.PID.Masked())
	if !x.Typed() && !x.Person.Birth.IsZero() {
		add("age", p.years(x.Person))
	}
	if !x.Typed() {
		add("right", p.right(x))
		add("hospital", draw.Breakable(x.Right.Responsible().Name))
	}
	if c := x.Certifier; c.CardRead {
		vouches := c.Person.Name.Full()
		if c.Relation != "" {
			vouches += " · " + p.s.say.Say("relation."+string(c.Relation))
		}
		add("certifier", vouches)
	}
	if !x.Phone.IsZero() {
		add("phone", p.shownPhone(x)+" · "+p.say("owner."+ownerOf(x)))
	}
	add("claim", p.s.claim(x.ClaimType))
	return all
}

// shownPhone is the number in full only when it was typed now.
func (p *newVisit) shownPhone(x flow.Session) string {
	if x.PhoneTyped {
		return visit.GroupPhone(x.Phone.Digits())
	}
	return x.Phone.Masked()
}

// ownerOf says whose number it is.
func ownerOf(x flow.Session) string {
	switch {
	case x.PhoneOwner != visit.PhoneOfRelative:
		return "patient"
	case x.Method == visit.MethodCertifier:
		return "certifier"
	}
	return "relative"
}

func (p *newVisit) right(x flow.Session) string {
	if x.Offline() {
		return p.s.say.Say("confirm.right-unknown")
	}
	return p.s.right(x.Right)
}

// problem names what is wrong; todo says what the staff do about it.
func (p *newVisit) problem(w visit.Problem) string { return p.s.say.Say(problemKey(p.s.say, w)) }

// problemKey is the key of the words for a problem: those for the staff, or those for patients
// where they say the same.
func problemKey(say draw.Speaker, w visit.Problem) string {
	if key := "station.problem." + w.String(); say.Knows(key) {
		return key
	}
	return "problem." + w.String() + ".title"
}

func (p *newVisit) todo(w visit.Problem) string {
	key := "station.todo." + w.String()
	if !p.s.say.Knows(key) {
		key = "station.todo.other"
	}
	return p.s.say.Say(key) + " · " + w.HelpCode()
}
