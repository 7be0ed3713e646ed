package camera

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"authenkiosk/camera/scene"
)

// kind says what a spec names.
type kind int

const (
	kindNone kind = iota
	kindV4L2
	kindMJPEG
	kindFile
	kindDemo
	kindPlatform
)

// spec is a parsed source string.
type spec struct {
	kind kind
	arg  string // path, address or name
	show scene.Scene
}

const maxSpec = 1024 // bytes; longer is a mistake

// parseSpec reads a source as the configuration has it: nothing for no camera,
// "v4l2:/dev/video0", "mjpeg:http://...", "file:PATH", "demo:" with an optional
// scene, or the name of a camera of this machine as List shows it.
func parseSpec(s string) (spec, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxSpec {
		return spec{}, fmt.Errorf("camera source: longer than %d bytes", maxSpec)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return spec{}, fmt.Errorf("camera source %q: control characters", s)
	}
	word, arg, found := strings.Cut(s, ":")
	if s == "" {
		return spec{kind: kindNone}, nil
	}
	if !found {
		return spec{kind: kindPlatform, arg: s}, nil
	}
	switch word {
	case "v4l2":
		if !strings.HasPrefix(arg, "/dev/") || strings.Contains(arg, "..") {
			return spec{}, fmt.Errorf("camera source %q: wanted a device such as v4l2:/dev/video0", s)
		}
		return spec{kind: kindV4L2, arg: arg}, nil
	case "mjpeg":
		u, err := url.Parse(arg)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			// The address may hold a password and is not repeated.
			return spec{}, fmt.Errorf("camera source mjpeg: wanted an address such as mjpeg:http://192.168.1.20/stream")
		}
		return spec{kind: kindMJPEG, arg: arg}, nil
	case "file":
		if arg == "" {
			return spec{}, fmt.Errorf("camera source file: wanted the path of a picture or of a folder of pictures")
		}
		return spec{kind: kindFile, arg: arg}, nil
	case "demo":
		show, err := scene.Parse(arg)
		if err != nil {
			return spec{}, fmt.Errorf("camera source demo: %w", err)
		}
		return spec{kind: kindDemo, show: show}, nil
	}
	// Names of cameras may have colons in them ("HD Webcam: HD Webcam").
	return spec{kind: kindPlatform, arg: s}, nil
}
