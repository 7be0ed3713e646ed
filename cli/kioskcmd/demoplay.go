package kioskcmd

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/kiosk"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Draw draws a model without a display, in pixels.
type Draw func(k *kiosk.Kiosk, m flow.Model, width, height int) (image.Image, error)

// demoPlay is one whole visit, played without a display, a reader or a network:
// the real flow, store, client, screens and slip, with a made-up card and the
// embedded simulator.
type demoPlay struct {
	out           string
	width, height int
	draw          Draw
	log           *slog.Logger

	mu     sync.Mutex
	model  flow.Model
	change chan struct{}
	scenes []flow.Model
}

// demoPhone is typed on the keypad.
const demoPhone = "0800001234"

// demoLimit bounds the whole visit.
const demoLimit = 60 * time.Second

// run plays the visit, writes the pictures and returns the code.
func (p *demoPlay) run(ctx context.Context, c config.Config, data string) (visit.AuthenCode, error) {
	ctx, cancel := context.WithTimeout(ctx, demoLimit)
	defer cancel()
	demo, err := demo.New(nil)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(p.out, 0o755); err != nil {
		return "", err
	}
	c.Printer.Kind, c.Printer.Address = visit.PrinterImage, p.out
	k, err := kiosk.New(kiosk.Options{Options: app.Options{Config: c, Data: data, Log: p.log, Demo: demo}})
	if err != nil {
		return "", err
	}
	p.change = make(chan struct{}, 1)
	ended := make(chan error, 1)
	kioskCtx, stop := context.WithCancel(ctx)
	go func() { ended <- k.Run(kioskCtx, p.show) }()
	code, err := p.play(ctx, k)
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return "", err
	}
	return code, p.write(k, code)
}

func (p *demoPlay) show(m flow.Model) {
	p.mu.Lock()
	p.model = m
	p.mu.Unlock()
	select {
	case p.change <- struct{}{}:
	default:
	}
}

// until waits for a model and keeps it as a scene.
func (p *demoPlay) until(ctx context.Context, what string, ok func(flow.Model) bool) error {
	for {
		p.mu.Lock()
		m := p.model
		p.mu.Unlock()
		if ok(m) {
			p.scenes = append(p.scenes, m)
			return nil
		}
		select {
		case <-p.change:
		case <-ctx.Done():
			return fmt.Errorf("demo: waiting for %s on screen %v: %w", what, m.State, ctx.Err())
		}
	}
}

func in(s flow.State) func(flow.Model) bool {
	return func(m flow.Model) bool { return m.State == s }
}

// play does what a patient would do.
func (p *demoPlay) play(ctx context.Context, k *kiosk.Kiosk) (visit.AuthenCode, error) {
	dock := k.Dock()
	var code visit.AuthenCode
	steps := []struct {
		what string
		do   func() error
		ok   func(flow.Model) bool
	}{
		{"the lights", nil, func(m flow.Model) bool {
			return m.State == flow.Welcome && m.Devices.Reader == visit.DeviceReady && m.Devices.NHSO == visit.DeviceReady
		}},
		{"the name", func() error { return dock.InsertCard("citizen") }, func(m flow.Model) bool {
			return m.State == flow.Reading && !m.Session.Person.PID.IsZero()
		}},
		{"the keypad", nil, in(flow.PhoneEntry)},
		{"six digits", p.typing(k, demoPhone[:6]), func(m flow.Model) bool { return m.Session.PhoneInput == demoPhone[:6] }},
		{"the confirmation", p.typing(k, demoPhone[6:]), in(flow.Confirm)},
		{"the claim types", tap(k, flow.TapChangeClaimType{}), in(flow.ClaimTypeChoice)},
		{"the confirmation again", tap(k, flow.TapBack{}), in(flow.Confirm)},
		{"the sending", tap(k, flow.TapConfirm{}), func(m flow.Model) bool {
			return m.State == flow.Sending && m.Session.Phase == flow.Submitting
		}},
		{"the code and the slip", nil, func(m flow.Model) bool {
			code = m.Session.Code
			return m.State == flow.Result && m.Session.Print != flow.Printing
		}},
		{"the welcome screen", func() error { dock.RemoveCard(); return nil }, in(flow.Welcome)},
	}
	for _, s := range steps {
		if s.do != nil {
			if err := s.do(); err != nil {
				return "", fmt.Errorf("demo: on the way to %s: %w", s.what, err)
			}
		}
		if err := p.until(ctx, s.what, s.ok); err != nil {
			return "", err
		}
	}
	return code, nil
}

func tap(k *kiosk.Kiosk, e flow.Event) func() error {
	return func() error { k.Send(e); return nil }
}

func (p *demoPlay) typing(k *kiosk.Kiosk, digits string) func() error {
	return func() error {
		for _, d := range []byte(digits) {
			k.Send(flow.TapDigit{Digit: d})
		}
		return nil
	}
}

// write draws every scene in every language and gives the slip its name.
func (p *demoPlay) write(k *kiosk.Kiosk, code visit.AuthenCode) error {
	if _, err := visit.ParseAuthenCode(string(code)); err != nil {
		return fmt.Errorf("demo: the result shows %q: %w", code, err)
	}
	for i, m := range p.scenes {
		for _, language := range k.Config.Kiosk.Languages {
			m.Prefs.Language = language
			picture, err := p.draw(k, m, p.width, p.height)
			if err != nil {
				return fmt.Errorf("draw screen %v: %w", m.State, err)
			}
			name := fmt.Sprintf("%02d-%v.png", i+1, m.State)
			if language != k.Config.Kiosk.Languages[0] {
				name = fmt.Sprintf("%02d-%v-%s.png", i+1, m.State, language)
			}
			if err := writePNG(filepath.Join(p.out, name), picture); err != nil {
				return err
			}
		}
	}
	slips, err := filepath.Glob(filepath.Join(p.out, "slip-*.png"))
	if err != nil || len(slips) == 0 {
		return errors.New("demo: no slip was printed")
	}
	return os.Rename(slips[len(slips)-1], filepath.Join(p.out, "slip.png"))
}

func writePNG(path string, picture image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	return errors.Join(encoder.Encode(f, picture), f.Close())
}

// playDemo is the command.
func playDemo(ctx context.Context, stdout io.Writer, p *demoPlay, c config.Config) error {
	data, err := os.MkdirTemp("", "authenkiosk-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(data) }() // the visit of nobody
	c.NHSO.Zone = visit.ZoneDemo
	code, err := p.run(ctx, c, data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, code)
	return err
}
