package headless

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/station"
	"authenkiosk/app/wait"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/desk"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// stuck is after how long somebody at a station begins anew, whatever it shows.
const stuck = time.Minute

// cardWorker is somebody at a station who ends one visit of the kiosk with the card of its
// patient. All but the screen is the program's own.
type cardWorker struct {
	*station.Station
	kiosk   *station.Other
	readers *virtualcard.Service
	card    *virtualcard.Card
	of      string // whose card it is, masked

	id     visit.ID
	pin    rules.PIN
	token  string
	models chan flow.Station
	last   flow.Station
	kept   int // how often another held it
}

// stationChild is a station with its store, its outbox and a reader, whose operator ends one
// visit, whatever happens on the way.
func stationChild(ctx context.Context) error {
	id, digits, _ := strings.Cut(os.Getenv(childVisit), ",")
	person := virtualcard.Adult()
	pid, err := visit.ParsePID(digits)
	person.PID = pid
	card, bad := virtualcard.New(person, virtualcard.WithProfile(virtualcard.ProfileFast))
	pin, worse := rules.NewPIN(deskPIN)
	zone, worst := testzone.New(testzone.Options{}) // of its cards: it is asked for nothing
	if err = errors.Join(err, bad, worse, worst); err != nil {
		return err
	}
	w := &cardWorker{
		readers: virtualcard.NewService(demo.PatientReader), card: card, of: pid.Masked(), id: visit.ID(id), pin: pin, models: make(chan flow.Station, 1000),
	}
	c := config.Default()
	c.Agent.Listen, c.Desk.URLs = "127.0.0.1:0", []string{os.Getenv(childOwner)}
	w.Station, err = station.New(app.Options{
		Config: c, Data: os.Getenv(childData), Log: slog.New(slog.DiscardHandler),
		Demo:     &demo.World{Readers: w.readers, Zone: zone, URL: "http://" + os.Getenv(childNHSO), Dial: dialNHSO},
		Timeouts: nhso.Timeouts{Query: 2 * time.Second, Submit: settling * 3 / 4, Connect: settling},
		Settling: outbox.Times{SettleTime: settling, Patience: 200 * time.Millisecond},
	})
	if err != nil {
		return err
	}
	w.kiosk = w.Others[0]
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- w.Run(ctx, station.Screen{
			Devices: func(visit.Devices) {}, Card: func(visit.PID) {}, Visit: func(m flow.Station) { w.models <- m },
			Changed: func() {}, Calls: func(int, []desk.Call) {},
		})
	}()
	go func() {
		for wait.For(ctx, again) {
			w.Outbox.Wake() // it tries whenever it may
		}
	}()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0) // the test has ended
	}()
	say("begins")
	for {
		end, err := w.work(ctx)
		if end != "" {
			say("end", end)
			stop()
			for {
				select {
				case <-w.models:
				case err := <-ended:
					return err
				}
			}
		}
		if errors.Is(err, desk.NotSignedIn) || w.token == "" {
			if err = w.signIn(ctx); err == nil {
				say("signed in")
				continue
			}
		}
		if errors.Is(err, desk.NoAnswer) {
			say("no answer")
		}
		time.Sleep(again)
	}
}

func dialNHSO(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, os.Getenv(childNHSO))
}

// signIn signs in here and, as the same person, at the kiosk.
func (w *cardWorker) signIn(ctx context.Context) error {
	if w.token != "" {
		w.SignOut(w.token)
		w.token = ""
	}
	all, err := w.Operators()
	if err != nil || len(all) != 1 {
		return fmt.Errorf("there are %d operators, %w", len(all), err)
	}
	token, _, err := w.SignIn(all[0].ID, w.pin)
	if err != nil {
		return err
	}
	w.token = token
	for {
		_, err := w.kiosk.Who(token)
		if err == nil || !strings.Contains(err.Error(), "still being looked at") || !wait.For(ctx, again) {
			return err
		}
	}
}

