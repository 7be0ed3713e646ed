package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/icholy/digest"

	"authenkiosk/camera/scene"
)

// twoPictures are two JPEGs that differ, the second with a small picture inside of a
// segment, as cameras with EXIF send it.
func twoPictures(tb testing.TB) [2][]byte {
	tb.Helper()
	first := encoded(tb, scene.Good, image.Pt(80, 64))
	second := bytes.Clone(first[:2])
	second = append(second, 0xff, 0xe1, byte((len(first)+2)>>8), byte(len(first)+2))
	second = append(second, first...)
	return [2][]byte{first, append(second, first[2:]...)}
}

func TestPicturesAreFoundWhateverStandsBetweenThem(t *testing.T) {
	two := twoPictures(t)
	withoutEnd := two[0][:len(two[0])-2]
	for _, c := range []struct {
		name     string
		text     string // with {jpeg} and its length {n}
		boundary string
		before   string // of the first part
		end      string
	}{
		{"as it should be", "--x\r\nContent-Type: image/jpeg\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "x", "", ""},
		{"no length", "--frame\r\nContent-Type: image/jpeg\r\n\r\n{jpeg}\r\n", "frame", "", "--frame--\r\n"},
		{"the first without boundary", "Content-Type: image/jpeg\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n--x\r\n", "x", "", ""},
		{"the first without boundary and header", "{jpeg}\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n", "frame", "", ""},
		{"glued to a header", "--frameContent-Type: image/jpeg\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "frame", "", ""},
		{"two dashes too many", "----x\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "x", "", ""},
		{"no dashes", "frame\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "frame", "", ""},
		{"dashes said and not sent", "--x\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "----x", "", ""},
		{"another than was said", "--other\r\nContent-Type: image/jpeg\r\n\r\n{jpeg}\r\n", "said", "", ""},
		{"none said", "--other\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "", "", ""},
		{"quotes sent", "--\"x\"\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "x", "", ""},
		{"pictures only", "{jpeg}", "x", "", ""},
		{"pictures and ends of lines", "{jpeg}\r\n\r\n", "", "", ""},
		{"a boundary and no header", "--frame\r\n{jpeg}\r\n", "frame", "", ""},
		{"a boundary, an empty line", "--frame\r\n\r\n{jpeg}\r\n", "frame", "", ""},
		{"no empty line", "--frame\r\nContent-Type: image/jpeg\r\n{jpeg}\r\n", "frame", "", ""},
		{"a length that is no number", "--frame\r\nContent-Length: many\r\n\r\n{jpeg}\r\n", "frame", "", ""},
		{"an empty length", "--frame\r\nContent-Length:\r\n\r\n{jpeg}\r\n", "frame", "", ""},
		{"much before the first", "--x\r\nContent-Length: {n}\r\n\r\n{jpeg}\r\n", "x", strings.Repeat("hello\r\n", 9000), ""},
		{"fill bytes behind", "--frame\r\n\r\n{jpeg}\x00\x00\r\n", "frame", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var text bytes.Buffer
			text.WriteString(c.before)
			for i := range 4 {
				picture := two[i%2]
				head, tail, _ := strings.Cut(strings.Replace(c.text, "{n}", fmt.Sprint(len(picture)), 1), "{jpeg}")
				text.WriteString(head)
				text.Write(picture)
				text.WriteString(tail)
			}
			text.WriteString(c.end)
			parts := newPartReader(inPieces(&text), bare(c.boundary))
			for i := range 4 {
				got, err := parts.next(nil)
				if err != nil || !bytes.Equal(got, two[i%2]) {
					t.Fatalf("picture %d: %d bytes of %d, %v", i, len(got), len(two[i%2]), err)
				}
			}
			if got, err := parts.next(nil); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("a fifth picture: %d bytes, %v", len(got), err)
			}
		})
	}
	t.Run("pictures without their end", func(t *testing.T) {
		for name, between := range map[string]string{"nothing between": "", "the boundary between": "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"} {
			text := bytes.Repeat(append(bytes.Clone(withoutEnd), between...), 3)
			parts := newPartReader(bytes.NewReader(text), "frame")
			for i := range 2 {
				if got, err := parts.next(nil); err != nil || !bytes.Equal(got, withoutEnd) {
					t.Errorf("%s, picture %d: %d bytes of %d, %v", name, i, len(got), len(withoutEnd), err)
				}
			}
		}
	})
	t.Run("lengths that are too short are found out", func(t *testing.T) {
		var text bytes.Buffer
		for range 4 {
			fmt.Fprintf(&text, "--frame\r\nContent-Length: %d\r\n\r\n%s\r\n", len(two[0])-200, two[0])
		}
		parts := newPartReader(&text, "frame")
		if _, err := parts.next(nil); err != nil { // the price
			t.Fatal(err)
		}
		for i := range 3 {
			if got, err := parts.next(nil); err != nil || !bytes.Equal(got, two[0]) {
				t.Fatalf("picture %d: %d bytes of %d, %v", i, len(got), len(two[0]), err)
			}
		}
	})
	t.Run("a first part that is large and has no boundary", func(t *testing.T) {
		large := append(bytes.Clone(two[0][:len(two[0])-2]), bytes.Repeat([]byte{0x55, 0xff, 0x00}, 60<<10)...)
		large = append(large, 0xff, 0xd9)
		text := append(bytes.Clone(large), "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"...)
		text = append(append(text, two[1]...), "\r\n--frame\r\n"...)
		parts := newPartReader(bytes.NewReader(text), "frame")
		for i, want := range [][]byte{large, two[1]} {
			if got, err := parts.next(nil); err != nil || !bytes.Equal(got, want) {
				t.Errorf("picture %d: %d bytes of %d, %v", i, len(got), len(want), err)
			}
		}
	})
}

// inPieces hands a text out in pieces of odd sizes.
func inPieces(r io.Reader) io.Reader { return &pieces{r: r} }

type pieces struct {
	r io.Reader
	n int
}

func (p *pieces) Read(b []byte) (int, error) {
	p.n = p.n%7 + 1
	return p.r.Read(b[:min(len(b), p.n)])
}

func TestDamagedPicturesAreLeftBehind(t *testing.T) {
	two := twoPictures(t)
	for _, c := range []struct{ name, junk string }{
		{"a start and nothing", "\xff\xd8\xff"},
		{"a start and text", "\xff\xd8\xff\xe0\x00\x04no"},
		{"a segment of no length", "\xff\xd8\xff\xe0\x00\x00"},
		{"fill bytes without end", "\xff\xd8" + strings.Repeat("\xff", 5000)},
		{"text", strings.Repeat("no picture\r\n", 100)},
	} {
		text := []byte(c.junk)
		for range 6 {
			text = append(append(text, two[0]...), "\r\n--frame\r\n\r\n"...)
		}
		parts := newPartReader(bytes.NewReader(text), "frame")
		good := 0
		for {
			got, err := parts.next(nil)
			if err != nil {
				break
			}
			if bytes.Equal(got, two[0]) {
				good++
			}
		}
		if good < 4 {
			t.Errorf("%s: %d of 6 pictures", c.name, good)
		}
	}
}

func TestTheKindOfAnAnswerIsReadAsCamerasWriteIt(t *testing.T) {
	for _, c := range []struct{ value, kind, boundary string }{
		{"multipart/x-mixed-replace; boundary=frame", "multipart/x-mixed-replace", "frame"},
		{`multipart/x-mixed-replace;boundary="my frame"`, "multipart/x-mixed-replace", "my frame"},
		{"multipart/x-mixed-replace; boundary=--my/frame=1", "multipart/x-mixed-replace", "--my/frame=1"},
		{"Multipart/X-Mixed-Replace;Boundary=<frame>; charset=x", "multipart/x-mixed-replace", "<frame>"},
		{"multipart/x-mixed-replace", "multipart/x-mixed-replace", ""},
		{"multipart/x-mixed-replace; boundary=", "multipart/x-mixed-replace", ""},
		{"image/jpg", "image/jpg", ""},
		{"IMAGE/JPEG; ", "image/jpeg", ""},
		{"", "", ""},
	} {
		if kind, boundary := contentType(c.value); kind != c.kind || boundary != c.boundary {
			t.Errorf("%q: %q, %q", c.value, kind, boundary)
		}
	}
}

func TestOnePictureIsOneHoweverItIsLabelled(t *testing.T) {
	two := twoPictures(t)
	for _, kind := range []string{
		"image/jpeg", "image/jpg", "image/pjpeg", "application/octet-stream", "", "multipart/x-mixed-replace; boundary=x", "multipart/x-mixed-replace",
	} {
		t.Run("labelled "+kind, func(t *testing.T) {
			t.Parallel()
			asked := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header()["Content-Type"] = []string{kind}
				if kind == "" {
					w.Header()["Content-Type"] = nil
				}
				_, _ = w.Write(two[asked%2])
			}))
			t.Cleanup(s.Close)
			source := connected(t, s.URL)
			for range 3 {
				var r raw
				if err := source.read(t.Context(), &r); err != nil || !bytes.Equal(r.data, two[asked%2]) {
					t.Fatalf("%d bytes, %v", len(r.data), err)
				}
			}
			if asked != 3 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

func connected(t *testing.T, address string) source {
	t.Helper()
	connect, err := mjpegConnector(address)
	if err != nil {
		t.Fatal(err)
	}
	s, err := connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func TestACameraGetsItsPasswordInTheWayThatItAsksFor(t *testing.T) {
	two := twoPictures(t)
	for _, c := range []struct {
		name       string
		challenges []string
		password   string
		stale      bool // each nonce is good for one request
		want       error
		digest     bool
	}{
		{"Digest", []string{`Digest realm="cam", nonce="n0", qop="auth"`}, "canary7", false, nil, true},
		{"Digest of RFC 2069", []string{`Digest realm="cam", nonce="n0"`}, "canary7", false, nil, true},
		{"Digest with SHA-256", []string{`Digest realm="cam", nonce="n0", qop="auth", algorithm=SHA-256`}, "canary7", false, nil, true},
		{"both are offered", []string{`Basic realm="cam"`, `Digest realm="cam", nonce="n0", qop="auth"`}, "canary7", false, nil, true},
		{"nonces that wear out", []string{`Digest realm="cam", nonce="n0", qop="auth"`}, "canary7", true, nil, true},
		{"Basic", []string{`Basic realm="cam"`}, "canary7", false, nil, false},
		{"another password", []string{`Digest realm="cam", nonce="n0", qop="auth"`}, "wrong", false, ErrRefused, true},
		{"another password in Basic", []string{`Basic realm="cam"`}, "wrong", false, ErrRefused, false},
		{"an unknown way", []string{`Negotiate`}, "canary7", false, ErrRefused, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asked, inBasic := 0, 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				nonce := nonceAt(asked, c.stale)
				_, _, basic := r.BasicAuth()
				if basic {
					inBasic++
				}
				if !admitted(r, c.digest, nonce) {
					for _, challenge := range c.challenges {
						w.Header().Add("WWW-Authenticate", strings.Replace(challenge, "n0", nonceAt(asked+1, c.stale), 1))
					}
					http.Error(w, "who are you?", http.StatusUnauthorized)
					return
				}
				w.Header().Set("Content-Type", "image/jpeg")
				_, _ = w.Write(two[asked%2])
			}))
			t.Cleanup(s.Close)
			u, _ := url.Parse(s.URL + "/snapshot?channel=1")
			u.User = url.UserPassword("kiosk", c.password)
			connect, err := mjpegConnector(u.String())
			if err != nil {
				t.Fatal(err)
			}
			source, err := connect(t.Context())
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if c.digest && inBasic > 0 {
				t.Error("the password went out as it is")
			}
			if err != nil {
				return
			}
			defer source.close()
			for range 3 {
				var r raw
				if err := source.read(t.Context(), &r); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// nonceAt is the nonce that a request has to have; one that wears out is good for the
// request behind the refusal.
func nonceAt(asked int, wears bool) string {
	if !wears {
		return "n0"
	}
	return fmt.Sprint("n", asked/2)
}

// admitted is the camera's look at what it was sent.
func admitted(r *http.Request, inDigest bool, nonce string) bool {
	if !inDigest {
		user, password, _ := r.BasicAuth()
		return user == "kiosk" && password == "canary7"
	}
	cred, err := digest.ParseCredentials(r.Header.Get("Authorization"))
	if err != nil || cred.URI != r.URL.RequestURI() || cred.Nonce != nonce {
		return false
	}
	chal := &digest.Challenge{Realm: "cam", Nonce: cred.Nonce, Algorithm: cred.Algorithm}
	if cred.QOP != "" {
		chal.QOP = []string{cred.QOP}
	}
	want, err := digest.Digest(chal, digest.Options{
		Method: r.Method, URI: cred.URI, Count: cred.Nc, Cnonce: cred.Cnonce, Username: "kiosk", Password: "canary7",
	})
	return err == nil && want.Response == cred.Response
}

// TestAPasswordGoesWithARedirection is a camera that sends on to another path: the
// answer in Digest is made of the path that is asked, so it needs one of its own.
func TestAPasswordGoesWithARedirection(t *testing.T) {
	two := twoPictures(t)
	for _, c := range []struct {
		name, challenge string
		digest, open    bool // open: the first path wants no password
	}{
		{"Digest on both paths", `Digest realm="cam", nonce="n0", qop="auth"`, true, false},
		{"Digest behind the redirection", `Digest realm="cam", nonce="n0", qop="auth"`, true, true},
		{"Basic", `Basic realm="cam"`, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				first := r.URL.Path == "/video"
				switch {
				case !(first && c.open) && !admitted(r, c.digest, "n0"):
					w.Header().Set("WWW-Authenticate", c.challenge)
					http.Error(w, "who are you?", http.StatusUnauthorized)
				case first:
					http.Redirect(w, r, "/video/", http.StatusFound)
				default:
					w.Header().Set("Content-Type", "image/jpeg")
					_, _ = w.Write(two[0])
				}
			}))
			t.Cleanup(s.Close)
			u, _ := url.Parse(s.URL + "/video")
			u.User = url.UserPassword("kiosk", "canary7")
			connect, err := mjpegConnector(u.String())
			if err != nil {
				t.Fatal(err)
			}
			source, err := connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer source.close()
			for range 2 {
				var r raw
				if err := source.read(t.Context(), &r); err != nil || !bytes.Equal(r.data, two[0]) {
					t.Fatalf("%d bytes, %v", len(r.data), err)
				}
			}
		})
	}
}
