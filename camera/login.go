package camera

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/icholy/digest"
)

// login is the user and password of a camera, and how it wants them: in Digest (RFC
// 7616) where it offers that, else in Basic (RFC 7617). Nothing is sent before the
// camera has asked.
type login struct {
	user, password string
	basic          bool
	challenge      *digest.Challenge
	count          int // of requests under the challenge
}

func loginOf(u *url.URL) login {
	password, _ := u.User.Password()
	return login{user: u.User.Username(), password: password}
}

// answer takes the challenge of an answer that refuses, and reports whether to ask
// again.
func (l *login) answer(h http.Header) bool {
	if l.user == "" && l.password == "" {
		return false
	}
	before := l.challenge
	if c, err := digest.FindChallenge(h); err == nil && digest.CanDigest(c) {
		l.challenge, l.count, l.basic = c, 0, false
		// A camera that refuses its own fresh challenge has another password.
		return before == nil || c.Stale || c.Nonce != before.Nonce
	}
	for _, value := range h.Values("WWW-Authenticate") {
		if len(value) >= len("basic") && strings.EqualFold(value[:len("basic")], "basic") && !l.basic {
			l.basic, l.challenge = true, nil
			return true
		}
	}
	return false
}

// sign puts into a request what the camera has asked for.
func (l *login) sign(r *http.Request) error {
	switch {
	case l.challenge != nil:
		l.count++
		c, err := digest.Digest(l.challenge, digest.Options{
			Method: r.Method, URI: r.URL.RequestURI(), Count: l.count, Username: l.user, Password: l.password,
		})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		r.Header.Set("Authorization", c.String())
	case l.basic:
		r.SetBasicAuth(l.user, l.password)
	}
	return nil
}

// signing signs each request by itself, also one to which a camera has sent on: an
// answer in Digest is good for one path only.
type signing struct {
	login *login
	*http.Transport
}

// RoundTrip implements http.RoundTripper.
func (s signing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if err := s.login.sign(r); err != nil {
		return nil, err
	}
	return s.Transport.RoundTrip(r)
}
