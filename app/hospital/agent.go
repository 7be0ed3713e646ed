package hospital

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/secureagent"
	"authenkiosk/app/config"
	"authenkiosk/assets"
	"authenkiosk/desk"
	"authenkiosk/desk/remote"
	"authenkiosk/desk/session"
	"authenkiosk/neterror"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Agent is the HTTP agent as part of the program: it gives programs of the
// hospital the cards, the way to NHSO, the store and the events of the core.
type Agent struct {
	config  config.Agent
	log     *slog.Logger
	hub     *agent.Hub
	compat  *secureagent.Handler
	submit  *agentSubmitter
	options agent.Options
	pairing *agent.Pairing

	inserted func() uint64 // see agentOptions
	watched  func() bool
	look     func()

	Listener net.Listener
	sixth    net.Listener // the same port at [::1]; nil: it is not there
	plain    net.Listener // for servers that speak plain HTTP; nil: none
	handler  *agent.Agent

	mu    sync.Mutex
	known map[string]bool   // readers that were announced
	noted map[string]uint64 // for each program the card whose reading was told
	last  reading           // what the screen shows
}

// AgentOptions are what the agent stands on. All are needed, but those that say
// otherwise.
type AgentOptions struct {
	Config  config.Config
	Log     *slog.Logger
	Store   *storage.Store
	Visits  visitStore
	Outbox  *outbox.Outbox
	Cards   secureagent.Cards
	Rights  secureagent.Rights
	Codes   secureagent.Codes
	Audit   *AuditWriter
	Clients agent.ClientStore // programs that may ask
	Desk    desk.Desk         // what stations ask for

	HasToken func() bool         // whether there is something that the preference could hide
	Outlive  time.Duration       // how long a reading serves when its card is out; 0: not at all
	Status   func() agent.Status // the local status
	Healthy  func() error        // why nobody can be served now
	Watched  func() bool         // whether a patient stands before the screen
	Inserted func() uint64       // the card in the patient's reader; 0: none
	// Free says what stands on other machines against a visit that a program asks for; nil:
	// nobody looks.
	Free func(ctx context.Context, v visit.Visit) error
	Look func() // has the lights brought up to date
}

// visitStore is the durable store as programs' visits need it.
type visitStore interface {
	Save(v visit.Visit, at time.Time) error
	SaveForStaff(v visit.Visit, p visit.Problem, at time.Time) error
	Find(pid visit.PID, date visit.Date) ([]storage.Record, error)
}

// NewAgent makes the agent; nothing is served before listen and serve.
func NewAgent(o AgentOptions) (*Agent, error) {
	c := o.Config
	lan, err := lanOf(c.Agent)
	if err != nil {
		return nil, err
	}
	id, err := o.Store.Feed()
	if err != nil {
		return nil, err
	}
	f := &Agent{
		config: c.Agent, log: o.Log, hub: agent.NewHub(), submit: newSubmitter(o),
		inserted: o.Inserted, watched: o.Watched, look: o.Look, known: map[string]bool{}, noted: map[string]uint64{},
	}
	f.pairing = agent.NewPairing(o.Clients, o.Audit.pairing)
	f.compat, err = secureagent.New(secureagent.Options{
		Cards: o.Cards, Rights: o.Rights, Codes: o.Codes, Submitter: f.submit, Drafts: f.submit,
		HCode: c.Unit.HCode, IgnoreHCodes: c.Agent.IgnoreHCodes, HasToken: o.HasToken, LookBack: c.Agent.LookBackDays,
		Outlive: o.Outlive, ClientName: clientName, ClientID: clientID, Audit: func(_ context.Context, a secureagent.Access) { o.Audit.access(a) }, Logger: o.Log,
	})
	if err != nil {
		return nil, err
	}
	f.options = agent.Options{
		Status: o.Status, Healthy: o.Healthy, Logger: o.Log, Zone: string(c.NHSO.Zone), Unit: c.Unit.Name, Font: assets.FontRegular,
		Clients: o.Clients, Visits: Feed{o.Store, o.Log}, Feed: id, Events: f.hub,
		Desk: &remote.Handler{
			Desk: o.Desk, Sessions: session.New(o.Store), Log: o.Log,
			Machine: func(r *http.Request) string { return clientName(r.Context()) },
		},
		Pairing: f.pairing, Compat: f.compat, CompatOpen: c.Agent.Compat, AllowedOrigins: c.Agent.AllowedOrigins, LAN: lan,
		Plain: f.plainHTTP(), Audit: o.Audit, CardAccess: f.cardAccess,
	}
	return f, nil
}

// reading is that a program has read the card of an insertion.
type reading struct {
	program   string
	insertion uint64
}

// lanOf reads what lets other machines connect; nil: only this machine may.
func lanOf(c config.Agent) (*agent.LAN, error) {
	if !c.LAN() {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("agent.tls_cert: %w", err)
	}
	lan := &agent.LAN{Certificate: &pair, Hosts: c.Hosts}
	for _, a := range c.Addresses {
		p, err := config.ParseNetwork(a)
		if err != nil {
			return nil, fmt.Errorf("agent.addresses: %w", err)
		}
		lan.Addresses = append(lan.Addresses, p)
	}
	return lan, nil
}

