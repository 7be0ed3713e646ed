package agent

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Pairing lets stations in. An administrator of this machine has a code made; whoever
// types it at a station within minutes has the station get a token of its own, with the
// scope of the desk and the name of the station, which can be removed as any client.
type Pairing struct {
	clients ClientStore
	audit   func(machine, result string)

	mu    sync.Mutex
	code  string // empty: none
	until time.Time
	tries int // that are left, for all who try
}

// Limits of a pairing code. Its digits are few because a person carries them: so are the
// tries, and the time, which goes by the monotonic clock.
const (
	PairingTTL    = 10 * time.Minute
	PairingTries  = 5
	pairingDigits = 8
)

// What the audit has of pairings.
const (
	pairingMade    = "made"
	pairingOK      = "ok"
	pairingRefused = "refused"
)

// Errors of pairing.
var (
	ErrPairing     = errors.New("the pairing code is wrong or not valid any more: have a new one made on the machine that is to be reached")
	ErrPairingForm = fmt.Errorf("a pairing code has %d digits", pairingDigits)
)

// NewPairing returns a pairing without a code. Its audit is told what was done, and the
// name of the machine that asked, if any; it must not wait.
func NewPairing(clients ClientStore, audit func(machine, result string)) *Pairing {
	return &Pairing{clients: clients, audit: audit}
}

// NewCode makes a code for one station, which takes the place of the one before.
func (p *Pairing) NewCode() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1e8)) // crypto/rand never fails
	digits := fmt.Sprintf("%0*d", pairingDigits, n)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.code, p.until, p.tries = digits, time.Now().Add(PairingTTL), PairingTries
	p.audit("", pairingMade)
	return digits[:pairingDigits/2] + "-" + digits[pairingDigits/2:]
}

// LetIn adds the machine with that code as a client and returns its token. A wrong code
// takes a try from all; a right one is good once.
func (p *Pairing) LetIn(code, machine string, now time.Time) (token string, err error) {
	digits, err := parsePairingCode(code)
	if err != nil {
		return "", err
	}
	if !clientName.MatchString(machine) || longNumber.MatchString(machine) {
		return "", ErrClientName
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.code == "" || !time.Now().Before(p.until) {
		p.code = ""
		return "", ErrPairing
	}
	if subtle.ConstantTimeCompare([]byte(digits), []byte(p.code)) != 1 {
		if p.tries--; p.tries == 0 {
			p.code = ""
		}
		p.audit(machine, pairingRefused)
		return "", ErrPairing
	}
	if token, err = AddClient(p.clients, machine, []Scope{ScopeDesk}, now); err != nil {
		return "", err
	}
	p.code = ""
	p.audit(machine, pairingOK)
	return token, nil
}

// parsePairingCode reads a code as a person types it.
func parsePairingCode(s string) (digits string, err error) {
	digits = strings.NewReplacer("-", "", " ", "").Replace(s)
	if len(digits) != pairingDigits || strings.Trim(digits, "0123456789") != "" {
		return "", ErrPairingForm
	}
	return digits, nil
}

// Fingerprint returns the SHA-256 of a certificate as browsers show it, for people to
// compare; empty where there is none.
func Fingerprint(c *tls.Certificate) string {
	if c == nil || len(c.Certificate) == 0 {
		return ""
	}
	sum := sha256.Sum256(c.Certificate[0])
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}

// certificate returns what other machines see; nil: plain HTTP on this machine.
func (a *Agent) certificate() *tls.Certificate {
	if a.o.LAN == nil {
		return nil
	}
	return a.o.LAN.Certificate
}

// pair answers POST /api/v1/desk/pair.
func (a *Agent) pair(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Code, Machine string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		refuse(w, http.StatusBadRequest, "write code and machine as texts")
		return
	}
	token, err := a.o.Pairing.LetIn(asked.Code, asked.Machine, a.now())
	switch {
	case errors.Is(err, ErrPairingForm), errors.Is(err, ErrClientName):
		refuse(w, http.StatusBadRequest, err.Error())
	case errors.Is(err, ErrPairing):
		refuse(w, http.StatusForbidden, err.Error())
	case errors.Is(err, ErrClientTaken):
		refuse(w, http.StatusConflict, "another station or program has this name: choose another, or have it removed (client remove); the code is still good")
	case err != nil:
		a.o.Logger.Error("let a station in", "err", err)
		refuse(w, http.StatusServiceUnavailable, "the station cannot be kept now")
	default:
		a.keys.forget() // the token must be good at once
		a.o.Logger.Info("a station was let in", "machine", asked.Machine)
		a.answer(w, map[string]string{
			"token": token, "machine": asked.Machine, "scope": string(ScopeDesk), "certificate_sha256": Fingerprint(a.certificate()),
		})
	}
}
