//go:build benchui

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The aims. Ratios are against a bare window of Fyne, measured in the same run.
const (
	aimFirstFrame = 1.5                    // ratio
	aimMemory     = 1.5                    // ratio
	aimIdle       = 2.5                    // percent of a core above the bare window
	aimChange     = 100 * time.Millisecond // 95 of 100 touches
	aimMemoryRise = 4 << 20                // bytes of memory a thousand sessions; the noise of a collector is about as large
	aimRise       = 1.0                    // goroutines, and files, a thousand sessions
)

// How long and how often the figures are taken.
const (
	starts    = 5
	idleFor   = 20 * time.Second
	touches   = 40               // of each kind
	settled   = 6 * time.Second  // after which nothing of the start is at work any more
	nobody    = 70 * time.Second // after which the pictures of the welcome screen rest
	benchWait = 30 * time.Second
)

// BenchmarkScreens measures the screens in a real window, on a display that has no
// graphics card, beside a bare window of the same version of Fyne. It fails when an
// aim is missed.
func BenchmarkScreens(b *testing.B) {
	bare := build(b, "./testdata/barewindow", "barewindow")
	kiosk := build(b, ".", "authenkiosk")
	dir := b.TempDir()
	config := filepath.Join(dir, "kiosk.toml")
	if err := os.WriteFile(config, []byte("[unit]\nhcode = \"99999\"\n[kiosk]\nfullscreen = false\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	layout := filepath.Join(dir, "layout.json")
	kioskArgs := []string{"kiosk", "-config", config, "-data", filepath.Join(dir, "data"), "-size", "1080x1920", "-test-layout", layout}

	b.Run("FirstFrame", func(b *testing.B) {
		plain, ours := medianStart(b, bare), medianStart(b, kiosk, kioskArgs...)
		ratio := float64(ours) / float64(plain)
		figure(b, plain.Seconds()*1000, "bare-ms")
		figure(b, ours.Seconds()*1000, "ms")
		aim(b, ratio, aimFirstFrame, "of-bare")
	})
	b.Run("AtRest", func(b *testing.B) {
		plainCPU, plainRSS := atRest(b, settled, bare)
		ourCPU, ourRSS := atRest(b, settled, kiosk, kioskArgs...)
		stillCPU, _ := atRest(b, nobody, kiosk, kioskArgs...)
		figure(b, plainCPU, "bare-%cpu")
		figure(b, ourCPU, "%cpu")
		aim(b, ourCPU-plainCPU, aimIdle, "%cpu-above-bare")
		aim(b, stillCPU-plainCPU, aimIdle, "%cpu-above-bare-with-nobody-there")
		figure(b, plainRSS/1e6, "bare-MB")
		figure(b, ourRSS/1e6, "MB")
		aim(b, ourRSS/plainRSS, aimMemory, "memory-of-bare")
	})
	b.Run("Sessions", benchSessions)
	b.Run("Touch", func(b *testing.B) { touch(b, bare, kiosk, layout, kioskArgs) })
}

// figure reports a number.
func figure(b *testing.B, value float64, unit string) {
	b.Helper()
	b.ReportMetric(value, unit)
	b.ReportMetric(0, "ns/op") // it would say how long the benchmark took
	b.Logf("%-40s %10.2f", unit, value)
}

// aim reports a number and fails when it is above its aim.
func aim(b *testing.B, value, most float64, unit string) {
	b.Helper()
	figure(b, value, unit)
	if value > most {
		b.Errorf("%s is %.2f, more than %.2f", unit, value, most)
	}
}

func build(b *testing.B, source, name string) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), name)
	cmd := exec.Command("go", "build", "-tags", "x11,gles,migrated_fynedo,no_emoji", "-ldflags", "-s -w", "-o", out, source)
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build %s: %v: %s", source, err, text)
	}
	return out
}

// screenOf is an X server whose picture is a file in memory, so that it can be
// looked at without asking the server.
type screenOf struct {
	b      *testing.B
	env    []string
	memory *os.File
	start  int64 // of the pixels
	line   int64 // bytes of a row
}

const screenWidth, screenHeight = 1080, 1920

func openScreen(b *testing.B) *screenOf {
	b.Helper()
	dir := b.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", screenWidth, screenHeight), "-nolisten", "tcp", "-fbdir", dir)
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		b.Fatalf("start Xvfb: %v", err)
	}
	b.Cleanup(func() { _, _ = x.Process.Kill(), x.Wait() })
	_ = w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		b.Fatalf("Xvfb does not tell its display: %v", err)
	}
	memory, err := os.Open(filepath.Join(dir, "Xvfb_screen0"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = memory.Close() })
	s := &screenOf{b: b, memory: memory, env: append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(number), "LIBGL_ALWAYS_SOFTWARE=1")}
	s.header()
	return s
}

