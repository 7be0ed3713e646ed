package agent

import (
	"time"

	"golang.org/x/time/rate"
)

// Limits of the server. All clients are on this machine or few and listed.
const (
	readHeaderTimeout = 5 * time.Second        // a slow client must not hold a connection
	readTimeout       = 5 * time.Second        // whole request
	writeTimeout      = 10 * time.Second       // whole answer
	idleTimeout       = 60 * time.Second       // between requests of one connection
	shutdownTimeout   = 5 * time.Second        // for answers under way when the program ends
	workTimeout       = 75 * time.Second       // a card with its photo and NHSO, each with its own limit
	maxHeaderBytes    = 8 << 10                // browsers send about 1 kB
	maxBodyBytes      = 64 << 10               // the largest request of NHSO's agent is below 1 kB
	maxJSONDepth      = 16                     // requests are flat; deep ones cost memory
	maxConnections    = 64                     // more than can be busy at once: maxAsking, maxReading, maxStreams and maxWaiting together
	maxLeaving        = 16                     // connections that are sent away at the same time with care
	awayLimit         = 100 * time.Millisecond // to hear and to answer each of them
	silentGrace       = 50 * time.Millisecond  // when all connections are taken, one that asked nothing for longer gives way
	silentGraceTLS    = 250 * time.Millisecond // the same where it has to shake hands first
	idleGrace         = 500 * time.Millisecond // the same between two requests
	maxRefusedPages   = 8                      // on the status page
	maxAskedHeaders   = 50                     // that a page may ask for in a preflight
	maxHeaderName     = 64                     // bytes
	maxReason         = 200                    // characters of a reason in /healthz
)

// timing are the limits of time that one agent keeps. Tests of something else give it
// more, so that no pause of the machine reaches them.
type timing struct {
	header, read, write, idle time.Duration // of http.Server
	shutdown, work            time.Duration
	event, goodbye            time.Duration // streamTimeout, closeGrace
}

var usual = timing{
	header: readHeaderTimeout, read: readTimeout, write: writeTimeout, idle: idleTimeout,
	shutdown: shutdownTimeout, work: workTimeout, event: streamTimeout, goodbye: closeGrace,
}

// Rates of one client: a token, or without one an address, the name that a program
// gives itself, and the origin of a page. Programs poll the terminals, and some of
// them the card, each 0.8 s or 1 s, several under one name: ten of them ask 12.5
// times a second. A card that was read is told from memory; what asks NHSO is rarer.
const (
	cheapRate    rate.Limit = 50
	cheapBurst              = 100
	cardRate     rate.Limit = 20
	cardBurst               = 40
	workRate     rate.Limit = 10
	workBurst               = 20
	addressTimes            = 4  // all clients without a token of one address together: so many times one
	failRate     rate.Limit = 10 // refused tokens of one address; beyond that it is not even compared
	failBurst               = 50
	auditRate    rate.Limit = 1 // refusals that are written down one by one; the rest is counted
	auditBurst              = 20
	penalty                 = 200 * time.Millisecond // until a request too many is refused
	maxWaiting              = 6                      // requests that are held back so
	maxBuckets              = 256                    // clients whose rate is remembered
	maxUserAgent            = 200                    // characters of the name of a program that tell it from others
)

// Places of requests that wait for something slow. What needs neither NHSO nor the
// card always finds a connection.
const (
	maxAsking      = 24 // wait for NHSO
	maxAskingEach  = 12 // of one client: ten programs of one name at once
	maxReading     = 12 // wait for the card alone; it is read once for all
	maxReadingEach = 10
)

// Limits of the streams of events.
const (
	maxStreams       = 10               // of all clients together
	maxClientStreams = 4                // of one client: tabs of one browser
	streamBuffer     = 64               // events that a slow client may lag behind
	ringSize         = 256              // events that can be asked for again
	personalTTL      = time.Minute      // personal data stays that long in the ring, or until the card is out
	streamTimeout    = 3 * time.Second  // for a client to take one event; with closeGrace below shutdownTimeout
	closeGrace       = time.Second      // for the client of a WebSocket to say goodbye
	heartbeat        = 15 * time.Second // below the usual 30 s of proxies
	ticketTTL        = 30 * time.Second
	maxTickets       = 32
	clientsTTL       = 2 * time.Second // until a removed client is noticed
)

// Limits of the feed of visits.
const (
	defaultVisits = 100
	maxVisits     = 500
)
