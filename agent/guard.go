package agent

import (
	"net"
	"net/http"
	"strings"
)

// guard lets only requests through that a program on this machine sent on
// purpose. The order matters: a request under a foreign name learns nothing.
//
//   - Host must be a loopback name with the port at which the request arrived,
//     else 421. A page whose name was pointed at 127.0.0.1 (DNS rebinding) is
//     stopped here, whatever else it sends.
//   - No web page may ask: Origin, or Sec-Fetch-Site of another site, gives 403.
//     No answer has a CORS header.
//   - GET and HEAD only, else 405.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header())
		switch {
		case !ownName(r):
			refuse(w, http.StatusMisdirectedRequest, "ask for 127.0.0.1, localhost or [::1] with the port")
		case fromPage(r.Header):
			refuse(w, http.StatusForbidden, "web pages may not ask")
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, "GET and HEAD only")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// protect sets what makes an answer useless to a page that gets hold of it.
func protect(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// ownName tells whether Host is one of the three names of this machine, with the
// port of the connection. A server without a known port refuses everything.
func ownName(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return false
	}
	switch r.Host {
	case "127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port:
		return true
	}
	return false
}

// fromPage tells whether a browser sent the request for a page of any site.
// Sec-Fetch-Site is "none" when a person typed the address.
func fromPage(h http.Header) bool {
	if len(h["Origin"]) > 0 || len(h["Upgrade"]) > 0 {
		return true
	}
	for _, site := range h["Sec-Fetch-Site"] {
		if strings.TrimSpace(site) != "none" {
			return true
		}
	}
	return false
}
