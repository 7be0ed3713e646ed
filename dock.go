package main

import (
	"context"

	"fyne.io/fyne/v2"

	"authenkiosk/app/demo"
	"authenkiosk/app/kiosk"
	"authenkiosk/ui/dock"
)

// nhsoModes are the dock's words for how NHSO behaves.
var nhsoModes = map[string]kiosk.NHSOFault{
	dock.NHSONormal: kiosk.NHSOFine, dock.NHSODown: kiosk.NHSODown, dock.NHSOSlow: kiosk.NHSOSlow, dock.NHSOToken: kiosk.NHSOTokenRefused,
}

// newDeskDock ties the cards of the dock to the demo zone of a station, whose reader
// follows the zone's own control.
func newDeskDock(world *demo.World, language string) (*dock.Dock, error) {
	var cards []dock.Card
	for _, c := range demo.People() {
		cards = append(cards, dock.Card{ID: c.ID, Label: c.Label})
	}
	return dock.New(dock.Options{
		Language: language, Cards: cards, Insert: world.LayOnDesk, Remove: world.Zone.Desk().Remove,
		Room: stationRoom,
	})
}

// stationRoom is the narrowest window that a station is drawn for.
const stationRoom = 1366

// newDock ties the buttons of the dock to the demo zone.
func newDock(ctx context.Context, hands *kiosk.Dock, language string) (*dock.Dock, error) {
	var cards []dock.Card
	for _, c := range demo.Cards() {
		cards = append(cards, dock.Card{ID: c.ID, Label: c.Label})
	}
	report := func(err error) {
		if err != nil {
			fyne.LogError("dock", err)
		}
	}
	return dock.New(dock.Options{
		Language: language, Cards: cards,
		Insert:  func(id string) { report(hands.InsertCard(id)) },
		Remove:  hands.RemoveCard,
		Reader:  hands.PlugReader,
		Printer: func(there bool) { hands.BreakPrinter(!there) },
		Paper:   hands.SetPaper,
		Cover:   hands.SetCover,
		Vouch: func(in bool) {
			if in {
				report(hands.InsertCertifierCard(demo.CertifierCard))
				return
			}
			hands.RemoveCertifierCard()
		},
		Scene:   func(name string) { report(hands.SetScene(name)) },
		NHSO:    func(mode string) { report(hands.SetNHSO(nhsoModes[mode])) },
		NextDay: func() { hands.PassMidnight(ctx) },
	})
}
