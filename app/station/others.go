package station

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/pairings"
	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/desk/remote"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// tellEvery is how often another machine is asked whether it waits for the end of a visit
// that was made here for one of its items, besides each end of such a visit.
const tellEvery = time.Minute

// Other is a machine with which this one is paired (desk.urls). Whoever is signed in there
// completes its items here, by new visits of this machine.
type Other struct {
	URL string
	*remote.Client

	completer local.Completer
	now       chan struct{} // an end has come

	mu  sync.Mutex
	who desk.Operator // as they are called there; zero: nobody is signed in
}

// othersOf returns the machines of desk.urls. One with which this machine is not paired, or
// not any more, is left out, and the log says so.
func othersOf(o app.Options, c *app.Core) (list []*Other) {
	data := filepath.Join(o.Data, string(o.Config.NHSO.Zone))
	book := pairings.NewBook(storage.OpenSecretsWith(data, app.KeysOf(o.Config)), o.Config.NHSO.Zone)
	for _, url := range o.Config.Desk.URLs {
		paired, err := book.Of(url)
		client, failed := book.Client(url)
		if err != nil || failed != nil {
			o.Log.Warn("the work of another machine cannot be done here", "url", url, "err", err)
			continue
		}
		list = append(list, &Other{
			URL: url, Client: client, now: make(chan struct{}, 1),
			completer: local.Completer{Machine: c.Visits, Owner: client, Station: paired.Machine, Now: time.Now},
		})
	}
	return list
}

// Others returns the machines with which this one is paired.
func (s *Station) Others() []*Other { return s.others }

// SignIn begins the session of an operator over there, whose id or name it is.
func (o *Other) SignIn(ctx context.Context, which string, pin rules.PIN) (desk.Operator, error) {
	who, err := o.SignInAs(ctx, which, pin)
	if err == nil {
		o.mu.Lock()
		o.who = who
		o.mu.Unlock()
	}
	return who, err
}

// SignOut has nobody be signed in there. The session ends by itself.
func (o *Other) SignOut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.who = desk.Operator{}
}

// complete saves a visit for an item over there; desk.NotFound: it has none of that id, or
// nobody is signed in there.
func (o *Other) complete(ctx context.Context, item visit.ID, v visit.Visit, jpeg []byte) error {
	o.mu.Lock()
	who := o.who
	o.mu.Unlock()
	if who.ID == "" {
		return &desk.Error{Code: desk.NotFound}
	}
	of, err := o.Visit(ctx, who, item)
	switch {
	case err != nil:
		return err
	case of.PID != v.PID.Masked() && of.Opened == "":
		return errOtherPerson
	}
	return o.completer.Complete(ctx, who, item, v, jpeg)
}

// tellOthers are the parts of a station that tell other machines what became of visits that
// were made here for their items.
func (s *Station) tellOthers() (parts []func(context.Context)) {
	for _, o := range s.others {
		parts = append(parts, func(ctx context.Context) { o.tell(ctx, s.Log) })
	}
	if parts != nil {
		parts = append(parts, s.hearEnds)
	}
	return parts
}

// tell tells at the start, when an end has come, and now and then.
func (o *Other) tell(ctx context.Context, log *slog.Logger) {
	again := time.NewTicker(tellEvery)
	defer again.Stop()
	for failed := false; ; {
		err := o.completer.Tell(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			log.Warn("another machine has not heard what became of its items", "url", o.URL, "err", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-o.now:
		case <-again.C:
		}
	}
}

// hearEnds wakes those who tell whenever a visit that was made for an item has come to an end.
func (s *Station) hearEnds(ctx context.Context) {
	_ = s.Desk.Watch(ctx, "", func(c desk.Change) error {
		if r, err := s.Store.Visit(c.Visit); c.What != desk.ChangedVisit || err != nil || r.Completes == "" || r.State.Unsettled() {
			return nil
		}
		for _, o := range s.others {
			select {
			case o.now <- struct{}{}:
			default: // it will tell all that there is
			}
		}
		return nil
	})
}