// work does the next thing. end says how it ended for this desk.
func (w *cardWorker) work(ctx context.Context) (end string, err error) {
	if w.token == "" {
		return "", nil
	}
	who, err := w.kiosk.Who(w.token)
	if err != nil { // the kiosk was away
		return "", &desk.Error{Code: desk.NotSignedIn, Err: err}
	}
	switch err := w.kiosk.Desk.Hold(ctx, who, w.id); {
	case errors.Is(err, desk.Held):
		if w.kept++; w.kept > 3 { // the other is at it
			return "refused", nil
		}
		return "", err
	case errors.Is(err, desk.InFlight):
		say("in flight") // until the kiosk has looked it up
		return "", err
	case errors.Is(err, desk.NotOpen):
		return w.ended(ctx, who)
	case err != nil:
		return "", err
	}
	say("held")
	is, err := w.kiosk.Desk.Visit(ctx, who, w.id)
	if err != nil {
		return "", err
	}
	if is.Made != "" && rand.IntN(3) > 0 { // its end will be told; some patients are asked for their card once more
		return "", nil
	}
	return "", w.complete(ctx)
}

// ended says how the visit ended, which is open no more.
func (w *cardWorker) ended(ctx context.Context, who desk.Operator) (string, error) {
	is, err := w.kiosk.Desk.Visit(ctx, who, w.id)
	if err != nil {
		return "", err
	}
	if _, err := w.Store.Visit(is.SettledBy); is.SettledBy == "" || err != nil {
		return "done", nil
	}
	say("told")
	return "completed", nil
}

// complete makes a visit for the item from the card of its patient.
func (w *cardWorker) complete(ctx context.Context) (err error) {
	if err := w.until(ctx, func(m flow.Station) bool { return m.By != "" && m.State == flow.Welcome && !m.CardIn }); err != nil {
		return err
	}
	w.Send(flow.TapItem{Item: w.id, Of: w.of})
	w.Send(flow.PageShown{Shown: true})
	if err := w.readers.Insert(demo.PatientReader, w.card); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.leave(ctx)) }()
	for {
		seen := w.last.State
		switch seen {
		case flow.PhoneEntry:
			for _, digit := range []byte(typedPhone) {
				w.Send(flow.TapDigit{Digit: digit})
			}
		case flow.Confirm:
			say("read")
			time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond) // somebody reads
			say("confirms")
			w.Send(flow.TapConfirm{})
		case flow.Sending:
			err := w.until(ctx, func(m flow.Station) bool { return m.State != flow.Sending || m.Session.Phase == flow.Submitting })
			if err != nil {
				return err
			}
			if w.last.State != flow.Desk {
				say("saved")
			}
		case flow.Result:
			say("coded")
			return nil
		case flow.Queued, flow.AlreadyHere: // it is made already, and will be told
			return nil
		case flow.Desk:
			if why := w.last.NotSaved; why != "" {
				return &desk.Error{Code: desk.Code(why)}
			}
			return fmt.Errorf("it ends with %v", w.last.Session.Problem)
		case flow.CardFault, flow.NoRight, flow.AlreadyElsewhere:
			return fmt.Errorf("it ends at %v", seen)
		}
		if err := w.until(ctx, func(m flow.Station) bool { return m.State != seen }); err != nil {
			return err
		}
	}
}

// leave ends the session and gives the card back.
func (w *cardWorker) leave(ctx context.Context) error {
	_ = w.readers.Remove(demo.PatientReader)
	w.Send(flow.TapClose{})
	return w.until(ctx, func(m flow.Station) bool {
		if m.State != flow.Welcome {
			w.Send(flow.TapClose{})
		}
		return m.State == flow.Welcome && !m.CardIn
	})
}

// until waits for a model.
func (w *cardWorker) until(ctx context.Context, ok func(flow.Station) bool) error {
	for limit := time.After(stuck); !ok(w.last); {
		select {
		case w.last = <-w.models:
		case <-limit:
			return fmt.Errorf("it stays at %v", w.last.State)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
