package control

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve carries commands out until stop is called.
func serve(t *testing.T, dir string, handle Handler) (stop func()) {
	t.Helper()
	l, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { Serve(ctx, l, handle, slog.New(slog.DiscardHandler)); close(ended) }()
	return func() { cancel(); <-ended }
}

func TestACommandIsCarriedOutByTheProgramThatRuns(t *testing.T) {
	// Longer than the path of a socket may be.
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	stop := serve(t, dir, func(_ context.Context, words []string, input io.Reader, output io.Writer) error {
		text, err := io.ReadAll(input)
		if err != nil {
			return err
		}
		fmt.Fprintf(output, "%q %s", words, text)
		if words[0] == "fail" {
			return errors.New("ไม่ได้\nno")
		}
		return nil
	})
	var out bytes.Buffer
	if err := Ask(t.Context(), dir, []string{"erase", "-x"}, []byte("input"), &out); err != nil || out.String() != `["erase" "-x"] input` {
		t.Errorf("%q, %v", out.String(), err)
	}
	if err := Ask(t.Context(), dir, []string{"fail"}, nil, io.Discard); err == nil || err.Error() != "ไม่ได้\nno" {
		t.Errorf("the error is %v", err)
	}
	if err := Ask(t.Context(), dir, nil, nil, io.Discard); err == nil {
		t.Error("no command at all was carried out")
	}
	if err := Ask(t.Context(), dir, []string{"a"}, make([]byte, maxCall+1), io.Discard); err == nil {
		t.Error("an input without end was taken")
	}
	info, err := os.Stat(filepath.Join(dir, socketName))
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	stop()
	if err := Ask(t.Context(), dir, []string{"a"}, nil, io.Discard); !errors.Is(err, ErrNobody) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, socketName)); err == nil {
		t.Error("the socket is still there")
	}
}

func TestASocketThatWasLeftMeansNothing(t *testing.T) {
	dir := t.TempDir()
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, socketName), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	if err := left.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Ask(t.Context(), dir, []string{"a"}, nil, io.Discard); !errors.Is(err, ErrNobody) {
		t.Errorf("%v", err)
	}
	stop := serve(t, dir, func(context.Context, []string, io.Reader, io.Writer) error { return nil })
	defer stop()
	if err := Ask(t.Context(), dir, []string{"a"}, nil, io.Discard); err != nil {
		t.Error(err)
	}
}

// TestACommandUnderWayIsFinishedBeforeTheProgramEnds counts what was printed.
func TestACommandUnderWayIsFinishedBeforeTheProgramEnds(t *testing.T) {
	dir := t.TempDir()
	begun, goOn := make(chan struct{}), make(chan struct{})
	stop := serve(t, dir, func(_ context.Context, _ []string, _ io.Reader, output io.Writer) error {
		close(begun)
		<-goOn
		_, err := io.WriteString(output, "all of it")
		return err
	})
	var out bytes.Buffer
	asked := make(chan error, 1)
	go func() { asked <- Ask(context.Background(), dir, []string{"a"}, nil, &out) }()
	<-begun
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	close(goOn)
	if err := <-asked; err != nil || out.String() != "all of it" {
		t.Errorf("%q, %v", out.String(), err)
	}
	<-stopped
}

// TestAProgramThatBreaksOffIsNotTakenForDone has the handler die in the middle.
func TestAProgramThatBreaksOffIsNotTakenForDone(t *testing.T) {
	dir := t.TempDir()
	stop := serve(t, dir, func(_ context.Context, _ []string, _ io.Reader, output io.Writer) error {
		_, _ = io.WriteString(output, "half")
		panic("broken")
	})
	defer stop()
	if err := Ask(t.Context(), dir, []string{"a"}, nil, io.Discard); err == nil {
		t.Error("a half was taken for the whole")
	}
}
