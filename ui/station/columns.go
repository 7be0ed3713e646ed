package station

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
)

func monthKey(d visit.Date) string { return "month." + strconv.Itoa(int(d.Month)) }

// cell is one of usual words.
func cell(of func(row) string) func(row) (string, widget.Importance) {
	return func(i row) (string, widget.Importance) { return of(i), widget.MediumImportance }
}

// columnsOfDay are those of the visits of a day.
func (s *Station) columnsOfDay() []column {
	return s.ofSeveral([]column{
		{"time", 80, false, 0, cell(func(i row) string { return s.clock(i.Saved) })},
		{"name", 170, true, 1, cell(func(i row) string { return i.Name })},
		{"pid", 200, false, 5, cell(func(i row) string { return i.PID })},
		{"hn", 110, false, 6, cell(func(i row) string { return i.HN })},
		{"method", 150, false, 8, cell(func(i row) string { return s.method(i.Method) })},
		{"claim", 170, true, 7, cell(func(i row) string { return s.claim(i.ClaimType) })},
		{"code", 160, false, 2, cell(func(i row) string { return string(i.Code) })},
		{"state", 170, false, 3, s.state},
	}, 4)
}

// columnsOfWork are those of what waits for a person.
func (s *Station) columnsOfWork() []column {
	return s.ofSeveral([]column{
		{"number", 170, false, 0, cell(func(i row) string { return i.ID.Number() })},
		{"happened", 220, true, 1, s.happened},
		{"until", 190, false, 2, cell(func(i row) string { return s.until(*i.Item) })},
		{"name", 160, true, 3, cell(func(i row) string { return i.Name })},
		{"held", 170, true, 4, cell(func(i row) string { return i.HeldBy })},
	}, 3)
}

// ofSeveral adds the column of the machine where there is more than one.
func (s *Station) ofSeveral(columns []column, rank int) []column {
	if len(s.owners) == 1 {
		return columns
	}
	return append(columns, column{"machine", 130, false, rank, cell(func(i row) string { return i.at.name })})
}

// claim is a service in words of ours, or as NHSO names it, or its code.
func (s *Station) claim(c visit.ClaimType) string {
	switch key := "claim." + c.Code; {
	case s.say.Knows(key):
		return s.say.Say(key)
	case c.Name != "":
		return draw.Breakable(c.Name)
	}
	return c.Code
}

// state says where a visit stands.
func (s *Station) state(i row) (string, widget.Importance) {
	look := s.colourOf(*i.Item)
	if i.HeldBy != "" {
		look = widget.WarningImportance
	}
	return s.say.Say(stateKey(*i.Item)), look
}

// stateKey is the key of the words for that.
func stateKey(i desk.Item) string {
	switch {
	case i.HeldBy != "":
		return "station.state.held"
	case i.Void != "":
		return "station.state.void"
	}
	return "station.state." + string(i.State)
}

// happened says what a visit waits for, or that somebody is at it.
func (s *Station) happened(i row) (string, widget.Importance) {
	words := s.say.Say("station.kind." + string(i.Kind))
	if i.HeldBy != "" {
		return s.say.Say("station.state.held") + " · " + words, widget.MediumImportance
	}
	return words, s.colourOf(*i.Item)
}

func (s *Station) colourOf(i desk.Item) widget.Importance {
	if i.Void != "" {
		return widget.DangerImportance
	}
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
