package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// bufferBytes is how much the printer takes before it works it off: that of a
// middling printer.
const bufferBytes = 16 << 10

// Printer is a made-up printer. Its methods may be called from any goroutine.
type Printer struct {
	mu      sync.Mutex
	changed *sync.Cond // state, buffer, decoder or closed
	state   State
	buffer  []byte
	decoder *decoder
	conn    io.ReadWriteCloser // where answers go: the latest
	open    map[io.Closer]bool
	auto    bool // automatic status is on
	closed  bool
	pulled  bool // its line in memory is unplugged
	random  *rand.Rand
	times   Times
	running sync.WaitGroup
}

// Times are when the bytes of a slip came.
type Times struct {
	First time.Time // the first byte of what came since Forget
	Last  time.Time // the latest byte
	Bytes int
}

// New returns a printer with paper of so many dots. Close ends it.
func New(width int) *Printer {
	p := &Printer{decoder: newDecoder(width), open: map[io.Closer]bool{}, random: rand.New(rand.NewPCG(1, 2))}
	p.changed = sync.NewCond(&p.mu)
	p.running.Go(p.work)
	return p
}

// Listen starts to accept connections and returns the address; "127.0.0.1:0"
// finds a free port.
func (p *Printer) Listen(address string) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("made-up printer: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = l.Close()
		return "", net.ErrClosed
	}
	p.open[l] = true
	p.running.Go(func() { p.accept(l) })
	return l.Addr().String(), nil
}

// Line returns a computer's end of a line to the printer that needs no network, and
// works in a bubble of testing/synctest. There is none between Unplug and Plug.
func (p *Printer) Line(context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	if !p.attach(there, func() bool { return !p.pulled }) {
		return nil, fmt.Errorf("made-up printer: unplugged: %w", net.ErrClosed)
	}
	return here, nil
}

// Plug makes lines to the printer possible again.
func (p *Printer) Plug() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulled = false
}

// accept serves one computer at a time: a new connection ends the one before.
func (p *Printer) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		// What a computer sends must not vanish in the kernel of this one.
		_ = c.(*net.TCPConn).SetReadBuffer(bufferBytes)
		p.attach(c, func() bool { return p.open[l] })
	}
}

// attach lets the printer serve a line from now on, unless the condition, which is
// asked under the lock, says that there is none any more. It closes the line then.
func (p *Printer) attach(c net.Conn, when func() bool) bool {
	p.mu.Lock()
	if !when() || !p.enter(c) {
		p.mu.Unlock()
		_ = c.Close()
		return false
	}
	p.running.Go(func() { _ = p.serve(c) }) // how a line ends is the computer's business
	p.mu.Unlock()
	return true
}

// Serve is the printer at the end of a line, until the line is closed.
func (p *Printer) Serve(c io.ReadWriteCloser) error {
	p.mu.Lock()
	entered := p.enter(c)
	p.mu.Unlock()
	if !entered {
		return errors.Join(net.ErrClosed, c.Close())
	}
	return p.serve(c)
}

// enter makes a line the one to which answers go, with the lock held, and closes the
// one before. It reports false when the printer is switched off for good.
func (p *Printer) enter(c io.ReadWriteCloser) bool {
	if p.closed {
		return false
	}
	before := p.conn
	p.open[c], p.conn, p.auto = true, c, false
	p.changed.Broadcast()
	if before != nil {
		_ = before.Close()
	}
	return true
}

func (p *Printer) serve(c io.ReadWriteCloser) error {
	p.greet(c)
	err := p.read(c)
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
	_ = c.Close()
	return err
}

// greet says what the printer says to whoever connects.
func (p *Printer) greet(c io.Writer) {
	p.mu.Lock()
	greeting := p.state.Greeting
	p.mu.Unlock()
	if greeting != "" {
		_, _ = io.WriteString(c, greeting)
	}
}

