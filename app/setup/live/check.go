package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/app/photo"
	"authenkiosk/app/privatelog"
	"authenkiosk/app/setup"
	"authenkiosk/app/slips"
	"authenkiosk/app/upstream"
	"authenkiosk/camera"
	"authenkiosk/cardreader"
	"authenkiosk/printer"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// How long a check may take. A reader waits for a card until somebody goes on.
const (
	nhsoLimit    = 20 * time.Second
	printerLimit = 100 * time.Second // a serial line takes more than a minute for a slip
)

// check tries a step, and tells what came of it.
func (l *Live) check(ctx context.Context, e setup.LookInto, tell func(setup.Check)) {
	c, err := l.would(e.Values)
	if err != nil {
		tell(setup.Check{State: setup.Bad, Problem: visit.ConfigWrong, Detail: err.Error()})
		return
	}
	switch e.Step {
	case setup.NHSO:
		tell(l.nhso(ctx, c, e.Values[setup.Token]))
	case setup.Reader:
		l.reader(ctx, c, tell)
	case setup.Slips:
		tell(l.slip(ctx, c))
	case setup.Camera:
		tell(seen(ctx, c))
	}
}

func bad(p visit.Problem, err error) setup.Check {
	return setup.Check{State: setup.Bad, Problem: p, Detail: privatelog.Clean(err.Error())}
}

// nhso seals the token, as the command secret set does, and asks NHSO with it.
func (l *Live) nhso(ctx context.Context, c config.Config, token string) setup.Check {
	ctx, cancel := context.WithTimeout(ctx, nhsoLimit)
	defer cancel()
	own := c.NHSO.Upstream == config.UpstreamEndpoint
	if own && (c.Agent.Enabled || l.o.Store != nil) { // a station always has one
		if _, foreign := hospital.Answering(ctx, c.Agent); foreign {
			return setup.Check{State: setup.Bad, Say: "setup.bad.agent", Detail: c.Agent.Listen}
		}
	}
	secrets := storage.OpenSecretsWith(filepath.Join(l.o.Data, string(c.NHSO.Zone)), keysOf(c))
	if own && token != "" {
		privatelog.Hide(token)
		if now, err := secrets.Get(c.NHSO.Zone, upstream.TokenName); err != nil || now != token {
			if err = secrets.Set(c.NHSO.Zone, upstream.TokenName, token); err == nil {
				err = l.tokenSet()
			}
			if err != nil {
				return bad(visit.NotSaved, err)
			}
		}
	}
	o := upstream.Options{Config: c, UserAgent: l.o.UserAgent, Tokens: upstream.NewTokens(secrets, c.NHSO.Zone, l.o.Log)}
	way, _, err := upstream.Connect(o)
	if err != nil {
		return bad(visit.ConfigWrong, err)
	}
	defer way.Close()
	health, err := way.Probe(ctx)
	if err != nil {
		heard := upstream.NewHealth(nil)
		heard.Note(0, err)
		if why := heard.Why(); why != visit.NoProblem {
			return bad(why, err)
		}
		return bad(visit.NHSOUnreachable, err)
	}
	now := time.Now()
	if w := upstream.WitnessOf(way, now); upstream.NewClockGuard(l.o.BuiltOn).Look(now, 0, w) == visit.DeviceDown {
		return setup.Check{State: setup.Bad, Problem: visit.ClockWrong, Detail: w.Ahead.Round(time.Second).String()}
	}
	return setup.Check{State: setup.Good, Detail: fmt.Sprintf("%d ms", health.Latency.Milliseconds())}
}

// reader waits for a card and reads it. What the card says is dropped at once.
func (l *Live) reader(ctx context.Context, c config.Config, tell func(setup.Check)) {
	ctx, cancel := context.WithCancel(ctx)
	m := cardreader.New(cardreader.Options{
		Service: l.o.Readers, Logger: l.o.Log, Patient: c.CardReader.Patient, Officer: c.CardReader.Certifier, LongReads: c.CardReader.LongReads,
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.Run(ctx)
	}()
	defer func() {
		cancel()
		<-ended
	}()
	none := false
	for {
		select {
		case <-ctx.Done():
			return
		case e, open := <-m.Events():
			if !open {
				return
			}
			if list, is := e.(cardreader.Readers); is { // it also tells of each card
				if was := none; len(list.List) == 0 {
					none = true
					tell(setup.Check{State: setup.Bad, Problem: visit.ReaderMissing})
				} else if none = false; was {
					tell(setup.Check{State: setup.Checking})
				}
			} else if c, heard := l.hear(ctx, m, e); heard {
				tell(c)
			}
		}
	}
}

// hear is what an event of the readers means to whoever stands there.
func (l *Live) hear(ctx context.Context, m *cardreader.Monitor, e cardreader.Event) (setup.Check, bool) {
	switch e := e.(type) {
	case cardreader.ServiceLost:
		if errors.Is(e.Err, cardreader.ErrDenied) {
			return bad(visit.CardServiceRefuses, e.Err), true
		}
		return bad(visit.ReaderMissing, e.Err), true
	case cardreader.Mute:
		return setup.Check{State: setup.Bad, Problem: visit.CardMute, Detail: e.Reader}, true
	case cardreader.Inserted:
		began := time.Now()
		_, err := m.Read(ctx, e, cardreader.Receiver{})
		if errors.Is(err, cardreader.ErrCalledOff) {
			return setup.Check{}, false
		}
		if err != nil {
			return bad(cardreader.ProblemOf(err), err), true
		}
		return setup.Check{State: setup.Good, Detail: fmt.Sprintf("%s, %d ms", e.Reader, time.Since(began).Milliseconds())}, true
	}
	return setup.Check{}, false
}

// slip prints the test page, of which a person says whether it came out.
func (l *Live) slip(ctx context.Context, c config.Config) setup.Check {
	device, err := slips.Open(c.Printer, slog.New(slog.DiscardHandler))
	if err != nil {
		return bad(visit.PrinterUnavailable, err)
	}
	defer func() { _ = device.Close() }()
	ctx, cancel := context.WithTimeout(ctx, printerLimit)
	defer cancel()
	err = device.Print(ctx, slips.TestPage(c, l.o.Program, time.Now()))
	var unclear *printer.UnclearError
	if err == nil || errors.As(err, &unclear) {
		return setup.Check{State: setup.Judge, Detail: c.Printer.Address}
	}
	why := visit.PrinterUnavailable
	if _, said := slips.Light(printer.Status{Condition: printer.ConditionOf(err), At: time.Now()}); said != visit.NoProblem {
		why = said
	}
	return bad(why, err)
}

// goodWidth is the width in pixels from which a card beside the face can be made out.
const goodWidth = 1280

// seen waits for one picture.
func seen(ctx context.Context, c config.Config) setup.Check {
	ctx, cancel := context.WithTimeout(ctx, photo.ProbeLimit)
	defer cancel()
	report, err := camera.Probe(ctx, c.Camera.Source)
	if err != nil {
		return bad(visit.CameraUnavailable, err)
	}
	size := fmt.Sprintf("%d x %d", report.Size.X, report.Size.Y)
	if report.Size.X < goodWidth {
		return setup.Check{State: setup.Bad, Say: "setup.bad.coarse", Detail: size}
	}
	return setup.Check{State: setup.Good, Detail: size}
}
