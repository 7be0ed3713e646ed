package station

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
)

// Closed is what a window shows when there is no station, in every language.
func Closed(unit string, languages []string, why visit.Problem) (fyne.CanvasObject, error) {
	words, err := draw.LoadWords()
	if err != nil {
		return nil, err
	}
	list := container.NewVBox(title(unit))
	for _, lang := range languages {
		say := draw.Speaker{Words: words, Lang: lang}
		head := bold(wrapped(say.Say("station.no-station")))
		head.Importance = widget.DangerImportance
		list.Add(head)
		list.Add(wrapped(say.Say(problemKey(say, why)) + " · " + why.HelpCode()))
		list.Add(wrapped(say.Say("station.tried-again")))
	}
	return container.New(&inMiddle{fyne.NewSize(700, 400)}, list), nil
}
