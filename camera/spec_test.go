package camera

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/camera/scene"
)

func TestSources(t *testing.T) {
	for _, c := range []struct {
		source string
		want   spec
		fails  bool
	}{
		{"", spec{}, false},
		{"  ", spec{}, false},
		{"v4l2:/dev/video0", spec{kind: kindV4L2, arg: "/dev/video0"}, false},
		{"v4l2:video0", spec{}, true},
		{"v4l2:/dev/../etc/passwd", spec{}, true},
		{"mjpeg:http://10.0.0.5:8080/s?x=1", spec{kind: kindMJPEG, arg: "http://10.0.0.5:8080/s?x=1"}, false},
		{"mjpeg:rtsp://10.0.0.5/", spec{}, true},
		{"mjpeg:", spec{}, true},
		{"file:/x/y.jpg", spec{kind: kindFile, arg: "/x/y.jpg"}, false},
		{"file:C:\\photos", spec{kind: kindFile, arg: "C:\\photos"}, false},
		{"file:", spec{}, true},
		{"demo:", spec{kind: kindDemo}, false},
		{"demo:two", spec{kind: kindDemo, show: scene.Two}, false},
		{"demo:crowd", spec{}, true},
		{"HD Webcam C270", spec{kind: kindPlatform, arg: "HD Webcam C270"}, false},
		{"HD Webcam: HD Webcam", spec{kind: kindPlatform, arg: "HD Webcam: HD Webcam"}, false},
		{"line\nbreak", spec{}, true},
		{strings.Repeat("x", maxSpec+1), spec{}, true},
	} {
		got, err := parseSpec(c.source)
		if (err != nil) != c.fails || got != c.want {
			t.Errorf("%q: %+v, %v", c.source, got, err)
		}
	}
}

func TestNoSourceIsNoCamera(t *testing.T) {
	if _, err := Open(t.Context(), ""); !errors.Is(err, ErrNotConfigured) {
		t.Errorf("%v", err)
	}
	if _, err := Open(t.Context(), "demo:", Mounted(45)); err == nil {
		t.Error("a rotation of 45 degrees was taken")
	}
}

func TestListTellsCamerasWithoutOpeningThem(t *testing.T) {
	if _, err := List(); err != nil && !errors.Is(err, ErrNoDriver) {
		t.Error(err)
	}
}

func FuzzSource(f *testing.F) {
	for _, s := range []string{"", "v4l2:/dev/video0", "mjpeg:http://u:p@h/s", "file:x", "demo:two", "Webcam", "a:b:c", "demo:\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseSpec(s)
		if err != nil && got != (spec{}) {
			t.Errorf("%q: an error and %+v", s, got)
		}
		if err == nil && got.kind != kindNone && got.kind != kindDemo && got.arg == "" {
			t.Errorf("%q: nothing to open", s)
		}
	})
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
