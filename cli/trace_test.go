package cli

import (
	"bytes"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

func TestATraceTellsHowFarTheReadingWentAndHoldsNothingPersonal(t *testing.T) {
	person := virtualcard.Adult()
	good, err := virtualcard.New(person)
	if err != nil {
		t.Fatal(err)
	}
	damaged, err := virtualcard.New(person, virtualcard.Damaged())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		card *virtualcard.Card
		want string
	}{
		{"a good card", good, "read whole"},
		{"a damaged card", damaged, "cannot be read"},
		{"a card upside down", virtualcard.NewMute(), "does not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			readers := virtualcard.NewService("Reader 1")
			if err := readers.Insert("Reader 1", c.card); err != nil {
				t.Fatal(err)
			}
			var transcript, said bytes.Buffer
			if err := traceCard(t.Context(), readers, config.CardReader{}, &transcript, &said); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(said.String(), c.want) {
				t.Errorf("it says %q", said.String())
			}
			for _, secret := range []string{person.PID.Digits(), person.Name.First, person.Name.Last} {
				if secret != "" && (strings.Contains(transcript.String(), secret) || strings.Contains(said.String(), secret)) {
					t.Error("something personal is in it")
				}
			}
			if c.card != good {
				return
			}
			if _, err := cardreader.Replay(&transcript); err != nil {
				t.Errorf("the transcript cannot be replayed: %v", err)
			}
		})
	}
}
