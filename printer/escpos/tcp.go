package escpos

import (
	"context"
	"fmt"
	"net"
	"time"
)

const (
	// dialLimit is ample for a printer in the same network; one that is switched
	// off must not keep the patient waiting.
	dialLimit = 3 * time.Second
	// keepAlive finds out that a printer was unplugged while nothing is sent.
	keepAlive = 10 * time.Second
	// sendBuffer keeps the kernel from swallowing a whole slip, which would make
	// every write succeed, whatever the printer does.
	sendBuffer = 8 << 10
)

// TCP returns the way to a printer in the network (raw port, mostly 9100).
func TCP(address string) Opener {
	return func(ctx context.Context) (Port, error) {
		d := net.Dialer{Timeout: dialLimit, KeepAlive: keepAlive}
		c, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, fmt.Errorf("connect to printer: %w", err)
		}
		t := c.(*net.TCPConn)
		_ = t.SetWriteBuffer(sendBuffer) // only a matter of precision
		return tcpPort{t}, nil
	}
}

type tcpPort struct{ *net.TCPConn }

// Abort throws away what the kernel still holds, so that it does not come out
// later.
func (p tcpPort) Abort() error {
	_ = p.SetLinger(0)
	return p.Close()
}
