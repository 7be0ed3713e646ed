//go:build vm && linux && (amd64 || arm64)

package camera

import (
	"context"
	"errors"
	"image"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// These tests want a camera made of software at /dev/video0 and the right to take
// it away: the guest that packaging/vm/run.sh starts. A run is
//
//	go test -c -tags ci,migrated_fynedo,no_emoji,vm -o out/vm/camera.test ./camera
//	packaging/vm/run.sh -modules camera out/vm/camera.test -test.v -test.run VM

const (
	vmDevice = "/dev/video0"
	vmSource = "v4l2:" + vmDevice
	vmDriver = "/sys/bus/platform/drivers/vivid/"
)

// Under emulation a large picture takes long to make.
var vmLargest = image.Pt(640, 480)

func inVM(t *testing.T) {
	t.Helper()
	if os.Getenv("AUTHENKIOSK_VM") == "" {
		if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") != "" {
			t.Fatal("not in the virtual machine of packaging/vm")
		}
		t.Skip("it would unplug the camera of this machine: run it in packaging/vm")
	}
}

func plug(t *testing.T, action string) {
	t.Helper()
	if err := os.WriteFile(vmDriver+action, []byte("vivid.0"), 0o200); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		_, err := os.Stat(vmDevice)
		if there := err == nil; there == (action == "bind") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", action, err)
		}
	}
}

func TestVMPicturesOfARealDeviceArrive(t *testing.T) {
	inVM(t)
	for _, size := range []image.Point{{640, 360}, {640, 480}, {1280, 720}} {
		started := time.Now()
		c := open(t, vmSource, Largest(size))
		f := next(t, c, image.Point{})
		t.Logf("first picture of %v after %v", f.Image.Rect.Size(), time.Since(started))
		if f.Image.Rect.Size() != size {
			t.Errorf("a picture of %v, wanted %v", f.Image.Rect.Size(), size)
		}
		// The test picture begins with bars: white first, black last.
		if span := brightest(f) - darkest(f); span < 150 {
			t.Errorf("%v: brightness spans %d only: that is no picture of bars", size, span)
		}
		first := f.Number
		f.Release()
		started = time.Now()
		last := first
		for last < first+20 {
			f := next(t, c, image.Point{})
			if f.Number <= last {
				t.Errorf("picture %d after %d", f.Number, last)
			}
			last = f.Number
			f.Release()
		}
		t.Logf("%d pictures of %v in %v", last-first, size, time.Since(started))
		c.Close()
	}
}

func brightest(f *Frame) int {
	most := 0
	for _, v := range f.Image.Y {
		most = max(most, int(v))
	}
	return most
}

func darkest(f *Frame) int {
	least := 255
	for _, v := range f.Image.Y {
		least = min(least, int(v))
	}
	return least
}

func TestVMACameraIsListedAndFoundByItsName(t *testing.T) {
	inVM(t)
	found, err := List()
	if err != nil || len(found) != 1 || found[0].Source != vmSource || !strings.HasPrefix(found[0].Name, "vivid") {
		t.Fatalf("%+v, %v", found, err)
	}
	report, err := Probe(t.Context(), found[0].Name, Largest(vmLargest))
	if err != nil || report.State != Live {
		t.Errorf("%+v, %v", report, err)
	}
	t.Logf("%q: %v, first picture after %v", found[0].Name, report.Size, report.First)
}

func TestVMASecondProgramIsToldThatTheCameraIsBusyAndGetsItLater(t *testing.T) {
	inVM(t)
	first := open(t, vmSource, Largest(vmLargest))
	next(t, first, image.Point{}).Release()
	second := open(t, vmSource, Largest(vmLargest))
	if err := waitState(t, second, Busy); !errors.Is(err, ErrBusy) {
		t.Errorf("error %v, wanted %v", err, ErrBusy)
	}
	next(t, first, image.Point{}).Release() // and the first one goes on
	first.Close()
	next(t, second, image.Point{}).Release()
}

func TestVMACameraThatIsUnpluggedWhileItStreamsIsGoneAndComesBack(t *testing.T) {
	inVM(t)
	c := open(t, vmSource, Largest(vmLargest))
	next(t, c, image.Point{}).Release()
	for range 3 {
		plug(t, "unbind")
		started := time.Now()
		if err := waitState(t, c, Gone); err == nil {
			t.Error("gone without a reason")
		} else {
			t.Logf("gone after %v: %v", time.Since(started), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if f, err := c.Next(ctx, image.Point{}); err == nil {
			f.Release()
			t.Error("a picture of a camera that is gone")
		}
		cancel()
		plug(t, "bind")
		started = time.Now()
		next(t, c, image.Point{}).Release()
		t.Logf("back after %v", time.Since(started))
		waitState(t, c, Live)
	}
}

func TestVMNoCameraFromTheStartIsAbsentAndIsFoundWhenItComes(t *testing.T) {
	inVM(t)
	if out, err := exec.Command("modprobe", "-r", "vivid").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if found, err := List(); err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	c := open(t, vmSource, Largest(vmLargest))
	if err := waitState(t, c, Absent); !errors.Is(err, ErrAbsent) {
		t.Errorf("error %v, wanted %v", err, ErrAbsent)
	}
	if out, err := exec.Command("modprobe", "vivid", "n_devs=1", "node_types=0x1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	next(t, c, image.Point{}).Release()
}

func TestVMThePhotoOfARealDeviceIsTaken(t *testing.T) {
	inVM(t)
	s := sit(t, open(t, vmSource, Largest(vmLargest)), SittingOptions{FPS: 5})
	waitLook(t, s, "a picture", func(l Look) bool { return l.State == Live })
	photo, err := s.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer photo.Release()
	if photo.Passed() || photo.Size != vmLargest {
		t.Errorf("bars passed as a face: %+v", photo.Result)
	}
	t.Logf("photo of %v, %d bytes, verdict %v", photo.Size, len(photo.JPEG), photo.Result.Verdict)
}
