//go:build benchui

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/kiosk"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/cli/kioskcmd"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

var sessions = flag.Int("sessions", 1000, "how many whole sessions BenchmarkScreens/Sessions plays")

// playEnv makes this program a kiosk that plays so many sessions by itself.
const playEnv = "AUTHENKIOSK_BENCH_SESSIONS"

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(playEnv)); err == nil {
		if err := playSessions(n, os.Getenv(playEnv+"_DIR"), os.Getenv(playEnv+"_NHSO")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// footprint is what a program takes of the machine. Memory is what is its own: pages
// of files are the system's cache, and the store is one.
type footprint struct {
	Session, Goroutines, Files int
	Memory                     float64
}

// benchSessions plays whole sessions in a window and sees what they leave behind.
func benchSessions(b *testing.B) {
	s := openScreen(b)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(s.env, playEnv+"="+strconv.Itoa(*sessions), playEnv+"_DIR="+b.TempDir(), playEnv+"_NHSO="+simulator(b))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	defer end(cmd)
	var all []footprint
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var f footprint
		if json.Unmarshal(lines.Bytes(), &f) == nil {
			all = append(all, f)
		}
	}
	if len(all) == 0 || all[len(all)-1].Session < *sessions {
		b.Fatalf("the sessions ended early: %+v", all)
	}
	settled := leastOfEach(all[len(all)/4:]) // the first ones fill caches
	first, last := settled[0], settled[len(settled)-1]
	figure(b, float64(all[len(all)-1].Session), "sessions")
	figure(b, first.Memory/1e6, "MB-first")
	figure(b, last.Memory/1e6, "MB-last")
	aim(b, 1000*slope(settled, func(f footprint) float64 { return f.Memory })/(1<<20), aimMemoryRise/(1<<20), "MiB-per-1000-sessions")
	aim(b, 1000*slope(settled, func(f footprint) float64 { return float64(f.Goroutines) }), aimRise, "goroutines-per-1000-sessions")
	aim(b, 1000*slope(settled, func(f footprint) float64 { return float64(f.Files) }), aimRise, "files-per-1000-sessions")
}

// leastOfEach returns, of every fifty sessions, the moment at which the program took
// the least memory: what it takes goes up and down by several megabytes, with the
// pictures that are on the screen, and only what never goes away is a leak.
func leastOfEach(all []footprint) (least []footprint) {
	for few := range slices.Chunk(all, 5) {
		least = append(least, slices.MinFunc(few, func(a, b footprint) int { return cmp.Compare(a.Memory, b.Memory) }))
	}
	return least
}

// simulator serves NHSO's simulator in this process, so that what it keeps is not the
// kiosk's, and returns its address.
func simulator(b *testing.B) string {
	b.Helper()
	zone, err := testzone.New(testzone.Options{LatencyMin: demo.LatencyMin, LatencyMax: demo.LatencyMax})
	if err != nil {
		b.Fatal(err)
	}
	known := zone.Persons()[0]
	for i := 1; i <= *sessions; i++ {
		pid, err := newcomer(i)
		if err != nil {
			b.Fatal(err)
		}
		known.PID = pid.Digits()
		if err := zone.PutPerson(known); err != nil {
			b.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- zone.Serve(ctx, l) }()
	b.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, zone.Close()); err != nil {
			b.Error(err)
		}
	})
	return l.Addr().String()
}

