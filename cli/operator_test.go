package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit/desk"
)

// What an operator types, and a name that is a person's.
const (
	onePIN, nextPIN = "804725", "731946"
	operatorName    = "สมหญิงใจดี ทดลองงาน"
)

// idOf returns the id that stands behind the word operator.
func idOf(t *testing.T, out string) desk.OperatorID {
	t.Helper()
	words := strings.Fields(out)
	id, err := desk.ParseOperatorID(words[slices.Index(words, "operator")+1])
	if err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return id
}

func TestAnOperatorIsAddedResetAndDisabledWhileTheProgramRunsAndAfterwards(t *testing.T) {
	h := newClinic(t, nil)
	got := call(t, onePIN+"\n", "operator", "add", "สมหญิงใจดี", "ทดลองงาน", "-role", "administrator", "-data", h.data)
	if got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	id := idOf(t, got.out)
	pin := func(text string) desk.PIN {
		p, err := desk.ParsePIN(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if o, err := h.store.SignIn(id, pin(onePIN), "desk-1"); err != nil || o.Role != desk.Administrator || o.Name.Full() != operatorName {
		t.Errorf("%v, %v", o.Role, err)
	}
	for range desk.FreeTries {
		_, _ = h.store.SignIn(id, pin(nextPIN), "desk-1")
	}
	if got := call(t, "", "operator", "list", "-data", h.data); got.status != exitOK || !strings.Contains(got.out, operatorName) || !strings.Contains(got.out, "5 wrong PINs") {
		t.Errorf("%+v", got)
	}
	if got := call(t, nextPIN+"\n", "operator", "reset", string(id), "-data", h.data); got.status != exitOK {
		t.Errorf("%+v", got)
	}
	if _, err := h.store.SignIn(id, pin(nextPIN), "desk-1"); err != nil {
		t.Errorf("the new PIN: %v", err)
	}
	for range desk.FreeTries {
		_, _ = h.store.SignIn(id, pin(onePIN), "desk-1")
	}
	if got := call(t, "", "operator", "unlock", operatorName, "-data", h.data); got.status != exitOK {
		t.Errorf("%+v", got)
	}
	if _, err := h.store.SignIn(id, pin(nextPIN), "desk-1"); err != nil {
		t.Errorf("after the unlocking: %v", err)
	}
	if got := call(t, "9-0000-00000-00-4\n", "operator", "card", operatorName, "-data", h.data); got.status != exitOK {
		t.Errorf("%+v", got)
	}
	if o, err := h.store.OperatorOfCard(pidOf(t, somePID)); err != nil || o.ID != id {
		t.Errorf("%v, %v", o.ID, err)
	}
	h.end()
	if got := call(t, "", "operator", "disable", operatorName, "-data", h.data); got.status != exitOK || !strings.Contains(got.out, string(id)) {
		t.Errorf("%+v", got)
	}
	if got := call(t, "", "operator", "list", "-data", h.data); !strings.Contains(got.out, "disabled") || !strings.Contains(got.out, "yes") {
		t.Errorf("%+v", got)
	}
	if got := call(t, "\n", "operator", "card", string(id), "-data", h.data); got.status != exitOK || !strings.Contains(got.out, "no card") {
		t.Errorf("%+v", got)
	}
	if got := call(t, "", "operator", "remove", string(id), "-data", h.data); got.status != exitOK {
		t.Errorf("%+v", got)
	}
	if got := call(t, "", "operator", "list", "-data", h.data); strings.Contains(got.out, string(id)) {
		t.Errorf("%+v", got)
	}
}

func TestAnOperatorIsNotChangedByWhatMakesNoSense(t *testing.T) {
	data := t.TempDir()
	if got := call(t, onePIN, "operator", "add", "a", "-data", data); got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	for _, c := range []struct {
		stdin string
		args  []string
		words string
	}{
		{"", []string{"add", "b"}, "6 to 8 digits"},
		{"1234", []string{"add", "b"}, "6 to 8 digits"},
		{"123456", []string{"add", "b"}, "too easy"},
		{"11111111", []string{"reset", "a"}, "too easy"},
		{onePIN, []string{"add", "a"}, "an operator of that name"},
		{onePIN, []string{"add", "b", "-role", "root"}, "is no role"},
		{onePIN, []string{"add", "9000000000004"}, "no long number"},
		{onePIN, []string{"add"}, "write: operator"},
		{onePIN, []string{"reset", "nobody"}, "no such operator"},
		{"", []string{"disable", "a", "-role", "lead"}, "write: operator"},
		{"", []string{"remove", "nobody"}, "no such operator"},
		{"", []string{"unlock"}, "write: operator"},
		{"", []string{"card", "a"}, "type the PID"}, // from /dev/null
		{"9000000000005", []string{"card", "a"}, "type the PID"},
	} {
		got := call(t, c.stdin, append(append([]string{"operator"}, c.args...), "-data", data)...)
		if got.status != exitError || !strings.Contains(got.err, c.words) || c.stdin != "" && strings.Contains(got.without(data), c.stdin) && c.stdin != "123456" {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
	if got := call(t, "", "operator", "list", "-data", data); strings.Count(got.out, "\n") != 2 || !strings.Contains(got.out, "ok") {
		t.Errorf("%+v", got)
	}
}

// TestNoFileShowsAnOperator looks through the data directory and the audit, while the
// program runs and afterwards.
func TestNoFileShowsAnOperator(t *testing.T) {
	h := newClinic(t, nil)
	if got := call(t, onePIN, "operator", "add", operatorName, "-data", h.data); got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	if got := call(t, somePID, "operator", "card", operatorName, "-data", h.data); got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	look := func() {
		t.Helper()
		files := 0
		err := filepath.WalkDir(h.data, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			files++
			content, err := os.ReadFile(path)
			for _, canary := range []string{"สมหญิงใจดี", "ทดลองงาน", onePIN, somePID} {
				if bytes.Contains(content, []byte(canary)) {
					t.Errorf("%s has %q", d.Name(), canary)
				}
			}
			return err
		})
		if err != nil || files < 3 {
			t.Fatalf("%d files, %v", files, err)
		}
	}
	look()
	if audit := storagetest.Audit(t, h.store); !strings.Contains(audit, `"operator-added"`) || strings.Contains(audit, "สมหญิง") {
		t.Error(audit)
	}
	h.end()
	look()
}

// typed is a terminal at which somebody types a line, and Enter, and waits for what
// comes of it.
type typed struct {
	t    *testing.T
	line string
}

func (r *typed) Read(b []byte) (int, error) {
	if r.line == "" {
		r.t.Error("the command waits for more than the line that it asks for")
		return 0, io.EOF
	}
	n := copy(b, r.line)
	r.line = ""
	return n, nil
}

func TestEnterEndsWhatIsTyped(t *testing.T) {
	data := t.TempDir()
	for _, c := range []struct {
		line   string
		args   []string
		status int
	}{
		{"", []string{"operator", "add", "a", "-role", "boss"}, exitError}, // before anybody has typed a PIN
		{"", []string{"operator", "add", somePID}, exitError},
		{"", []string{"operator", "reset", "a", "-role", "lead"}, exitError},
		{onePIN + "\r\n", []string{"operator", "add", "a"}, exitOK},
		{somePID + "\n", []string{"operator", "card", "a"}, exitOK},
		{"\n", []string{"operator", "card", "a"}, exitOK},
		{somePID + "\n", []string{"erase"}, exitOK},
	} {
		var out bytes.Buffer
		p := Program{Name: "authenkiosk", Stdin: &typed{t, c.line}, Stdout: &out, Stderr: &out}
		if status := p.Main(append(c.args, "-data", data)); status != c.status {
			t.Errorf("%q: %d %s", c.args, status, out.String())
		}
	}
}

func TestACommandThatWaitsForALineCanBeEnded(t *testing.T) {
	for _, args := range [][]string{{"erase"}, {"operator", "card", "a"}, {"operator", "add", "a"}, {"secret", "recover"}, {"secret", "set", "nhso-token"}, {"secret", "reseal", "-pcr"}} {
		ctx, cancel := context.WithCancel(t.Context())
		in, typing := io.Pipe()
		p := Program{Name: "authenkiosk", Stdin: waited{in, cancel}, Stdout: io.Discard, Stderr: io.Discard}
		ended := make(chan int, 1)
		go func() { ended <- p.MainUntil(ctx, append(args, "-data", t.TempDir())) }()
		if status := <-ended; status != exitError {
			t.Errorf("%q: %d", args, status)
		}
		_ = typing.Close()
	}
}

// waited is a terminal at which nobody types anything but Ctrl-C.
type waited struct {
	io.Reader
	cancel func()
}

func (w waited) Read(b []byte) (int, error) {
	w.cancel()
	return w.Reader.Read(b)
}

func TestAPINIsTypedTwice(t *testing.T) {
	for _, c := range []struct {
		typed []string
		want  error
	}{
		{[]string{onePIN, onePIN}, nil},
		{[]string{onePIN, nextPIN}, errNotTheSame},
		{[]string{"123456"}, desk.ErrWeakPIN}, // not asked for again
		{[]string{"12"}, desk.ErrPIN},
	} {
		asked := 0
		got, err := twice(func(string) (string, error) { asked++; return c.typed[asked-1], nil })
		if !errors.Is(err, c.want) || asked != len(c.typed) || err == nil && got != onePIN {
			t.Errorf("%q: asked %d times, %v", c.typed, asked, err)
		}
	}
}

func TestACodeForAStationIsShownWhileTheAgentRunsAndOnlyThen(t *testing.T) {
	h := newClinic(t, nil)
	got := call(t, "", "pair", "-data", h.data)
	code := regexp.MustCompile(`[0-9]{4}-[0-9]{4}`).FindString(got.out)
	if got.status != exitOK || code == "" || !strings.Contains(got.out, "Only a station on this machine") {
		t.Fatalf("%+v", got)
	}
	status, let := h.ask("", http.MethodPost, "/api/v1/desk/pair", `{"code":"`+code+`","machine":"desk-1"}`)
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, let)
	}
	if got := call(t, "", "client", "list", "-data", h.data); !strings.Contains(got.out, "desk-1") || !strings.Contains(got.out, "desk") {
		t.Errorf("%+v", got)
	}
	h.end()
	if got := call(t, "", "pair", "-data", h.data); got.status != exitError || !strings.Contains(got.err, "only a program that runs") {
		t.Errorf("%+v", got)
	}
	kiosk := newClinicOf(t, asKiosk, func(c *config.Config, _ *runningClinic) { c.Unit.Name = "another" })
	if got := call(t, "", "pair", "-data", kiosk.data); got.status != exitOK {
		t.Errorf("%+v", got)
	}
}
