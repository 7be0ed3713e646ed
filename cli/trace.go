package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
)

// waitForTraceCard is how long the trace command waits for a card.
const waitForTraceCard = 60 * time.Second

// trace records what a problem card and the program say to each other, without
// personal data, for a file that a hospital can send away.
func (p *Program) trace(ctx context.Context, s *Settings) error {
	if s.out == "" {
		return errors.New("say where the transcript goes: -out FILE")
	}
	c, err := s.Load()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(s.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, waitForTraceCard)
	defer cancel()
	err = traceCard(ctx, pcsc.New(), c.CardReader, f, p.Stdout)
	return errors.Join(err, f.Close())
}

// traceCard waits for the next card in the patient's reader, reads all of it and
// says how far that went. A card that cannot be read is what the command is for,
// so that it is no error.
func traceCard(ctx context.Context, service cardreader.Service, c config.CardReader, to io.Writer, say io.Writer) error {
	out := &oneWriter{w: to}
	recorded := cardreader.RecordService(service, func(reader string) io.Writer {
		if !cardreader.NamesReader(reader, c.Patient) {
			return nil
		}
		return out
	})
	m := cardreader.New(cardreader.Options{Service: recorded, Patient: c.Patient, Officer: c.Certifier, LongReads: c.LongReads})
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { m.Run(ctx) })
	defer func() {
		stop()
		for range m.Events() { // Run ends when nobody has to be told anything any more
		}
		watching.Wait()
	}()
	_, _ = fmt.Fprintln(say, "Put the card in. Nothing personal is written down.")
	for e := range m.Events() {
		switch e := e.(type) {
		case cardreader.ServiceLost:
			return fmt.Errorf("the card service does not answer: %w", e.Err)
		case cardreader.Mute:
			_, err := fmt.Fprintln(say, "The card does not answer at all: upside down, or its chip is dirty or broken.")
			return err
		case cardreader.Inserted:
			return errors.Join(readForTrace(ctx, m, e, say), out.err())
		}
	}
	return fmt.Errorf("no card came within %s", waitForTraceCard)
}

func readForTrace(ctx context.Context, m *cardreader.Monitor, card cardreader.Inserted, say io.Writer) error {
	doc, err := m.Read(ctx, card, cardreader.Receiver{})
	if err != nil {
		_, err = fmt.Fprintln(say, "The text cannot be read:", err)
		return err
	}
	photo, err := m.Photo(ctx, card, doc, nil)
	if err != nil {
		_, err = fmt.Fprintln(say, "The text was read, the photo cannot be:", err)
		return err
	}
	_, err = fmt.Fprintf(say, "The card was read whole: text, and a photo of %d bytes.\n", len(photo))
	return err
}

// oneWriter is written to by several connections and remembers the first error.
type oneWriter struct {
	mu    sync.Mutex
	w     io.Writer
	first error
}

func (o *oneWriter) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.w.Write(b)
	if err != nil && o.first == nil {
		o.first = fmt.Errorf("write the transcript: %w", err)
	}
	return n, err
}

func (o *oneWriter) err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.first
}