// header reads where the pixels are: the file is an X window dump.
func (s *screenOf) header() {
	s.b.Helper()
	head := make([]byte, 100)
	if _, err := s.memory.ReadAt(head, 0); err != nil {
		s.b.Fatal(err)
	}
	word := func(i int) int64 {
		p := head[4*i : 4*i+4]
		return int64(p[0])<<24 | int64(p[1])<<16 | int64(p[2])<<8 | int64(p[3])
	}
	s.start, s.line = word(0)+word(19)*12, word(12)
	if s.line < screenWidth*4 {
		s.b.Fatalf("%d bytes are no row of the screen", s.line)
	}
}

// rows returns some of the rows of pixels from y0 on and above y1.
func (s *screenOf) rows(y0, y1 int) []byte {
	const every = 6
	var all []byte
	for y := y0; y < y1; y += every {
		row := make([]byte, screenWidth*4)
		if _, err := s.memory.ReadAt(row, s.start+int64(y)*s.line); err != nil {
			s.b.Fatal(err)
		}
		all = append(all, row...)
	}
	return all
}

// change waits until the rows are not as they were, and says how long it took.
func (s *screenOf) change(from time.Time, y0, y1 int, before []byte) time.Duration {
	s.b.Helper()
	for time.Since(from) < benchWait {
		if !slices.Equal(s.rows(y0, y1), before) {
			return time.Since(from)
		}
		time.Sleep(time.Millisecond)
	}
	s.b.Fatalf("nothing changed between the rows %d and %d", y0, y1)
	return 0
}

func (s *screenOf) run(name string, args ...string) *exec.Cmd {
	s.b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = s.env
	if err := cmd.Start(); err != nil {
		s.b.Fatal(err)
	}
	return cmd
}

// end ends a program at once: a window of Fyne that is told to end while it opens
// may stay for ever.
func end(cmd *exec.Cmd) { _, _ = cmd.Process.Kill(), cmd.Wait() }

// medianStart is how long a program takes until it has painted.
func medianStart(b *testing.B, name string, args ...string) time.Duration {
	b.Helper()
	var all []time.Duration
	for range starts {
		s := openScreen(b)
		before := s.rows(0, screenHeight)
		began := time.Now()
		cmd := s.run(name, args...)
		all = append(all, s.change(began, 0, screenHeight, before))
		end(cmd)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// atRest is what a program that nobody touches takes: percent of a core, and
// bytes of memory.
func atRest(b *testing.B, after time.Duration, name string, args ...string) (cpu, rss float64) {
	b.Helper()
	s := openScreen(b)
	cmd := s.run(name, args...)
	defer end(cmd)
	time.Sleep(after)
	before, began := processorTime(b, cmd.Process.Pid), time.Now()
	time.Sleep(idleFor)
	used := processorTime(b, cmd.Process.Pid) - before
	return 100 * used.Seconds() / time.Since(began).Seconds(), memoryOf(b, cmd.Process.Pid)
}

func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // a hundred a second on every Linux
}

func memoryOf(b *testing.B, pid int) float64 {
	b.Helper()
	rss, err := memoryIn(fmt.Sprintf("/proc/%d/status", pid), "", "VmRSS")
	if err != nil {
		b.Fatal(err)
	}
	return rss
}

// hand touches a screen.
type hand struct {
	s      *screenOf
	layout string
	pipe   io.WriteCloser
}

func newHand(s *screenOf, layout string) *hand {
	cmd := exec.Command("xdotool", "-")
	cmd.Env = s.env
	pipe, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.b.Fatal(err)
	}
	s.b.Cleanup(func() { _, _ = pipe.Close(), cmd.Wait() })
	return &hand{s, layout, pipe}
}

func (h *hand) do(words string) {
	if _, err := io.WriteString(h.pipe, words+"\n"); err != nil {
		h.s.b.Fatal(err)
	}
}

type spot struct {
	Name       string
	X, Y, W, H int
}