// clientName tells who asks, as the guard found.
func clientName(ctx context.Context) string {
	caller, _ := agent.CallerOf(ctx)
	return caller.Name
}

// clientID tells programs of one name apart.
func clientID(ctx context.Context) string {
	caller, _ := agent.CallerOf(ctx)
	return caller.ID()
}

// Listen opens the port. A port that is taken is an error: NHSO's own agent, or a
// second kiosk, would fight for the cards.
func (f *Agent) Listen() error {
	if f.Listener != nil {
		return nil
	}
	handler := agent.New(f.options)
	if err := handler.Err(); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	l, err := listenAt(f.config.Listen, f.log)
	if neterror.Taken(err) {
		who, _ := Answering(context.Background(), f.config)
		return fmt.Errorf("agent.listen: %w; %s (docs/agent.md, \"The port is taken\")", err, who)
	}
	if err != nil {
		return fmt.Errorf("agent.listen: %w", err)
	}
	f.Listener, f.handler, f.sixth = l, handler, f.alsoSixth(l)
	if f.config.PlainHTTP() {
		if f.plain, err = listenAt(f.config.PlainHTTPListen, f.log); err != nil {
			return fmt.Errorf("agent.plain_http_listen: %w", err)
		}
	}
	return nil
}

// Addr returns where the agent listens, once it does.
func (f *Agent) Addr() net.Addr { return f.Listener.Addr() }

// plainHTTP opens the few paths for servers without TLS; nil: there are none.
func (f *Agent) plainHTTP() *agent.PlainHTTP {
	if !f.config.PlainHTTP() {
		return nil
	}
	p := &agent.PlainHTTP{JustRead: f.compat.JustRead}
	for _, text := range f.config.PlainHTTPFrom {
		if at, err := netip.ParseAddr(text); err == nil { // the configuration was checked
			p.From = append(p.From, at)
		}
	}
	return p
}

// alsoSixth opens the port at [::1] as well: many systems look for localhost there
// first, and a client that finds nobody may wait for seconds. Without IPv6, or when
// another program has that port, there is none.
func (f *Agent) alsoSixth(l net.Listener) net.Listener {
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil || at.Addr() != netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		return nil
	}
	six, err := net.Listen("tcp6", netip.AddrPortFrom(netip.IPv6Loopback(), at.Port()).String())
	if err != nil {
		f.log.Debug("the agent does not answer at [::1]", "err", err)
		return nil
	}
	return six
}

// Serve answers until ctx ends, and then lets answers under way finish.
func (f *Agent) Serve(ctx context.Context) {
	f.log.Info("the agent answers", "address", f.Listener.Addr(), "compat", f.config.Compat, "other_machines", f.config.LAN())
	var parts sync.WaitGroup
	defer parts.Wait()
	if f.plain != nil {
		parts.Go(func() {
			if err := agent.ServePlain(ctx, f.plain, f.handler); err != nil {
				f.log.Error("serve the agent by plain HTTP", "err", err)
			}
		})
	}
	var more []net.Listener
	if f.sixth != nil {
		more = append(more, f.sixth)
	}
	if err := agent.Serve(ctx, f.Listener, f.handler, more...); err != nil {
		f.log.Error("serve the agent", "err", err)
	}
}

// Close waits for submissions under way, and lets go of what is held.
func (f *Agent) Close() {
	f.submit.close()
	f.compat.Close()
	f.hub.Close()
	if f.Listener != nil {
		_ = f.Listener.Close() // Serve has closed it already, where it ran
	}
	if f.sixth != nil {
		_ = f.sixth.Close()
	}
	if f.plain != nil {
		_ = f.plain.Close()
	}
}

// Publish hands an event to the programs that listen.
func (f *Agent) Publish(e agent.Event) { f.hub.Publish(e) }

// Removed tells that a patient's card is out.
func (f *Agent) Removed(insertion uint64) { f.compat.Removed(insertion) }

// Readers announces readers that came or went.
func (f *Agent) Readers(names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := map[string]bool{}
	for _, name := range names {
		now[name] = true
		if !f.known[name] {
			f.hub.Publish(agent.Event{Type: agent.ReaderAttached, Reader: name})
		}
	}
	for name := range f.known {
		if !now[name] {
			f.hub.Publish(agent.Event{Type: agent.ReaderLost, Reader: name})
		}
	}
	f.known = now
}

// cardAccess says, once for each card, which program reads it, and has it shown.
// While a patient stands before the screen that is worth a warning: somebody else
// looks at the card of the session.
func (f *Agent) cardAccess(c agent.Caller) {
	insertion := f.inserted()
	if insertion == 0 {
		return
	}
	f.mu.Lock()
	again := f.noted[c.Name] == insertion
	if len(f.noted) > maxNoted {
		clear(f.noted)
	}
	f.noted[c.Name] = insertion
	f.last = reading{c.Name, insertion}
	if c.NoToken {
		f.last.program = visit.UnnamedProgram
	}
	f.mu.Unlock()
	if again {
		return
	}
	f.look()
	if f.watched() {
		f.log.Warn("a program reads the card of the patient before the screen", "client", c.Name, "insertion", insertion)
		return
	}
	f.log.Info("a program reads the card", "client", c.Name, "insertion", insertion)
}

