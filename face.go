package main

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"authenkiosk/app"
	"authenkiosk/cli/kioskcmd"
	"authenkiosk/visit"
)

// How often the screen is told the time, and the system is given back what the C
// library keeps free.
const (
	tickEvery   = 250 * time.Millisecond
	returnEvery = 10 * time.Second
)

// retryEvery is how often a face that could not start is tried again.
const retryEvery = 10 * time.Second

// returnFreePages gives the system back what the C library keeps free, where that is
// known to be worth it.
var returnFreePages = func() {}

// faceWindow is the window of a face, an F, and what is shown in it: the wizard, then the
// face, or the reason why there is none. What the functions do, they do on the goroutine of
// the user interface.
type faceWindow[F interface{ Close() }] struct {
	turns chan struct{} // is closed when the loop of the window turns
	name  string        // of the face, for the log
	log   *slog.Logger
	setup *kioskcmd.Setup // nil: the machine is set up
	// layoutFile is where tests find what the wizard shows; empty: nowhere.
	layoutFile string
	try        func() (F, error)              // makes the face ready
	play       func(context.Context, F) error // shows it, and runs it
	say        func(why error) error          // shows why there is none
	tick       func(now time.Time)
	theme      func() fyne.Theme // of the face; the wizard has its own

	app    fyne.App
	window fyne.Window
	wizard *wizard // nil: there is none, or it has ended
	ended  chan error
}

// open makes the window. id is that of the application.
func (w *faceWindow[F]) open(id string) {
	w.app = fyneapp.NewWithID(id)
	saveNoPreferences(w.app)
	w.window = w.app.NewWindow("AuthenKiosk")
	w.app.Settings().SetTheme(w.theme())
	w.window.SetPadded(false)
	w.ended = make(chan error, 1)
}

// saveNoPreferences takes back what Fyne does after its loop, to save preferences: that is
// queued for the loop just as the queue is closed, and now and then the program ended in a
// panic, with another status. The programs have no preferences.
func saveNoPreferences(a fyne.App) {
	type stops interface{ SetOnStoppedHookExecuted(func()) }
	if l, ok := a.Lifecycle().(stops); ok {
		l.SetOnStoppedHookExecuted(nil)
	}
}

// run shows what there is until ctx ends or the window is closed. open and show may panic
// where the display cannot be used.
func (w *faceWindow[F]) run(ctx context.Context, open, show func()) error {
	release, err := checkDisplay()
	if err != nil {
		return err // Fyne would crash
	}
	defer release()
	var made F
	if w.setup == nil {
		made, err = w.try()
	}
	if err != nil && app.StartProblem(err) == visit.NoProblem {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := guarded(open); err != nil {
		return err
	}
	w.turns = make(chan struct{})
	w.app.Lifecycle().SetOnStarted(func() { close(w.turns) })
	switch {
	case w.setup != nil:
		err = w.setUp(ctx)
	case err == nil:
		err = w.play(ctx, made)
	default:
		err = w.close(ctx, err)
	}
	if err == nil {
		err = guarded(show)
	}
	if err != nil {
		return err
	}
	release()
	go w.tell(ctx)
	go func() {
		<-ctx.Done()
		w.quit()
	}()
	w.app.Run()
	stop()
	return <-w.ended
}

// setUp shows the wizard, and then the face.
func (w *faceWindow[F]) setUp(ctx context.Context) (err error) {
	shown, over := context.WithCancel(ctx)
	w.wizard, err = newWizard(ctx, w.setup, w.window, w.layoutFile, func() {
		over()
		w.begin(ctx)
	}, w.ended)
	if err != nil {
		over()
		return err
	}
	go app.Closed(shown, fyne.Do, w.log)
	return nil
}

// begin lets the face follow the wizard, or the face before. The data may take a while to
// open.
func (w *faceWindow[F]) begin(ctx context.Context) {
	go func() {
		made, err := w.try()
		if ctx.Err() != nil { // the window has gone meanwhile
			if err == nil {
				made.Close()
			}
			w.ended <- nil
			return
		}
		fyne.Do(func() {
			if w.wizard != nil {
				w.wizard.leave(w.window)
				w.wizard = nil
			}
			w.app.Settings().SetTheme(w.theme())
			switch {
			case err == nil:
				err = w.play(ctx, made)
			case app.StartProblem(err) != visit.NoProblem:
				err = w.close(ctx, err)
			}
			if err != nil {
				w.end(err)
			}
		})
	}()
}

// end ends the program; any goroutine may call it.
func (w *faceWindow[F]) end(err error) {
	w.ended <- err // first: the loop of the window may have ended already
	go w.quit()
}

// quit ends the loop of the window, once it turns: a driver that is told before does nothing,
// and the program would go on. Fyne ends by itself on a signal. The driver may be told again
// after that; the application would close windows that are gone, and crash.
func (w *faceWindow[F]) quit() {
	<-w.turns
	fyne.Do(w.app.Driver().Quit)
}

// close says why there is no face, and tries again until there is.
func (w *faceWindow[F]) close(ctx context.Context, why error) error {
	w.log.Error("the face cannot start; it is tried again", "face", w.name, "err", why, "every", retryEvery)
	if err := w.say(why); err != nil {
		return err
	}
	go func() {
		if err := w.retry(ctx, why); err != nil {
			w.end(err)
		}
	}()
	return nil
}

// retry tries until there is a face; an error ends the program.
func (w *faceWindow[F]) retry(ctx context.Context, why error) error {
	closed, opened := context.WithCancel(ctx)
	defer opened()
	go app.Closed(closed, fyne.Do, w.log)
	t := time.NewTicker(retryEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return why
		case <-t.C:
		}
		made, err := w.try()
		switch {
		case err == nil:
			fyne.DoAndWait(func() { err = w.play(ctx, made) })
			return err
		case app.StartProblem(err) == visit.NoProblem:
			return err
		case err.Error() != why.Error():
			w.log.Error("the face cannot start", "face", w.name, "err", err)
			why = err
			fyne.DoAndWait(func() { err = w.say(why) })
			if err != nil {
				return err
			}
		}
	}
}

// tell tells the screen the time, and keeps memory small.
func (w *faceWindow[F]) tell(ctx context.Context) {
	t, pages := time.NewTicker(tickEvery), time.NewTicker(returnEvery)
	defer t.Stop()
	defer pages.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			fyne.Do(func() {
				w.repaint()
				if w.wizard != nil {
					w.wizard.writeLayout()
				} else {
					w.tick(now)
				}
			})
		case <-pages.C:
			returnFreePages()
		}
	}
}

// repaint has the whole window painted once Fyne no longer knows to which window its
// content belongs. Fyne 2.8.1 reckons the age of what it keeps from the last frame
// instead of from now (fyne-io/fyne#6509). When the program stood still for longer than
// that is kept (fyneenv), as on a machine that slept, or the clock was set forward by as
// much, it forgets all that it has just painted, and never again paints anything that
// changes. The window itself still takes an order, and painting enters everything anew.
func (w *faceWindow[F]) repaint() {
	if content := w.window.Content(); w.app.Driver().CanvasForObject(content) == nil {
		w.window.Canvas().Refresh(content)
	}
}