// find returns where something to touch is now.
func (h *hand) find(screen, name string) spot {
	h.s.b.Helper()
	for range 400 {
		var now struct {
			Screen  string
			Widgets []spot
		}
		if data, err := os.ReadFile(h.layout); err == nil && json.Unmarshal(data, &now) == nil && (screen == "" || now.Screen == screen) {
			for _, w := range now.Widgets {
				if w.Name == name {
					return w
				}
			}
		}
		time.Sleep(25 * time.Millisecond)
	}
	h.s.b.Fatalf("there is no %s to touch on %s", name, screen)
	return spot{}
}

// tap touches something and says when the button looked pressed and, after the
// release, when the screen above the buttons changed.
func (h *hand) tap(screen, name string, top int) (pressed, changed time.Duration) {
	h.s.b.Helper()
	w := h.find(screen, name)
	h.do(fmt.Sprintf("mousemove %d %d", w.X+w.W/2, w.Y+w.H/2))
	time.Sleep(450 * time.Millisecond) // a touch right after a change does not count
	button := h.s.rows(w.Y, w.Y+w.H)
	began := time.Now()
	h.do("mousedown 1")
	pressed = h.s.change(began, w.Y, w.Y+w.H, button)
	time.Sleep(60 * time.Millisecond)
	above := h.s.rows(0, top)
	began = time.Now()
	h.do("mouseup 1")
	changed = h.s.change(began, 0, top, above)
	return pressed, changed
}

// touchBare measures the time from a touch of the bare window to its answer, which is
// one line of text: what the kiosk can be compared with on any machine.
func touchBare(b *testing.B, bare string) (p95 time.Duration) {
	s := openScreen(b)
	empty := s.rows(0, screenHeight)
	cmd := s.run(bare)
	defer end(cmd)
	s.change(time.Now(), 0, screenHeight, empty)
	time.Sleep(settled)
	h := newHand(s, "")
	h.do(fmt.Sprintf("mousemove %d %d", screenWidth/2, screenHeight/2))
	var changed []time.Duration
	for range touches {
		time.Sleep(450 * time.Millisecond)
		before := s.rows(0, screenHeight)
		h.do("mousedown 1")
		time.Sleep(60 * time.Millisecond)
		began := time.Now()
		h.do("mouseup 1")
		changed = append(changed, s.change(began, 0, screenHeight, before))
	}
	p95 = percentile(changed, 95)
	figure(b, ms(p95), "bare-p95-ms")
	return p95
}

// touch measures the time from a touch to its answer.
func touch(b *testing.B, bare, kiosk, layout string, args []string) {
	plain := touchBare(b, bare)
	s := openScreen(b)
	cmd := s.run(kiosk, args...)
	defer end(cmd)
	h := newHand(s, layout)
	h.find("welcome", "bad-chip")
	time.Sleep(settled)
	// The top of the screen does not move by itself.
	const still = 400
	settings := []struct{ name, open, close string }{
		{"help", "help", "help-close"}, {"language", "language", "language"}, {"size", "text-size", "text-size"}, {"colours", "contrast", "contrast"},
	}
	for _, screen := range []string{"welcome", "pid"} {
		if screen == "pid" {
			h.tap("welcome", "bad-chip", still)
			h.tap("no-card", "way-photo", still)
			h.find("pid", "digit-1")
		}
		for _, x := range settings {
			var pressed, changed []time.Duration
			for i := range touches {
				p, c := h.tap(screen, []string{x.open, x.close}[i%2], still)
				pressed, changed = append(pressed, p), append(changed, c)
			}
			report(b, screen+"-"+x.name, plain, pressed, changed)
		}
	}
	keys := h.find("pid", "digit-1").Y
	var pressed, changed []time.Duration
	for i := range touches {
		if i%10 == 0 && i > 0 {
			h.tap("pid", "clear", keys)
		}
		p, c := h.tap("pid", "digit-"+strconv.Itoa(i%10), keys)
		pressed, changed = append(pressed, p), append(changed, c)
	}
	report(b, "digit", plain, pressed, changed)
}

func report(b *testing.B, what string, plain time.Duration, pressed, changed []time.Duration) {
	b.Helper()
	figure(b, float64(percentile(changed, 95))/float64(plain), what+"-of-bare")
	figure(b, ms(percentile(pressed, 95)), what+"-press-p95-ms")
	figure(b, ms(percentile(changed, 50)), what+"-p50-ms")
	aim(b, ms(percentile(changed, 95)), ms(aimChange), what+"-p95-ms")
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

func percentile[T cmp.Ordered](values []T, p float64) T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[min(int(math.Ceil(p/100*float64(len(sorted))))-1, len(sorted)-1)]
}
