//go:build benchui

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math"
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

// When it is seen what the sessions leave behind.
const (
	reportEvery = 50               // sessions; in that time what Go's heap holds goes up by 5 MB and down again
	forgotten   = 25 * time.Second // after which Fyne has let go what the welcome screen does not need (fyneenv)
)

// footprint is what a program takes of the machine. Memory is what is its own: pages
// of files are the system's cache, and the store is one. Parts of it are the heap of
// Go, and that of the C library, in which the driver of the graphics has all but its
// large pictures; others are those pictures, stacks and what programs of shaders take.
type footprint struct {
	Session, Goroutines, Files int
	Memory, GoHeap, CHeap      float64
}

func (f footprint) others() float64 { return f.Memory - f.GoHeap - f.CHeap }

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
	all = all[len(all)/4:] // the first ones fill caches
	figure(b, float64(all[len(all)-1].Session), "sessions")
	figure(b, all[0].Memory/1e6, "MB-first")
	figure(b, all[len(all)-1].Memory/1e6, "MB-last")
	const mib = 1 << 20
	rise, doubt := line(all, func(f footprint) float64 { return f.Memory / mib })
	aim(b, 1000*rise, aimMemoryRise/mib, "MiB-per-1000-sessions")
	figure(b, 1000*doubt, "MiB-more-or-less")
	for _, part := range []struct {
		unit string
		of   func(footprint) float64
	}{
		{"MiB-of-Go-heap", func(f footprint) float64 { return f.GoHeap / mib }},
		{"MiB-of-C-heap", func(f footprint) float64 { return f.CHeap / mib }},
		{"MiB-of-others", func(f footprint) float64 { return f.others() / mib }},
	} {
		figure(b, part.of(all[len(all)-1]), part.unit)
		rise, _ := line(all, part.of)
		figure(b, 1000*rise, part.unit+"-per-1000-sessions")
	}
	rise, _ = line(all, func(f footprint) float64 { return float64(f.Goroutines) })
	aim(b, 1000*rise, aimRise, "goroutines-per-1000-sessions")
	rise, _ = line(all, func(f footprint) float64 { return float64(f.Files) })
	aim(b, 1000*rise, aimRise, "files-per-1000-sessions")
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

// line is the straight line through the values by least squares: how much it rises a
// session, and the standard error of that.
func line(all []footprint, value func(footprint) float64) (rise, doubt float64) {
	var n, mx, my, sxx, sxy, rest float64
	for _, f := range all {
		n, mx, my = n+1, mx+float64(f.Session), my+value(f)
	}
	mx, my = mx/n, my/n
	for _, f := range all {
		x := float64(f.Session) - mx
		sxx, sxy = sxx+x*x, sxy+x*(value(f)-my)
	}
	if n < 3 {
		return 0, math.Inf(1)
	}
	rise = sxy / sxx
	for _, f := range all {
		d := value(f) - my - rise*(float64(f.Session)-mx)
		rest += d * d
	}
	return rise, math.Sqrt(rest / (n - 2) / sxx)
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
		if i%reportEvery == 0 || i == n {
			if err := p.report(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// report prints what the program takes once the pictures of the session are forgotten.
// Before that it is those of the last few sessions as well, of which there are more on a
// fast machine: it went up and down by more than ten megabytes.
func (p *player) report(session int) error {
	if _, err := p.screen("welcome"); err != nil {
		return err
	}
	time.Sleep(forgotten)
	var least footprint
	for range looks {
		f, err := look()
		if err != nil {
			return err
		}
		if least.Memory == 0 || f.Memory < least.Memory {
			least = f
		}
		time.Sleep(time.Second)
	}
	least.Session = session
	return json.NewEncoder(os.Stdout).Encode(least)
}

// looks is how often it is seen what the program takes: pages that the welcome screen has
// just used and given back are no part of it, and were up to five megabytes in some looks.
const looks = 5

// look sees what the program takes now.
func look() (f footprint, err error) {
	debug.FreeOSMemory()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return f, err
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	own, err1 := memoryIn("/proc/self/status", "", "RssAnon")
	shared, err2 := memoryIn("/proc/self/status", "", "RssShmem")
	heap, err3 := memoryIn("/proc/self/smaps", "[heap]", "Rss")
	return footprint{
		Goroutines: runtime.NumGoroutine(), Files: len(files), Memory: own + shared, CHeap: heap,
		GoHeap: float64(m.HeapInuse + m.StackInuse + m.HeapIdle - m.HeapReleased),
	}, errors.Join(err1, err2, err3)
}

// memoryIn reads so many bytes from a file of /proc: the first line of that name after
// those words.
func memoryIn(file, after, name string) (bytes float64, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	_, text, _ := strings.Cut(string(data), after)
	_, rest, _ := strings.Cut(text, "\n"+name+":")
	if _, err := fmt.Sscan(rest, &bytes); err != nil {
		return 0, fmt.Errorf("%s of %s: %w", name, file, err)
	}
	return bytes * 1024, nil
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

// until does what is to be done on each screen before that one, again as long as it is
// there: a busy camera takes no photo for a moment.
func (p *player) until(screen string, taps map[string]flow.Event) func() error {
	names := append(slices.Collect(maps.Keys(taps)), screen)
	return func() error {
		for {
			at, err := p.screen(names...)
			if err != nil || at == screen {
				return err
			}
			p.k.Send(taps[at])
			time.Sleep(200 * time.Millisecond)
		}
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
		p.until("pid", map[string]flow.Event{
			"welcome": flow.TapNoCard{CardHere: true}, "no-card": flow.TapMethod{Method: visit.MethodPhoto},
		}),
		p.on("pid", digits(pid.Digits())...),
		p.until("photo-review", map[string]flow.Event{"photo": flow.TapShutter{}}),
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
