package app

import (
	"context"
	"errors"
	"log/slog"

	"authenkiosk/storage"
	"authenkiosk/visit"
)

// startError is why the kiosk cannot start, with what people at the screen can be
// told.
type startError struct {
	problem visit.Problem
	err     error
}

func (e startError) Error() string { return e.err.Error() }

func (e startError) Unwrap() error { return e.err }

// NotStarted marks an error of a start with what the screen says about it.
func NotStarted(p visit.Problem, err error) error { return startError{p, err} }

// StartProblem is what the screen says when Opening.Try has failed, NoProblem when
// the mistake is not one for the screen, as on the command line.
func StartProblem(err error) visit.Problem {
	var e startError
	if errors.As(err, &e) {
		return e.problem
	}
	return visit.NoProblem
}

// errData marks that the data cannot be opened.
var errData = errors.New("open the visits")

// ProblemOfStart finds what kept a kiosk from being made: what is not its data is
// what the configuration asks for.
func ProblemOfStart(err error) visit.Problem {
	switch {
	case errors.Is(err, storage.ErrInUse):
		return visit.DataInUse
	case errors.Is(err, errData):
		return visit.DataUnusable
	}
	return visit.ConfigWrong
}

// Closed tells the service manager that the screen says why there is no kiosk, and
// goes on telling, until ctx ends, that the loop of the screen turns: ask has it call
// the function. A program that is ended and started all the time helps nobody.
func Closed(ctx context.Context, ask func(answer func()), log *slog.Logger) {
	notify("READY=1")
	p := &pulse{loops: []Loop{{"screen", func(_ context.Context, answer func()) { ask(answer) }}}, tell: notify, log: log}
	p.run(ctx)
}
