package kioskcmd

import (
	"io"
	"os"
	"strings"
	"sync"

	"authenkiosk/cli"
)

// Main runs the program, and sees to it that its words reach somebody. On Windows it has
// no console of its own, which would lie over the kiosk: called in a shell it writes
// there; elsewhere a window has a log beside its data, and one that ends with an error
// says why in a box.
func Main(p *cli.Program, args []string) int { return mainWith(thisSystem(), p, args) }

// system is where words can go.
type system struct {
	heard   bool                                            // somebody reads standard error
	console func() (in io.Reader, out *os.File, there bool) // of the shell that called
	box     func(title, text string)
}

func mainWith(s system, p *cli.Program, args []string) int {
	if s.heard {
		return p.Main(args)
	}
	if in, out, there := s.console(); there {
		p.Stdin, p.Stdout, p.Stderr = in, out, out
		return p.Main(args)
	}
	var last lastWords
	p.Stderr = &last
	if !hasWindow(args) { // others are called by programs, which read the status
		return p.Main(args)
	}
	if log, err := p.OpenLog(args); err == nil { // without it the box still tells
		defer func() { _ = log.Close() }()
		p.Stderr = io.MultiWriter(&last, log)
	}
	status := p.Main(args)
	if status != 0 {
		s.box(p.Name, last.String())
	}
	return status
}

func hasWindow(args []string) bool {
	return len(args) == 0 || args[0] == "kiosk" || args[0] == "station" || strings.HasPrefix(args[0], "-")
}

// maxLast is how many bytes of the last words are shown: a few lines.
const maxLast = 600

// lastWords keep the end of what was written.
type lastWords struct {
	mu   sync.Mutex
	text []byte // guarded by mu
}

// Write implements io.Writer.
func (l *lastWords) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	if more := len(l.text) - maxLast; more > 0 {
		l.text = append(l.text[:0], l.text[more:]...)
	}
	return len(b), nil
}

// String returns the last lines, whole ones if there are any.
func (l *lastWords) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := strings.ToValidUTF8(string(l.text), "")
	if _, whole, cut := strings.Cut(text, "\n"); cut && whole != "" && len(l.text) == maxLast {
		text = whole
	}
	return strings.TrimSpace(text)
}