// ReadBy is the program that was the last to read the patient's card that is inside.
func (f *Agent) ReadBy() string {
	insertion := f.inserted()
	f.mu.Lock()
	defer f.mu.Unlock()
	if insertion == 0 || insertion != f.last.insertion {
		return ""
	}
	return f.last.program
}

// maxNoted bounds the programs that are remembered by name.
const maxNoted = 64

// agentSubmitter brings the visits that programs ask for through the same store
// and outbox as those of the kiosk.
type agentSubmitter struct {
	visits visitStore
	outbox *outbox.Outbox
	free   func(context.Context, visit.Visit) error // see AgentOptions
	log    *slog.Logger

	mu    sync.Mutex
	ended bool
	work  sync.WaitGroup
}

func newSubmitter(o AgentOptions) *agentSubmitter {
	a := &agentSubmitter{visits: o.Visits, outbox: o.Outbox, free: o.Free, log: o.Log}
	if a.free == nil {
		a.free = func(context.Context, visit.Visit) error { return nil }
	}
	return a
}

// begin notes a submission, unless the program ends.
func (a *agentSubmitter) begin() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.work.Add(1)
	}
	return !a.ended
}

// close takes no more submissions and waits for the outcome of those under way,
// whether or not their programs still do.
func (a *agentSubmitter) close() {
	a.mu.Lock()
	a.ended = true
	a.mu.Unlock()
	a.work.Wait()
}

// Submit implements secureagent.Submitter, which has asked NHSO for the codes of the visit. Requests
// for one person come one at a time.
func (a *agentSubmitter) Submit(ctx context.Context, o secureagent.Order) secureagent.Outcome {
	if !a.begin() {
		return secureagent.Outcome{Kind: secureagent.NotSaved}
	}
	defer a.work.Done()
	v := o.Visit
	v.HN = o.HN
	under, err := a.underWay(v)
	switch {
	case err != nil:
		a.log.Error("look for the visit before saving", "visit", v.ID, "err", err)
		return secureagent.Outcome{Kind: secureagent.NotSaved}
	case under:
		a.outbox.Wake()
		return secureagent.Outcome{Kind: secureagent.Unclear}
	}
	if err := a.free(ctx, v); err != nil {
		a.log.Info("a program's visit is not made", "visit", v.ID, "client", o.Client, "err", err)
		return secureagent.Outcome{Kind: secureagent.Unclear} // until the code of the other is there
	}
	if err := a.visits.Save(v, v.CreatedAt); err != nil {
		a.log.Error("save visit", "visit", v.ID, "err", err)
		return secureagent.Outcome{Kind: secureagent.NotSaved}
	}
	a.log.Info("visit saved", "visit", v.ID, "claim_type", v.ClaimType.Code, "method", v.Method, "client", o.Client)
	return outcomeOf(a.outbox.SubmitAsked(ctx, v.ID))
}

// Draft implements secureagent.Drafter.
func (a *agentSubmitter) Draft(_ context.Context, o secureagent.Order) error {
	v := o.Visit
	v.HN = o.HN
	if err := a.visits.SaveForStaff(v, visit.Draft, v.CreatedAt); err != nil {
		return err
	}
	a.log.Info("visit kept for the staff", "visit", v.ID, "claim_type", v.ClaimType.Code, "client", o.Client)
	return nil
}

// underWay reports whether a visit of the same person, day and claim type waits for
// NHSO already, whoever saved it, or is being worked on at a desk.
func (a *agentSubmitter) underWay(v visit.Visit) (bool, error) {
	same, err := a.visits.Find(v.PID, v.ServiceDate)
	for _, r := range same {
		if (r.State.Unsettled() || r.Held()) && r.Visit.ClaimType.Code == v.ClaimType.Code {
			return true, nil
		}
	}
	return false, err
}

// outcomeOf words what the outbox found out for a program.
func outcomeOf(o outbox.Outcome) secureagent.Outcome {
	switch o.Kind {
	case outbox.Done:
		return secureagent.Outcome{Kind: secureagent.Issued, Code: o.Code, IssuedAt: o.IssuedAt}
	case outbox.RefusedBy:
		if o.Problem == visit.CardNeeded { // it never came to NHSO
			return secureagent.Outcome{Kind: secureagent.CardNeeded}
		}
		return secureagent.Outcome{Kind: secureagent.Refused, Message: o.Message}
	}
	return secureagent.Outcome{Kind: secureagent.Unclear}
}

var (
	_ secureagent.Submitter = (*agentSubmitter)(nil)
	_ secureagent.Drafter   = (*agentSubmitter)(nil)
)