// slope is that of the straight line through the values, a session.
func slope(all []footprint, value func(footprint) float64) float64 {
	var n, sx, sy, sxx, sxy float64
	for _, f := range all {
		x, y := float64(f.Session), value(f)
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if d := n*sxx - sx*sx; d != 0 {
		return (n*sxy - sx*sy) / d
	}
	return 0
}

// playSessions opens the kiosk as main does, with the demo's readers, camera and
// printer, and plays the patients.
func playSessions(n int, dir, nhso string) error {
	world := &demo.World{
		Readers: virtualcard.NewService(demo.PatientReader, demo.CertifierReader), Prints: true, URL: "http://" + nhso,
		Dial: (&net.Dialer{}).DialContext,
	}
	c := config.Default()
	c.Kiosk.Fullscreen = false
	log := slog.New(slog.DiscardHandler)
	k, err := kiosk.New(kiosk.Options{Options: app.Options{Config: c, Data: filepath.Join(dir, "data"), Log: log, Demo: world}})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	p := &player{k: k, demo: world, layout: filepath.Join(dir, "layout.json")}
	played := make(chan error, 1)
	go func() {
		played <- p.play(n)
		stop()
	}()
	if err := openWindow(ctx, kioskcmd.Opening{
		WindowOptions: kioskcmd.WindowOptions{Width: screenWidth, Height: screenHeight, LayoutFile: p.layout},
		Try:           func() (*kiosk.Kiosk, error) { return k, nil }, Rough: c, Log: log,
	}); err != nil {
		return err
	}
	return <-played
}

// player is the patients.
type player struct {
	k      *kiosk.Kiosk
	demo   *demo.World
	layout string
}

func (p *player) play(n int) error {
	for i := 1; i <= n; i++ {
		session := p.card
		if i%10 == 0 {
			session = p.photo
		}
		if err := session(i); err != nil {
			return fmt.Errorf("session %d: %w", i, err)
		}
		if i%10 == 0 || i == n {
			if err := report10(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// report10 prints what the program takes now.
func report10(session int) error {
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	f := footprint{Session: session, Goroutines: runtime.NumGoroutine(), Files: len(files)}
	for _, line := range strings.Split(string(status), "\n") {
		var kb float64
		if name, rest, _ := strings.Cut(line, ":"); name == "RssAnon" || name == "RssShmem" {
			if _, err := fmt.Sscan(rest, &kb); err != nil {
				return err
			}
			f.Memory += kb * 1024
		}
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

// screen waits for one of the screens and returns which it is.
func (p *player) screen(names ...string) (string, error) {
	last := ""
	for began := time.Now(); time.Since(began) < 2*benchWait; time.Sleep(20 * time.Millisecond) {
		var now layout
		data, err := os.ReadFile(p.layout)
		if err != nil || json.Unmarshal(data, &now) != nil {
			continue
		}
		last = now.Screen
		for _, name := range names {
			if last == name {
				return name, nil
			}
		}
	}
	return "", fmt.Errorf("no screen %v, but %q", names, last)
}

type layout struct{ Screen string }

// steps waits for each screen and does what is to be done there.
func (p *player) steps(steps ...func() error) error {
	for _, s := range steps {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) on(screen string, events ...flow.Event) func() error {
	return func() error {
		if _, err := p.screen(screen); err != nil {
			return err
		}
		for _, e := range events {
			p.k.Send(e)
		}
		return nil
	}
}

func digits(text string) (events []flow.Event) {
	for i := range len(text) {
		events = append(events, flow.TapDigit{Digit: text[i]})
	}
	return events
}

// newcomer is somebody who was not here before.
func newcomer(i int) (visit.PID, error) {
	serial := fmt.Sprintf("95%010d", i)
	return visit.ParsePID(serial + string(visit.PIDCheckDigit(serial)))
}

const benchPhone = "0800001234"

func (p *player) card(i int) error {
	pid, err := newcomer(i)
	if err != nil {
		return err
	}
	person := virtualcard.Adult()
	person.PID = pid
	card, err := virtualcard.New(person, virtualcard.WithProfile(virtualcard.ProfileFast))
	if err != nil {
		return err
	}
	const reader = "Demo Reader 1"
	return p.steps(
		p.on("welcome"),
		func() error { return p.demo.Readers.Insert(reader, card) },
		p.on("phone", digits(benchPhone)...),
		p.on("confirm", flow.TapConfirm{}),
		p.on("result"),
		func() error { return p.demo.Readers.Remove(reader) },
		func() error {
			if at, err := p.screen("welcome", "result"); err != nil || at == "welcome" {
				return err
			}
			time.Sleep(300 * time.Millisecond) // the slip comes
			p.k.Send(flow.TapClose{})
			return nil
		},
	)
}

func (p *player) photo(i int) error {
	pid, err := newcomer(i)
	if err != nil {
		return err
	}
	return p.steps(
		p.on("welcome", flow.TapNoCard{CardHere: true}),
		p.on("no-card", flow.TapMethod{Method: visit.MethodPhoto}),
		p.on("pid", digits(pid.Digits())...),
		func() error {
			for {
				at, err := p.screen("photo", "photo-review")
				if err != nil || at == "photo-review" {
					return err
				}
				p.k.Send(flow.TapShutter{})
				time.Sleep(200 * time.Millisecond)
			}
		},
		p.on("photo-review", flow.TapUsePhoto{}),
		p.on("phone", digits(benchPhone)...),
		p.on("confirm", flow.TapConfirm{}),
		func() error {
			_, err := p.screen("result", "queued")
			time.Sleep(300 * time.Millisecond)
			p.k.Send(flow.TapClose{})
			return err
		},
	)
}
