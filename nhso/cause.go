package nhso

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/go-resty/resty/v2"

	"authenkiosk/neterror"
)

// Causes, in words of our own. Callers tell them apart by Kind; they are
// exported by errors.Is for tests and diagnostics.
var (
	ErrOtherDay    = errors.New("the service date of the visit is not today")
	ErrOtherUnit   = errors.New("the visit belongs to another unit than the configured one")
	ErrNoToken     = errors.New("there is no usable token")
	ErrEmpty       = errors.New("the answer is empty")
	ErrHTML        = errors.New("the answer is a web page")
	ErrJSON        = errors.New("the answer is not the documented JSON")
	ErrOtherPerson = errors.New("the answer is about another person")
	ErrCode        = errors.New("the answer has a code of the wrong form")
	ErrNoCode      = errors.New("the answer has neither a code nor a reason")
	ErrTooLong     = errors.New("the answer is longer than allowed")
	ErrRedirect    = errors.New("the answer leads to another address")
	ErrCut         = errors.New("the connection was cut")
	ErrUntrusted   = errors.New("the server's certificate is not trusted")
	ErrDate        = errors.New("the server's certificate is not valid on the date of this machine: check the date of this machine")
	ErrConnect     = errors.New("no connection")
	ErrMethod      = errors.New("this way to NHSO does not take this proof of identity")

	// Of an Agent only.
	ErrNoReader      = errors.New("the agent has no card reader")
	ErrNoCard        = errors.New("there is no card in the agent's reader, or another one")
	ErrBadCard       = errors.New("the agent cannot read the card")
	ErrBehind        = errors.New("the agent gets no answer of NHSO")
	ErrNoCorrelation = errors.New("there is no unused reading of the card for this submission")
	ErrPublic        = errors.New("the agent's address is neither of this machine nor of a private network")
)

// cause turns an error of the transport into one that cannot carry personal
// data. Errors of net/http quote the address, and with it the PID; others quote
// bytes of the answer, which may echo the request. So no text of theirs is kept
// but the name of a host and the words of the operating system.
func cause(err error) error {
	if known := knownCause(err); known != nil {
		return known
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Errorf("%w: no address for host %s", ErrConnect, dns.Name)
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return context.DeadlineExceeded
	}
	if isDial(err) {
		return ErrConnect
	}
	return fmt.Errorf("transport error %T", innermost(err))
}

func knownCause(err error) error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return ErrUntrusted
	}
	for _, c := range []struct{ is, as error }{
		{context.Canceled, context.Canceled},
		{context.DeadlineExceeded, context.DeadlineExceeded},
		{resty.ErrResponseBodyTooLarge, ErrTooLong},
		{io.EOF, ErrCut},
		{io.ErrUnexpectedEOF, ErrCut},
		{io.ErrClosedPipe, ErrCut},
		{net.ErrClosed, ErrCut},
	} {
		if errors.Is(err, c.is) {
			return c.as
		}
	}
	if neterror.Cut(err) {
		return ErrCut
	}
	return nil
}

// isDial reports whether the error surely came before a connection.
func isDial(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
