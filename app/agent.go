package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/secureagent"
	"authenkiosk/app/config"
	"authenkiosk/app/outbox"
	"authenkiosk/assets"
	"authenkiosk/cardreader"
	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// agentFace is the HTTP agent as part of the program: it gives programs of the
// hospital the cards, the way to NHSO, the store and the events of the core.
type agentFace struct {
	config  config.Agent
	log     *slog.Logger
	hub     *agent.Hub
	compat  *secureagent.Handler
	submit  *agentSubmitter
	options agent.Options
	cards   *cards
	types   []visit.ClaimType // offered where NHSO names none

	// Set before serve: they depend on what runs beside the agent.
	status  func() agent.Status
	healthy func() error
	watch   func() bool // a patient stands before the screen
	look    func()      // has the lights brought up to date

	listener net.Listener
	sixth    net.Listener // the same port at [::1]; nil: it is not there
	plain    net.Listener // for servers that speak plain HTTP; nil: none
	handler  *agent.Agent

	mu    sync.Mutex
	known map[string]bool   // readers that were announced
	noted map[string]uint64 // for each program the card whose reading was told
	last  reading           // what the screen shows
}

// reading is that a program has read the card of an insertion.
type reading struct {
	program   string
	insertion uint64
}

// newAgentFace makes the agent of a core; nothing is served before listen and
// serve.
func newAgentFace(c *core, data string) (*agentFace, error) {
	types, err := programTypes(c.Config)
	if err != nil {
		return nil, err
	}
	lan, err := lanOf(c.Config.Agent)
	if err != nil {
		return nil, err
	}
	id, err := c.store.Feed()
	if err != nil {
		return nil, err
	}
	f := &agentFace{
		config: c.Config.Agent, log: c.log, hub: agent.NewHub(), cards: c.cards, types: types,
		submit: &agentSubmitter{visits: c.visits, outbox: c.outbox, log: c.log},
		watch:  func() bool { return false }, look: c.look, known: map[string]bool{}, noted: map[string]uint64{},
	}
	f.compat, err = secureagent.New(secureagent.Options{
		Cards: agentCards{c.cards}, Rights: agentRights{c.upstream, types}, Codes: agentCodes{c.upstream, c.visits},
		Submitter: f.submit, Drafts: f.submit,
		HCode: c.Config.Unit.HCode, IgnoreHCodes: c.Config.Agent.IgnoreHCodes, HasToken: c.hasToken(data), LookBack: c.Config.Agent.LookBackDays,
		Outlive: c.outlive(), ClientName: clientName, ClientID: clientID, Audit: func(_ context.Context, a secureagent.Access) { c.diary.access(a) }, Logger: c.log,
	})
	if err != nil {
		return nil, err
	}
	f.options = agent.Options{
		Status: func() agent.Status { return f.status() }, Healthy: func() error { return f.healthy() }, Logger: c.log,
		Zone: string(c.Config.NHSO.Zone), Unit: c.Config.Unit.Name, Font: assets.FontRegular, Clients: &clientsOf{store: c.store, log: c.log}, Visits: feedOf{c.store, c.log}, Feed: id, Events: f.hub,
		Compat: f.compat, CompatOpen: c.Config.Agent.Compat, AllowedOrigins: c.Config.Agent.AllowedOrigins, LAN: lan,
		Plain: f.plainHTTP(), Audit: c.diary, CardAccess: f.cardAccess,
	}
	return f, nil
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

// hasToken tells whether there is something that the preference could hide.
func (c *core) hasToken(data string) func() bool {
	if c.demo != nil || c.installed != nil {
		return func() bool { return true }
	}
	secrets := storage.OpenSecretsWith(data, keysOf(c.Config))
	return func() bool {
		_, err := secrets.Get(c.Config.NHSO.Zone, tokenName)
		return err == nil
	}
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

// outlive is how long a program's reading serves when its card is out: never where
// patients stand before the screen, because nobody may be authenticated there who has
// gone, and not by way of an agent that is installed, which wants the card itself.
func (c *core) outlive() time.Duration {
	staffOnly := c.Mode == "agent" || c.Mode == "station"
	if !staffOnly || c.Config.NHSO.Upstream == config.UpstreamAgent {
		return 0
	}
	return time.Duration(c.Config.Agent.CorrelationMinutes) * time.Minute
}

// listen opens the port. A port that is taken is an error: NHSO's own agent, or a
// second kiosk, would fight for the cards.
func (f *agentFace) listen() error {
	if f.listener != nil {
		return nil
	}
	handler := agent.New(f.options)
	if err := handler.Err(); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	l, err := listenAt(f.config.Listen, f.log)
	if portTaken(err) {
		who, _ := answering(context.Background(), f.config)
		return fmt.Errorf("agent.listen: %w; %s (docs/agent.md, \"The port is taken\")", err, who)
	}
	if err != nil {
		return fmt.Errorf("agent.listen: %w", err)
	}
	f.listener, f.handler, f.sixth = l, handler, f.alsoSixth(l)
	if f.config.PlainHTTP() {
		if f.plain, err = listenAt(f.config.PlainHTTPListen, f.log); err != nil {
			return fmt.Errorf("agent.plain_http_listen: %w", err)
		}
	}
	return nil
}

// plainHTTP opens the few paths for servers without TLS; nil: there are none.
func (f *agentFace) plainHTTP() *agent.PlainHTTP {
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
func (f *agentFace) alsoSixth(l net.Listener) net.Listener {
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

// serve answers until ctx ends, and then lets answers under way finish.
func (f *agentFace) serve(ctx context.Context) {
	f.log.Info("the agent answers", "address", f.listener.Addr(), "compat", f.config.Compat, "other_machines", f.config.LAN())
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
	if err := agent.Serve(ctx, f.listener, f.handler, more...); err != nil {
		f.log.Error("serve the agent", "err", err)
	}
}

// close waits for submissions under way, and lets go of what is held.
func (f *agentFace) close() {
	f.submit.close()
	f.compat.Close()
	f.hub.Close()
	if f.listener != nil {
		_ = f.listener.Close() // Serve has closed it already, where it ran
	}
	if f.sixth != nil {
		_ = f.sixth.Close()
	}
	if f.plain != nil {
		_ = f.plain.Close()
	}
}

// readers announces readers that came or went.
func (f *agentFace) readers(list []cardreader.ReaderState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := map[string]bool{}
	for _, r := range list {
		if r.State == cardreader.StatusUnavailable {
			continue
		}
		now[r.Name] = true
		if !f.known[r.Name] {
			f.hub.Publish(agent.Event{Type: agent.ReaderAttached, Reader: r.Name})
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
func (f *agentFace) cardAccess(c agent.Caller) {
	in, _ := f.cards.patient()
	if in.Insertion == 0 {
		return
	}
	f.mu.Lock()
	again := f.noted[c.Name] == in.Insertion
	if len(f.noted) > maxNoted {
		clear(f.noted)
	}
	f.noted[c.Name] = in.Insertion
	f.last = reading{c.Name, in.Insertion}
	if c.NoToken {
		f.last.program = flow.UnnamedProgram
	}
	f.mu.Unlock()
	if again {
		return
	}
	f.look()
	if f.watch() {
		f.log.Warn("a program reads the card of the patient before the screen", "client", c.Name, "insertion", in.Insertion)
		return
	}
	f.log.Info("a program reads the card", "client", c.Name, "insertion", in.Insertion)
}

// readBy is the program that was the last to read the patient's card that is inside.
func (f *agentFace) readBy() string {
	in, _ := f.cards.patient()
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.Insertion == 0 || in.Insertion != f.last.insertion {
		return ""
	}
	return f.last.program
}

// maxNoted bounds the programs that are remembered by name.
const maxNoted = 64

// agentRights asks NHSO for rights. Where NHSO names no claim types, those for programs
// are offered.
type agentRights struct {
	upstream upstream
	types    []visit.ClaimType
}

// Right implements secureagent.Rights.
func (a agentRights) Right(ctx context.Context, pid visit.PID, date visit.Date) (secureagent.RightAnswer, error) {
	return a.ask(ctx, pid, date, a.upstream.right)
}

// RightByPID implements secureagent.Rights.
func (a agentRights) RightByPID(ctx context.Context, pid visit.PID, date visit.Date) (secureagent.RightAnswer, error) {
	return a.ask(ctx, pid, date, a.upstream.rightByPID)
}

func (a agentRights) ask(ctx context.Context, pid visit.PID, date visit.Date,
	right func(context.Context, visit.PID, visit.Date) (nhso.RightAnswer, error),
) (secureagent.RightAnswer, error) {
	began := time.Now()
	r, err := right(ctx, pid, date)
	a.upstream.heard(ctx, began, err)
	if err != nil {
		return secureagent.RightAnswer{}, err
	}
	types := r.ClaimTypes
	if types == nil && !r.Right.IsZero() {
		types = a.types
	}
	return secureagent.RightAnswer{
		Right: r.Right, ClaimTypes: types, Sex: r.Sex, Birth: r.Birth, PaidModel: r.PaidModel, Start: r.Start, Expire: r.Expire,
	}, nil
}

// agentCodes asks NHSO for the codes of a day. A code that was made here has the time
// that was told with it: programs compare the two.
type agentCodes struct {
	upstream upstream
	visits   toldVisits
}

// Codes implements secureagent.Codes.
func (a agentCodes) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]secureagent.Code, error) {
	found, err := a.upstream.Codes(ctx, pid, date)
	var codes []secureagent.Code
	for _, c := range found {
		codes = append(codes, secureagent.Code(c))
	}
	if len(codes) == 0 || err != nil {
		return codes, err
	}
	ours, err := a.visits.Find(pid, date)
	for _, r := range ours {
		for i := range codes {
			if r.Code == codes[i].Code && !r.IssuedAt.IsZero() {
				codes[i].At = r.IssuedAt
			}
		}
	}
	return codes, err
}

// agentSubmitter brings the visits that programs ask for through the same store
// and outbox as those of the kiosk.
type agentSubmitter struct {
	visits toldVisits
	outbox *outbox.Outbox
	log    *slog.Logger

	mu    sync.Mutex
	ended bool
	work  sync.WaitGroup
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

// Submit implements secureagent.Submitter. Requests for one person come one at a time.
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
	if err := a.visits.Save(v, v.CreatedAt); err != nil {
		a.log.Error("save visit", "visit", v.ID, "err", err)
		return secureagent.Outcome{Kind: secureagent.NotSaved}
	}
	a.log.Info("visit saved", "visit", v.ID, "claim_type", v.ClaimType.Code, "method", v.Method, "client", o.Client)
	return outcomeOf(a.outbox.Submit(ctx, v.ID))
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

// underWay tells whether a visit of the same person, day and claim type waits for
// NHSO already, whoever saved it.
func (a *agentSubmitter) underWay(v visit.Visit) (bool, error) {
	same, err := a.visits.Find(v.PID, v.ServiceDate)
	for _, r := range same {
		if r.State.Unsettled() && r.Visit.ClaimType.Code == v.ClaimType.Code {
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

// visitChanged tells those outside of a change that is on the disk.
func (c *core) visitChanged(id visit.ID, to storage.State) {
	c.tell.wake()
	if c.face == nil {
		return
	}
	if to == storage.StateDone {
		if r, err := c.store.Visit(id); err == nil {
			c.face.hub.Publish(agent.Event{
				Type: agent.CodeIssued, Visit: id, ClaimType: r.Visit.ClaimType.Code, PID: r.Visit.PID, Code: r.Code,
			})
		}
	}
	c.statusChanged()
}

// statusChanged tells that the local status is worth a look.
func (c *core) statusChanged() {
	if c.face != nil {
		c.face.hub.Publish(agent.Event{Type: agent.StatusChanged})
	}
}

// feedOf is the feed of visits as programs and receivers follow it.
type feedOf struct {
	store *storage.Store
	log   *slog.Logger
}

// Visits implements agent.VisitFeed. A record that cannot be read is told to the
// log and passed over: a receiver must not stand still for it.
func (f feedOf) Visits(after uint64, limit int) ([]agent.VisitChange, uint64, error) {
	changes, next, err := f.store.Changes(after, limit)
	if err != nil && next == after {
		return nil, after, err
	}
	if err != nil {
		f.log.Error("a visit of the feed cannot be read", "err", err)
	}
	list := make([]agent.VisitChange, len(changes))
	for i, c := range changes {
		list[i] = changeOf(c)
	}
	return list, next, nil
}

func changeOf(c storage.Change) agent.VisitChange {
	r := c.Record
	problem := r.Problem
	if r.State == storage.StateDone {
		problem = visit.NoProblem // of a try before
	}
	return agent.VisitChange{
		Seq: c.Seq, ID: r.Visit.ID, HCode: r.Visit.HCode, ServiceDate: r.Visit.ServiceDate, PID: r.Visit.PID, HN: r.Visit.HN, Problem: problem,
		ClaimType: r.Visit.ClaimType.Code, Method: r.Visit.Method, State: agent.VisitState(r.State), Code: r.Code,
		Confirmed: r.Visit.CreatedAt, Issued: r.IssuedAt, Changed: r.ChangedAt,
	}
}

var (
	_ secureagent.Rights    = agentRights{}
	_ secureagent.Codes     = agentCodes{}
	_ secureagent.Submitter = (*agentSubmitter)(nil)
	_ secureagent.Drafter   = (*agentSubmitter)(nil)
	_ agent.VisitFeed       = feedOf{}
)
