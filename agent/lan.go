package agent

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// LAN opens the agent to other machines. Everything must be given: an open port
// that reads cards is what this program replaces.
type LAN struct {
	Certificate *tls.Certificate // of this machine; plain HTTP is not spoken then, not even on loopback
	Addresses   []netip.Prefix   // from which clients may connect
	Hosts       []string         // under which they ask: host:port, exactly as in the address they use
}

// ErrLAN says what is missing before other machines may connect.
var ErrLAN = errors.New("other machines may connect only with a certificate, a list of addresses, the names they use, and a client with a token or a way to let one in")

// lists reports whether the address may connect.
func (l *LAN) lists(at netip.Addr) bool {
	if l == nil {
		return false
	}
	for _, prefix := range l.Addresses {
		if prefix.Contains(at) {
			return true
		}
	}
	return false
}

// check tells what is missing.
func (l *LAN) check(clients ClientLister, pairing *Pairing) error {
	if l == nil {
		return nil
	}
	var missing []string
	if l.Certificate == nil || len(l.Certificate.Certificate) == 0 {
		missing = append(missing, "the certificate")
	}
	if len(l.Addresses) == 0 {
		missing = append(missing, "the list of addresses")
	}
	for _, p := range l.Addresses {
		if !p.IsValid() || p.Bits() == 0 {
			missing = append(missing, "a list that is not every address")
		}
	}
	if len(l.Hosts) == 0 {
		missing = append(missing, "the names")
	}
	for _, h := range l.Hosts {
		if _, port, err := net.SplitHostPort(h); err != nil || port == "" || h != strings.ToLower(h) {
			missing = append(missing, fmt.Sprintf("a name with its port instead of %q", h))
		}
	}
	if pairing == nil && !anyClient(clients) {
		missing = append(missing, "a client with a token")
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: missing is %s", ErrLAN, strings.Join(missing, ", "))
	}
	return nil
}

func anyClient(clients ClientLister) bool {
	if clients == nil {
		return false
	}
	list, err := clients.Clients()
	return err == nil && len(list) > 0
}