// read takes bytes from the line. What is asked in real time is answered before
// it is even put into the buffer.
func (p *Printer) read(c io.ReadWriteCloser) error {
	chunk := make([]byte, 1024)
	var tail []byte // the last bytes, for commands that are cut in two
	for {
		if !p.until(func() bool { return !p.state.Stall }) {
			return net.ErrClosed
		}
		n, err := c.Read(chunk)
		if n > 0 {
			p.came(n)
			p.obey(c, tail, chunk[:n])
			tail = append(tail, chunk[:n]...)
			tail = append([]byte{}, tail[max(0, len(tail)-realTimeTail):]...)
			if !p.put(c, chunk[:n]) {
				return net.ErrClosed
			}
			if p.breakOff(n) {
				reset(c)
				return net.ErrClosed
			}
		}
		if err != nil {
			return err
		}
	}
}

// realTimeTail is one byte less than the longest real-time command.
const realTimeTail = 9

// came notes the time, and makes a slow printer slow.
func (p *Printer) came(n int) {
	p.mu.Lock()
	now := time.Now()
	if p.times.Bytes == 0 {
		p.times.First = now
	}
	p.times.Last, p.times.Bytes = now, p.times.Bytes+n
	rate := p.state.BytesPerSecond
	p.mu.Unlock()
	if rate > 0 {
		time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
	}
}

// obey looks for real-time commands that end in the new bytes.
func (p *Printer) obey(c io.Writer, tail, fresh []byte) {
	all := append(append([]byte{}, tail...), fresh...)
	for i := 2; i < len(all); i++ {
		if i < len(tail) || all[i-2] != dle {
			continue
		}
		if all[i-1] == eot && all[i] >= 1 && all[i] <= 4 {
			p.mu.Lock()
			s := p.state
			p.mu.Unlock()
			if !s.InOrder {
				p.say(c, []byte{s.realTime(all[i])})
			}
		}
	}
	for i := range all {
		if end := i + len(clearAll); end > len(tail) && end <= len(all) && string(all[i:end]) == clearAll {
			p.mu.Lock()
			p.buffer, p.decoder.rows = nil, 0
			p.changed.Broadcast()
			p.mu.Unlock()
		}
	}
}

// clearAll is DLE DC4 8 with its fixed parameters.
const clearAll = "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"

// say answers, unless the printer is mute.
func (p *Printer) say(c io.Writer, data []byte) {
	p.mu.Lock()
	switch {
	case p.state.Mute || c == nil:
		data = nil
	case p.state.Garbage:
		data = make([]byte, 1+p.random.IntN(4))
		for i := range data {
			data[i] = byte(p.random.Uint32())
		}
		data[0] |= 0x80 // at least one byte that no printer sends
	case p.state.Strange != "":
		data = []byte(p.state.Strange)
	default:
		data = append(data[:len(data):len(data)], p.state.Tail...)
	}
	p.mu.Unlock()
	if len(data) > 0 {
		_, _ = c.Write(data)
	}
}

// put waits until the buffer has room. It reports false when the printer is
// switched off or talks to another computer by now.
func (p *Printer) put(c io.Closer, data []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buffer)+len(data) > bufferBytes && !p.closed && p.conn == c {
		p.changed.Wait()
	}
	if p.closed || p.conn != c {
		return false
	}
	p.buffer = append(p.buffer, data...)
	p.changed.Broadcast()
	return true
}

// breakOff reports whether the connection breaks after these bytes.
func (p *Printer) breakOff(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.ResetAfter == 0 {
		return false
	}
	if p.state.ResetAfter -= n; p.state.ResetAfter > 0 {
		return false
	}
	p.state.ResetAfter = 0
	return true
}

func reset(c io.Closer) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// until waits; it reports false when the printer is switched off.
func (p *Printer) until(when func() bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !when() && !p.closed {
		p.changed.Wait()
	}
	return !p.closed
}

