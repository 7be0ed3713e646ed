//go:build linux && (amd64 || arm64)

package camera

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The numbers are those that <linux/videodev2.h> gives on a 64-bit machine; they
// hold the sizes of the structures.
func TestTheRequestsToTheKernelHaveItsNumbers(t *testing.T) {
	for name, c := range map[string]struct{ got, want uint }{
		"QUERYCAP": {vidiocQueryCap, 0x80685600}, "ENUM_FMT": {vidiocEnumFmt, 0xc0405602}, "S_FMT": {vidiocSFmt, 0xc0d05605},
		"REQBUFS": {vidiocReqBufs, 0xc0145608}, "QUERYBUF": {vidiocQueryBuf, 0xc0585609}, "QBUF": {vidiocQBuf, 0xc058560f},
		"DQBUF": {vidiocDQBuf, 0xc0585611}, "STREAMON": {vidiocStreamOn, 0x40045612}, "STREAMOFF": {vidiocStreamOff, 0x40045613},
		"S_PARM": {vidiocSParm, 0xc0cc5616}, "ENUM_FRAMESIZES": {vidiocEnumSizes, 0xc02c564a},
		"ENUM_FRAMEINTERVALS": {vidiocEnumIvals, 0xc034564b},
	} {
		if c.got != c.want {
			t.Errorf("VIDIOC_%s is %#x, wanted %#x", name, c.got, c.want)
		}
	}
}

func TestListNamesEachCameraOnceInTheirOrder(t *testing.T) {
	dir := t.TempDir()
	for node, files := range map[string][2]string{
		"video10": {"Second Camera\n", "0\n"}, "video2": {"First Camera: First\n", "0\n"}, "video3": {"First Camera: First\n", "1\n"},
		"v4l-subdev0": {"sensor\n", "0\n"},
	} {
		write(t, filepath.Join(dir, node, "name"), []byte(files[0]))
		write(t, filepath.Join(dir, node, "index"), []byte(files[1]))
	}
	if err := os.Mkdir(filepath.Join(dir, "video4"), 0o755); err != nil { // unplugged while we look
		t.Fatal(err)
	}
	got, err := listV4L2(dir)
	want := []Found{{"First Camera: First", "v4l2:/dev/video2"}, {"Second Camera", "v4l2:/dev/video10"}}
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v, %v", got, err)
	}
	if none, err := listV4L2(filepath.Join(dir, "missing")); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

func TestDevicesThatAreNoCamerasAreNamed(t *testing.T) {
	for path, want := range map[string]error{"/dev/null": ErrNotPictures, "/dev/video-none": ErrAbsent} {
		if _, err := openV4L2(path, wanted{}); !errors.Is(err, want) {
			t.Errorf("%s: %v, wanted %v", path, err, want)
		}
	}
	connect, err := platformConnector("no such camera", wanted{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t.Context()); !errors.Is(err, ErrAbsent) {
		t.Errorf("%v", err)
	}
}
