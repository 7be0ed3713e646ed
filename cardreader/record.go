package cardreader

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// transcriptTitle is the first line of a transcript. The number is that of the
// format (docs/thai-id-card.md, section 5).
const transcriptTitle = "# Card transcript 1. Personal data is replaced by filler."

// Marks of the lines of a transcript.
const (
	markStep    = "="
	markCommand = ">"
	markAnswer  = "<"
	markError   = "!"
)

// errorWords are the errors as transcripts name them. The first that matches
// counts; any other is "comm". The text of an error is never written, because
// nobody can know what a driver puts into it.
var errorWords = []struct {
	word string
	err  error
}{
	{"removed", ErrRemoved},
	{"no-card", ErrNoCard},
	{"no-reader", ErrNoReader},
	{"service-down", ErrServiceDown},
	{"denied", ErrDenied},
	{"busy", ErrBusy},
	{"mute", ErrMute},
	{"reset", ErrReset},
	{"timeout", ErrTimeout},
	{"comm", ErrComm},
}

func wordOf(err error) string {
	for _, w := range errorWords {
		if errors.Is(err, w.err) {
			return w.word
		}
	}
	return "comm"
}

// RecordService returns the service with every connection recorded. to is called
// for each connection and returns where its transcript goes, or nil for none; if
// it is an io.Closer, it is closed with the connection.
func RecordService(s Service, to func(reader string) io.Writer) Service {
	return &recordedService{s, to}
}

type recordedService struct {
	Service
	to func(reader string) io.Writer
}

// Connect connects and begins a transcript.
func (s *recordedService) Connect(reader string) (Card, error) {
	w := s.to(reader)
	card, err := s.Service.Connect(reader)
	switch {
	case w == nil:
		return card, err
	case err != nil:
		r := newRecorder(nil, w)
		r.step("connect", err)
		r.closeWriter()
		return nil, err
	default:
		r := newRecorder(card, w)
		r.begin()
		r.closes = true
		return r, nil
	}
}

// Record returns the card with everything that is said to it and by it written
// to w, as it happens, in the format that Replay reads. Personal data is replaced
// before it is written; status words, lengths and the form of every field stay. A
// failure to write ends the transcript, not the reading.
func Record(card Card, w io.Writer) Card {
	r := newRecorder(card, w)
	r.begin()
	return r
}

// recorder is a Card that keeps a transcript.
type recorder struct {
	card    Card
	w       io.Writer
	closes  bool // the writer with the card
	scrub   scrubber
	started time.Time
	failed  bool
}

var _ Card = (*recorder)(nil)

func newRecorder(card Card, w io.Writer) *recorder {
	r := &recorder{card: card, w: w, started: time.Now()}
	r.line(transcriptTitle)
	return r
}

func (r *recorder) begin() { r.line("atr " + hexOf(r.card.ATR())) }

// Transmit passes the command on and writes both sides. The command is written
// before it is sent, so that a card that hangs shows.
func (r *recorder) Transmit(apdu []byte) ([]byte, error) {
	r.entry(markCommand, hexOf(r.scrub.command(apdu)))
	answer, err := r.card.Transmit(apdu)
	if err != nil {
		r.entry(markError, wordOf(err))
	} else {
		r.entry(markAnswer, hexOf(r.scrub.answer(answer)))
	}
	return answer, err
}

// ATR returns the answer to reset.
func (r *recorder) ATR() []byte { return r.card.ATR() }

// Begin begins the transaction.
func (r *recorder) Begin() error {
	err := r.card.Begin()
	r.step("begin", err)
	return err
}

// End ends the transaction.
func (r *recorder) End() error {
	err := r.card.End()
	r.step("end", err)
	return err
}

// Close closes the card, and the writer if it was made for this connection.
func (r *recorder) Close() error {
	err := r.card.Close()
	r.step("close", err)
	r.closeWriter()
	return err
}

func (r *recorder) closeWriter() {
	if c, ok := r.w.(io.Closer); ok && (r.closes || r.card == nil) {
		_ = c.Close() // a transcript that cannot be written must not harm a reading
	}
}

func (r *recorder) step(name string, err error) {
	if err != nil {
		name += " " + wordOf(err)
	}
	r.entry(markStep, name)
}

// entry writes a line with the seconds since the beginning.
func (r *recorder) entry(mark, text string) {
	r.line(strings.TrimRight(fmt.Sprintf("%.6f %s %s", time.Since(r.started).Seconds(), mark, text), " "))
}

func (r *recorder) line(s string) {
	if r.failed {
		return
	}
	_, err := io.WriteString(r.w, s+"\n")
	r.failed = err != nil
}

func hexOf(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
