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
	maxConnections    = 20                     // the programs of one desk, some with several connections
	silentGrace       = 50 * time.Millisecond  // when all connections are taken, one that asked nothing for longer gives way
	silentGraceTLS    = 250 * time.Millisecond // the same where it has to shake hands first
	idleGrace         = 500 * time.Millisecond // the same between two requests
	maxReason         = 200                    // characters of a reason in /healthz
)

// Rates of one client (a token, or an address without one). Programs poll the
// terminals each 0.8 s or 1 s, several of them from one address: ten of them ask
// 12.5 times a second. What costs something, a card or NHSO, is rarer.
const (
	cheapRate  rate.Limit = 50
	cheapBurst            = 100
	workRate   rate.Limit = 5
	workBurst             = 10
	failRate   rate.Limit = 10 // refused tokens of one address; beyond that it is not even compared
	failBurst             = 50
	auditRate  rate.Limit = 1 // refusals that are written down one by one; the rest is counted
	auditBurst            = 20
	penalty               = 200 * time.Millisecond // until a request too many is refused
	maxWaiting            = 6                      // requests that are held back so
	maxBuckets            = 256                    // clients whose rate is remembered
)

// Limits of the card and of the streams of events.
const (
	cardQueue        = 8                // requests that wait for the one card read under way
	maxStreams       = 10               // half of the connections stay free for requests
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
