package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// secretPrefix marks a secret in its text form, as Standard Webhooks has it.
const secretPrefix = "whsec_"

// ErrSecret says that a text is not a secret.
var ErrSecret = errors.New("a secret is whsec_ and base64 of 24 to 64 bytes")

// Secret signs the requests of one hook. It prints itself masked.
type Secret struct{ key []byte }

// NewSecret makes a secret of 32 random bytes and returns its text, which is to
// be kept as a secret and given to the receiver.
func NewSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

// ParseSecret reads the text form of a secret.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	if !ok {
		return Secret{}, ErrSecret
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) < minSecret || len(key) > maxSecret {
		return Secret{}, ErrSecret
	}
	return Secret{key}, nil
}

// String hides the secret.
func (s Secret) String() string { return "[secret]" }

// Format keeps every verb of package fmt from showing the secret.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[secret]")) }

// sign returns the header webhook-signature for a body: "v1," and base64 of
// HMAC-SHA256 over "id.seconds.body".
func (s Secret) sign(id string, at time.Time, body []byte) string {
	return "v1," + base64.StdEncoding.EncodeToString(s.mac(id, strconv.FormatInt(at.Unix(), 10), body))
}

func (s Secret) mac(id, seconds string, body []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(id + "." + seconds + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// Errors of Verify.
var (
	ErrSignature = errors.New("the signature of the webhook is wrong")
	ErrTooOld    = errors.New("the time of the webhook is too far from now")
)

// Verify checks a request as a receiver does: the signature, in constant time,
// and that the time is within tolerance of now. header has the three headers
// webhook-id, webhook-timestamp and webhook-signature.
func (s Secret) Verify(header func(string) string, body []byte, now time.Time, tolerance time.Duration) error {
	seconds := header("webhook-timestamp")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return ErrSignature
	}
	want := s.mac(header("webhook-id"), seconds, body)
	good := false
	for one := range strings.SplitSeq(header("webhook-signature"), " ") {
		encoded, ok := strings.CutPrefix(one, "v1,")
		if got, err := base64.StdEncoding.DecodeString(encoded); ok && err == nil && hmac.Equal(got, want) {
			good = true
		}
	}
	switch age := now.Sub(time.Unix(n, 0)); {
	case !good:
		return ErrSignature
	case age > tolerance || age < -tolerance:
		return ErrTooOld
	}
	return nil
}
