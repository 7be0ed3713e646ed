package nhso

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// lateRenewal is how long a server may show a certificate that has ended, before
// that speaks against the clock of this machine: somebody renews it within days.
const lateRenewal = 7 * 24 * time.Hour

// bounds are what a certificate tells about the time: NHSO would not show one that is
// not valid yet, nor for long one that is not valid any more.
type bounds struct {
	after  time.Time // it is later than this; zero: not told
	before time.Time // it was earlier than this when it was seen; zero: not told
	seen   time.Time
	valid  time.Time // a time at which the certificate is valid
}

// datedOnly reports whether a TLS handshake failed for nothing but the date of this
// machine, and what the certificate tells about the time. The chain must be trusted,
// for that host, at a time at which the server's certificate is valid: whoever can
// make up a certificate must not be able to speak against the clock. Whether the
// server has the key of it, holdsKey tells.
func datedOnly(err error, host string, roots *x509.CertPool, now time.Time) (bounds, bool) {
	failed, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(failed.UnverifiedCertificates) == 0 {
		return bounds{}, false
	}
	invalid, ok := errors.AsType[x509.CertificateInvalidError](failed.Err)
	if !ok || invalid.Reason != x509.Expired {
		return bounds{}, false
	}
	leaf := failed.UnverifiedCertificates[0]
	between := x509.NewCertPool()
	for _, c := range failed.UnverifiedCertificates[1:] {
		between.AddCert(c)
	}
	valid := leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)
	chains, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between, CurrentTime: valid})
	if err != nil {
		return bounds{}, false
	}
	b := bounds{seen: now, valid: valid}
	for _, c := range chains[0] {
		switch {
		case now.Before(c.NotBefore) && c.NotBefore.After(b.after):
			b.after = c.NotBefore
		case now.After(c.NotAfter) && (b.before.IsZero() || c.NotAfter.Before(b.before)):
			b.before = c.NotAfter
		}
	}
	return b, true
}

// holdsKey reports whether the server has the key of a certificate that is valid at that
// time. Certificates are public, and one is judged before its key: who stands between
// could show an old one. The handshake is made anew as of that time, and the request
// called off then: it has neither a token nor anything of a person.
func (e *Endpoint) holdsKey(ctx context.Context, address string, valid time.Time) bool {
	ctx, cancel := context.WithTimeout(ctx, e.limits.Connect)
	defer cancel()
	var held atomic.Bool
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { held.Store(true); cancel() },
	}), http.MethodHead, address, nil)
	if err != nil {
		return false
	}
	if resp, err := e.asOf(valid).RoundTrip(r); err == nil {
		_ = resp.Body.Close()
	}
	return held.Load()
}

// witness returns the bounds as of now: what was early when it was seen is later by
// the time that has passed since.
func (b bounds) witness() (after, before time.Time) {
	if !b.before.IsZero() {
		before = b.before.Add(lateRenewal + time.Since(b.seen))
	}
	return b.after, before
}
