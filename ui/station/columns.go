package station

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/visit"
)

func monthKey(d visit.Date) string { return "month." + strconv.Itoa(int(d.Month)) }

// plain is a cell of usual words.
func plain(of func(desk.Item) string) func(desk.Item) (string, widget.Importance) {
	return func(i desk.Item) (string, widget.Importance) { return of(i), widget.MediumImportance }
}

// columnsOfDay are those of the visits of a day.
func (s *Station) columnsOfDay() []column {
	return []column{
		{"time", 80, false, 0, plain(func(i desk.Item) string { return s.clock(i.Saved) })},
		{"name", 170, true, 1, plain(func(i desk.Item) string { return i.Name })},
		{"pid", 200, false, 4, plain(func(i desk.Item) string { return i.PID })},
		{"method", 150, false, 6, plain(func(i desk.Item) string { return s.say.Say("station.method." + string(i.Method)) })},
		{"claim", 170, true, 5, plain(claim)},
		{"code", 160, false, 2, plain(func(i desk.Item) string { return string(i.Code) })},
		{"state", 170, false, 3, s.state},
	}
}

// columnsOfWork are those of what waits for a person.
func (s *Station) columnsOfWork() []column {
	return []column{
		{"number", 170, false, 0, plain(func(i desk.Item) string { return i.ID.Number() })},
		{"happened", 220, true, 1, s.happened},
		{"until", 190, false, 2, plain(s.until)},
		{"name", 160, true, 3, plain(func(i desk.Item) string { return i.Name })},
		{"held", 170, true, 4, plain(func(i desk.Item) string { return i.HeldBy })},
	}
}

// claim is the service as NHSO names it, or its code.
func claim(i desk.Item) string {
	if i.ClaimType.Name != "" {
		return i.ClaimType.Name
	}
	return i.ClaimType.Code
}

// state says where a visit stands.
func (s *Station) state(i desk.Item) (string, widget.Importance) {
	if i.HeldBy != "" {
		return s.say.Say("station.state.held"), widget.WarningImportance
	}
	return s.say.Say("station.state." + string(i.State)), s.colourOf(i)
}

// happened says what a visit waits for, or that somebody is at it.
func (s *Station) happened(i desk.Item) (string, widget.Importance) {
	words := s.say.Say("station.kind." + string(i.Kind))
	if i.HeldBy != "" {
		return s.say.Say("station.state.held") + " · " + words, widget.MediumImportance
	}
	return words, s.colourOf(i)
}

func (s *Station) colourOf(i desk.Item) widget.Importance {
	switch i.State {
	case visit.StateDone:
		return widget.SuccessImportance
	case visit.StateRefused, visit.StateStaff:
		return widget.DangerImportance
	case visit.StateDropped:
		return widget.LowImportance
	}
	return widget.WarningImportance
}

// until says until when an item can be solved.
func (s *Station) until(i desk.Item) string {
	if i.Until.IsZero() {
		return ""
	}
	last := visit.ServiceDateOf(i.Until.Add(-time.Second))
	if last == visit.ServiceDateOf(s.o.Now()) {
		return s.say.Say("station.until.today")
	}
	return s.day(last)
}
