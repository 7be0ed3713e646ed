package agent

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// ErrOrigin says that a text is not an origin.
var ErrOrigin = errors.New("an origin is http:// or https://, a host in lower case and a port where it is not the usual one, and nothing else; or null or file://")

// opaque reports whether an origin is that of pages which have none of their own: files,
// programs made with Electron, and every sandboxed frame of any site. Such a page is
// known by its token alone.
func opaque(origin string) bool { return origin == "null" || origin == "file://" }

// ParseOrigin checks that a text is an origin exactly as browsers send it, and
// returns it.
func ParseOrigin(s string) (string, error) {
	if opaque(s) {
		return s, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" ||
		u.Scheme+"://"+u.Host != s || s != strings.ToLower(s) || strings.ContainsAny(s, "*, ") || strings.HasSuffix(s, ":") {
		return "", fmt.Errorf("%q: %w", s, ErrOrigin)
	}
	if p := u.Port(); u.Scheme == "http" && p == "80" || u.Scheme == "https" && p == "443" {
		return "", fmt.Errorf("%q: browsers leave the usual port out: %w", s, ErrOrigin)
	}
	return s, nil
}

// origins are the web pages that may ask.
type origins struct {
	allowed map[string]bool
	csrf    *http.CrossOriginProtection
}

func newOrigins(list []string) (*origins, error) {
	o := &origins{allowed: map[string]bool{}, csrf: http.NewCrossOriginProtection()}
	var errs []error
	for _, text := range list {
		origin, err := ParseOrigin(text)
		if err == nil && !opaque(origin) {
			err = o.csrf.AddTrustedOrigin(origin)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("allowed origin: %w", err))
			continue
		}
		o.allowed[origin] = true
	}
	return o, errors.Join(errs...)
}

// Headers of cross-origin answers. Access-Control-Allow-Private-Network belongs
// to the preflight of Private Network Access (WICG draft), which some versions
// of Chromium send before a page may ask a loopback address; the permission of
// its successor, Local Network Access, needs no header.
const (
	allowHeaders  = "Authorization, Content-Type, Last-Event-ID" // where none are asked for
	exposeHeaders = zoneHeader + ", Retry-After"
	preflightAge  = "600" // seconds that a browser may remember a preflight
)

// allow lets the page of an allowed origin read the answer, also when it asks with
// credentials, as some libraries always do: no cookie opens anything here. Pages
// without an origin of their own may not.
func (o *origins) allow(h http.Header, origin string) {
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", exposeHeaders)
	if !opaque(origin) {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}

// preflight answers the question of a browser whether a page may ask.
func (o *origins) preflight(w http.ResponseWriter, r *http.Request, methods string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", askedHeaders(r.Header["Access-Control-Request-Headers"]))
	h.Set("Vary", "Origin, Access-Control-Request-Headers")
	h.Set("Access-Control-Max-Age", preflightAge)
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}

// askedHeaders are the headers that a page asks for: a listed page may send what its
// libraries want, none of it is looked at here but those of allowHeaders.
func askedHeaders(lines []string) string {
	var names []string
	for _, line := range lines {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.Trim(name, " \t"); headerName(name) && len(names) < maxAskedHeaders {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return allowHeaders
	}
	return strings.Join(names, ", ")
}

// headerName reports whether a text can be the name of a header: a token (RFC 9110,
// section 5.6.2).
func headerName(s string) bool {
	return s != "" && len(s) <= maxHeaderName && !strings.ContainsFunc(s, func(c rune) bool {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	})
}
