package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheBundleHasWhatMacOSReads(t *testing.T) {
	t.Chdir("../..")
	dir := t.TempDir()
	program := filepath.Join(dir, "authenkiosk")
	if err := os.WriteFile(program, []byte("a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	var made [2][]byte
	for i := range made {
		out := filepath.Join(dir, "out.zip")
		if err := write("1.2.3", "1790000000", out, []string{program}); err != nil {
			t.Fatal(err)
		}
		made[i], _ = os.ReadFile(out)
	}
	if len(made[0]) == 0 || !bytes.Equal(made[0], made[1]) {
		t.Error("two runs make different bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(made[0]), int64(len(made[0])))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
		if can := f.Mode()&0o111 != 0; can != strings.Contains(f.Name, "/MacOS/") {
			t.Errorf("%s has mode %v", f.Name, f.Mode())
		}
	}
	const contents = "AuthenKiosk.app/Contents/"
	if files[contents+"MacOS/authenkiosk"] != "a program" || !strings.Contains(files[contents+"Resources/LICENCES.txt"], "Apache") {
		t.Errorf("%d files", len(files))
	}
	var about struct {
		Dict struct {
			Keys    []string `xml:"key"`
			Strings []string `xml:"string"`
		} `xml:"dict"`
	}
	if err := xml.Unmarshal([]byte(files[contents+"Info.plist"]), &about); err != nil {
		t.Fatal(err)
	}
	named, err := os.ReadFile("FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	if about.Dict.Keys[0] != "CFBundleExecutable" || about.Dict.Strings[0] != "authenkiosk" || !strings.Contains(string(named), `ID = "`+identifier+`"`) ||
		!strings.Contains(files[contents+"Info.plist"], "<string>1.2.3</string>") {
		t.Errorf("%+v", about)
	}
	icns := files[contents+"Resources/icon.icns"]
	if icns[:4] != "icns" || icns[8:12] != "ic09" || int(binary.BigEndian.Uint32([]byte(icns[4:8]))) != len(icns) {
		t.Errorf("the icon begins with %q", icns[:16])
	}
	if _, err := png.Decode(strings.NewReader(icns[16:])); err != nil {
		t.Error(err)
	}
}
