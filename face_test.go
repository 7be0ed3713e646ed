package main

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

type closer struct{}

func (closer) Close() {}

// Fyne queues for its loop what is to be done after it, while it closes the queue.
func TestNothingIsLeftForAWindowThatHasEnded(t *testing.T) {
	w := faceWindow[closer]{theme: func() fyne.Theme { return theme.DefaultTheme() }}
	w.open("com.example.authenkiosk.test")
	l, ok := w.app.Lifecycle().(interface{ OnStopped() func() })
	if !ok {
		t.Fatal("this Fyne does not say what is left")
	}
	if l.OnStopped() != nil {
		t.Error("something is left: it races with the end of the queue")
	}
}
