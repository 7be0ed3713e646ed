// Package mqtt publishes changed visits to the hospital's broker.
//
// MQTT 5, quality of service 1: every change at least once, and in order but for those
// that the broker has refused (package feed); the place is kept durably and moves only
// after the broker has acknowledged that it has the change and somebody to give it to.
// Topics:
//
//	authenkiosk/<hcode>/<kiosk>/visits    a changed visit, not retained
//	authenkiosk/<hcode>/<kiosk>/online    {"online":true,"zone":"..."}, retained; false when the kiosk is gone
//
// The number of a change is worth something within the feed that the message names.
//
// The package must not log an address, a password or a message.
package mqtt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"authenkiosk/agent"
	"authenkiosk/agent/feed"
)

// Limits.
const (
	connectTimeout = 10 * time.Second // brokers are in the same building
	packetTimeout  = 10 * time.Second // until the broker acknowledges
	keepAlive      = 30               // seconds; the broker notices a lost kiosk after 1.5 times that
	maxPacket      = 16 << 10         // bytes that the broker may send: we subscribe to nothing
	atLeastOnce    = 1                // quality of service
)

// Config says where the broker is and under which name the kiosk is known.
type Config struct {
	Broker   string // mqtts://host[:8883], or mqtt://127.0.0.1[:1883] on this machine
	Username string // empty: none
	Password string
	RootCAs  *x509.CertPool // nil: those of the machine
	HCode    string         // the unit
	Kiosk    string         // name of this kiosk, different from that of all others of the unit
}

// ErrConfig says what is wrong with a Config.
var ErrConfig = errors.New("wrong MQTT settings")

// level is one level of a topic: nothing that has a meaning there.
var level = regexp.MustCompile(`^[A-Za-z0-9._-]{1,40}$`)

// Check tells what is wrong.
func (c Config) Check() error {
	u, err := url.Parse(c.Broker)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%w: the broker is mqtts://host:port", ErrConfig)
	case u.Scheme == "mqtt" && !loopback(u.Hostname()):
		return fmt.Errorf("%w: mqtt:// is for this machine only, because messages hold personal data; use mqtts://", ErrConfig)
	case u.Scheme != "mqtt" && u.Scheme != "mqtts":
		return fmt.Errorf("%w: the broker is mqtts://host:port", ErrConfig)
	case !level.MatchString(c.HCode):
		return fmt.Errorf("%w: the unit's code", ErrConfig)
	case !level.MatchString(c.Kiosk):
		return fmt.Errorf("%w: the kiosk's name", ErrConfig)
	}
	return nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || host == "localhost"
}

// VisitsTopic is where a kiosk publishes its changed visits.
func VisitsTopic(hcode, kiosk string) string { return "authenkiosk/" + hcode + "/" + kiosk + "/visits" }

// OnlineTopic is where a kiosk says whether it is there.
func OnlineTopic(hcode, kiosk string) string { return "authenkiosk/" + hcode + "/" + kiosk + "/online" }

// Options are what the publisher needs.
type Options struct {
	Visits  agent.VisitFeed
	Cursors feed.Cursors // under "mqtt"
	Aside   feed.Aside   // under the same name
	Zone    string
	Feed    string // id of the feed
	Logger  *slog.Logger
}

// Publisher brings the visits to the broker.
type Publisher struct {
	c        Config
	o        Options
	follower *feed.Follower

	connecting, packet time.Duration // connectTimeout, packetTimeout; tests have more patience

	mu     sync.Mutex
	client *paho.Client // nil: not connected
}

// New checks the settings; nothing is sent before Run.
func New(c Config, o Options) (*Publisher, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	p := &Publisher{c: c, o: o, connecting: connectTimeout, packet: packetTimeout}
	p.follower = feed.New(feed.Options{
		Name: "mqtt", Visits: o.Visits, Cursors: o.Cursors, Aside: o.Aside, Logger: o.Logger, Ready: p.connect, Deliver: p.deliver,
	})
	return p, nil
}

// Run publishes until the context ends, says that the kiosk is gone, and returns
// when nothing is under way.
func (p *Publisher) Run(ctx context.Context) {
	p.follower.Run(ctx)
	p.mu.Lock()
	client := p.client
	p.client = nil
	p.mu.Unlock()
	if client == nil {
		return
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.packet)
	defer cancel()
	if _, err := client.Publish(last, p.online(false)); err != nil {
		p.o.Logger.Debug("say goodbye to the broker", "err", errBroker)
	}
	_ = client.Disconnect(&paho.Disconnect{ReasonCode: 0})
	<-client.Done()
}

// Wake tells that visits have changed. It never waits.
func (p *Publisher) Wake() { p.follower.Wake() }

// Status returns how the broker is.
func (p *Publisher) Status() feed.Status { return p.follower.Status() }

// Errors that stand for those of the library, whose texts hold addresses.
var (
	errUnreachable = errors.New("the broker cannot be reached")
	errRefused     = errors.New("the broker refuses the connection")
	errBroker      = errors.New("the broker did not acknowledge")
	errNo          = errors.New("the broker refuses the message")
	errNobody      = errors.New("nobody listens")
)