// work executes what is in the buffer.
func (p *Printer) work() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed {
		if p.state.stopped() {
			p.changed.Wait()
			continue
		}
		before := p.decoder.printed()
		n := p.decoder.step(p.buffer)
		if n == 0 {
			p.changed.Wait()
			continue
		}
		p.buffer = p.buffer[n:]
		p.use(p.decoder.printed() - before)
		p.reply()
		p.changed.Broadcast()
	}
}

// use takes rows off the roll.
func (p *Printer) use(rows int) {
	if p.state.PaperRows == 0 || rows <= 0 {
		return
	}
	if p.state.PaperRows -= rows; p.state.PaperRows <= 0 {
		p.state.PaperRows, p.state.PaperOut = 0, true
		// What is printed leaves with the end of the roll; the next is on a new one.
		p.decoder.slips = append(p.decoder.slips, p.decoder.tear(false))
		p.tellAll()
	}
}

// reply answers what was asked in order. It is called with the lock held and
// gives it up meanwhile.
func (p *Printer) reply() {
	asked, c := p.decoder.asked, p.conn
	p.decoder.asked = nil
	for _, a := range asked {
		var data []byte
		switch a.command {
		case eot:
			if p.state.InOrder && a.n >= 1 && a.n <= 4 {
				data = []byte{p.state.realTime(a.n)}
			}
		case 'r':
			if !p.state.NoFence {
				data = []byte{p.state.sensor()}
			}
		case 'a':
			if p.auto = a.n != 0; p.auto {
				data = p.state.automatic()
			}
		case 'I':
			data = identity(a.n)
		}
		if len(data) > 0 {
			p.mu.Unlock()
			p.say(c, data)
			p.mu.Lock()
		}
	}
}

// identity returns the answer to GS I n.
func identity(n byte) []byte {
	switch n {
	case 1, 2, 3:
		return []byte{0x20}
	case 66:
		return []byte("_MADE-UP\x00")
	case 67:
		return []byte("_SINK\x00")
	}
	return nil
}

// tellAll sends automatic status, with the lock held.
func (p *Printer) tellAll() {
	if !p.auto || p.conn == nil {
		return
	}
	data, c := p.state.automatic(), p.conn
	p.mu.Unlock()
	p.say(c, data)
	p.mu.Lock()
}

// Set changes the state.
func (p *Printer) Set(change func(*State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.state)
	p.tellAll()
	p.changed.Broadcast()
}

// State returns the state.
func (p *Printer) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// Slips returns what was cut off so far, and what went with the end of a roll.
func (p *Printer) Slips() []Slip {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Slip{}, p.decoder.slips...)
}

// Paper returns what hangs in the printer, not yet cut.
func (p *Printer) Paper() Slip {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := *p.decoder
	d.bits = append([]byte{}, d.bits...)
	return d.tear(false)
}

// Faults returns what a good program would not have sent.
func (p *Printer) Faults() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]error{}, p.decoder.faults...)
}

// Times returns when bytes came since Forget.
func (p *Printer) Times() Times {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.times
}

// Forget throws the slips away and begins the times anew.
func (p *Printer) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.decoder.slips, p.decoder.faults, p.times = nil, nil, Times{}
}

// Wait waits until so many slips were cut.
func (p *Printer) Wait(ctx context.Context, slips int) error {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.changed.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.decoder.slips) < slips {
		if p.closed {
			return net.ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%d of %d slips came: %w", len(p.decoder.slips), slips, err)
		}
		p.changed.Wait()
	}
	return nil
}

// Unplug breaks all connections and takes no more, as if the wire was pulled and
// the printer switched off: what it had not printed is lost.
func (p *Printer) Unplug() {
	p.mu.Lock()
	p.buffer, p.decoder.rows, p.auto, p.pulled = nil, 0, false, true
	open := p.open
	p.open = map[io.Closer]bool{}
	p.changed.Broadcast()
	p.mu.Unlock()
	for c := range open {
		reset(c)
	}
}

// Close switches the printer off for good and returns when nothing of it runs.
func (p *Printer) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Unplug()
	p.running.Wait()
	return nil
}
