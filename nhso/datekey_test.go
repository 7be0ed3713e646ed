package nhso_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"authenkiosk/nhso"
)

func TestAnOldCertificateWithoutItsKeySaysNothingAboutTheClock(t *testing.T) {
	now := time.Now()
	a := newAuthority(t, now.AddDate(-3, 0, 0), now.AddDate(3, 0, 0))
	cert, _ := a.make(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "NHSO"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, -1, 0),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, a.key)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: other}}}
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	client := clientOf(t, s.URL, func(o *nhso.Options) { o.RootCAs = roots })
	_, err = client.Probe(t.Context())
	if after, before := client.Witness(); !errors.Is(err, nhso.ErrUntrusted) || !after.IsZero() || !before.IsZero() {
		t.Errorf("%v, %v, %v", err, after, before)
	}
}