// connect makes the connection unless there is one.
func (p *Publisher) connect(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client != nil {
		select {
		case <-p.client.Done():
			p.client = nil
		default:
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, p.connecting)
	defer cancel()
	conn, err := p.dial(ctx)
	if err != nil {
		return errUnreachable
	}
	client := paho.NewClient(paho.ClientConfig{Conn: conn, PacketTimeout: p.packet})
	answer, err := client.Connect(ctx, p.hello())
	if err != nil {
		_ = conn.Close()
		if answer != nil {
			return fmt.Errorf("%w with reason %#x", errRefused, answer.ReasonCode)
		}
		return errUnreachable
	}
	if said, err := client.Publish(ctx, p.online(true)); err != nil {
		_ = client.Disconnect(&paho.Disconnect{ReasonCode: 0})
		<-client.Done()
		if said != nil {
			return fmt.Errorf("%w to %s with reason %#x", errNo, OnlineTopic(p.c.HCode, p.c.Kiosk), said.ReasonCode)
		}
		return errBroker
	}
	p.client = client
	return nil
}

func (p *Publisher) dial(ctx context.Context) (net.Conn, error) {
	u, err := url.Parse(p.c.Broker)
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if u.Scheme == "mqtt" {
		if port == "" {
			port = "1883"
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
		return &patientConn{Conn: conn, limit: p.packet}, err
	}
	if port == "" {
		port = "8883"
	}
	dialer := &tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: p.c.RootCAs, ServerName: u.Hostname()}}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	return &patientConn{Conn: conn, limit: p.packet}, err
}

// patientConn lets the goroutines of the library write one after the other, and
// none of them longer than a packet may take.
type patientConn struct {
	net.Conn
	sync.Mutex
	limit time.Duration
}

// Write implements io.Writer.
func (c *patientConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.limit)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (p *Publisher) hello() *paho.Connect {
	one, limit := uint16(1), uint32(maxPacket)
	will := p.online(false)
	return &paho.Connect{
		ClientID: "authenkiosk-" + p.c.HCode + "-" + p.c.Kiosk, KeepAlive: keepAlive, CleanStart: true,
		Username: p.c.Username, UsernameFlag: p.c.Username != "", Password: []byte(p.c.Password), PasswordFlag: p.c.Password != "",
		Properties:  &paho.ConnectProperties{ReceiveMaximum: &one, MaximumPacketSize: &limit},
		WillMessage: &paho.WillMessage{Topic: will.Topic, Payload: will.Payload, QoS: atLeastOnce, Retain: true},
	}
}

// online is the message that the kiosk is there, or gone.
func (p *Publisher) online(here bool) *paho.Publish {
	payload, err := json.Marshal(struct {
		Online bool   `json:"online"`
		Zone   string `json:"zone"`
	}{here, p.o.Zone})
	if err != nil { // two plain fields: cannot be
		payload = []byte(`{}`)
	}
	return &paho.Publish{Topic: OnlineTopic(p.c.HCode, p.c.Kiosk), Payload: payload, QoS: atLeastOnce, Retain: true}
}

// deliver publishes one visit and returns once the broker has it.
func (p *Publisher) deliver(ctx context.Context, c agent.VisitChange) error {
	if err := p.connect(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	client := p.client
	p.mu.Unlock()
	answer, _ := client.Publish(ctx, &paho.Publish{
		Topic: VisitsTopic(p.c.HCode, p.c.Kiosk), Payload: c.Message(agent.Source{Zone: p.o.Zone, Feed: p.o.Feed, Kiosk: p.c.Kiosk}),
		QoS: atLeastOnce, Properties: &paho.PublishProperties{ContentType: "application/json"},
	})
	if answer != nil { // the broker has judged the message; the connection is well
		return p.judged(answer.ReasonCode)
	}
	// What happened to the message is not known. A new connection begins anew, and
	// the message is sent again.
	p.mu.Lock()
	p.client = nil
	p.mu.Unlock()
	_ = client.Disconnect(&paho.Disconnect{ReasonCode: 0})
	<-client.Done()
	return errBroker
}

// Reason codes of PUBACK (MQTT 5.0, table 3-2 in section 3.4.2.1).
const (
	reasonNobody    = 0x10 // no matching subscribers: the broker has thrown the message away
	reasonFailure   = 0x80 // this and everything above
	reasonIDInUse   = 0x91
	reasonQuotaOver = 0x97
)

// judged words the broker's reason. A message that nobody gets is not delivered: it is
// published again until somebody listens.
func (p *Publisher) judged(reason byte) error {
	switch {
	case reason == reasonNobody:
		return fmt.Errorf("%w to %s", errNobody, VisitsTopic(p.c.HCode, p.c.Kiosk))
	case reason < reasonFailure: // 0x00; some brokers say 0x01
		return nil
	case reason == reasonIDInUse, reason == reasonQuotaOver: // another time perhaps
		return fmt.Errorf("%w: reason %#x", errBroker, reason)
	}
	return &feed.RefusedError{Err: fmt.Errorf("%w with reason %#x", errNo, reason)}
}
