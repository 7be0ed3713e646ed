package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
)

// Hook is one receiver.
type Hook struct {
	Name   string // for the status and the place in the feed
	URL    string // https, or http to this machine
	Secret Secret
}

// Errors of hooks.
var (
	ErrName = errors.New("a hook's name is 1 to 40 letters, digits, dots, hyphens or underscores")
	ErrURL  = errors.New("a hook's address is https://..., or http://127.0.0.1:port/..., without a user and a fragment")
)

var hookName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// Check tells what is wrong with the hook.
func (h Hook) Check() error {
	if !hookName.MatchString(h.Name) {
		return ErrName
	}
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return fmt.Errorf("hook %s: %w", h.Name, ErrURL) // not the address: it may hold a key
	}
	if len(h.Secret.key) == 0 {
		return fmt.Errorf("hook %s: %w", h.Name, ErrSecret)
	}
	return nil
}

// loopback reports whether a host is this machine by its address. Names are not
// asked for, but localhost.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || host == "localhost"
}
