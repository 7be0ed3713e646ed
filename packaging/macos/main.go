// Command macos puts built programs for macOS into AuthenKiosk.app, in a zip: the same
// bytes whenever it runs, on whatever system. It signs nothing: Apple's notarisation needs
// Apple's tools and an account there.
//
//	go run ./packaging/macos VERSION SECONDS-OF-THE-COMMIT OUT.zip PROGRAM...
package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/template"
	"time"

	"authenkiosk/assets"
)

// Bundles are named so in FyneApp.toml, too.
const app, identifier = "AuthenKiosk.app", "th.authenkiosk"

const icon = "assets/icons/app.png"

// info is what macOS reads of a bundle. It asks people before a camera is used, in these
// words.
var info = template.Must(template.New("Info.plist").Parse(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>CFBundleExecutable</key><string>authenkiosk</string>
	<key>CFBundleIconFile</key><string>icon.icns</string>
	<key>CFBundleIdentifier</key><string>{{.Identifier}}</string>
	<key>CFBundleName</key><string>AuthenKiosk</string>
	<key>CFBundlePackageType</key><string>APPL</string>
	<key>CFBundleInfoDictionaryVersion</key><string>6.0</string>
	<key>CFBundleShortVersionString</key><string>{{.Version}}</string>
	<key>CFBundleVersion</key><string>{{.Version}}</string>
	<key>CFBundleDevelopmentRegion</key><string>th</string>
	<key>LSMinimumSystemVersion</key><string>12.0</string>
	<key>NSHighResolutionCapable</key><true/>
	<key>NSCameraUsageDescription</key><string>ถ่ายภาพผู้ป่วยที่ไม่มีบัตร / Photos of patients without a card</string>
</dict>
</plist>
`))

func main() {
	if len(os.Args) < 5 {
		fmt.Fprintln(os.Stderr, "macos: say the version, the second of the commit, the zip and the programs")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		fmt.Fprintln(os.Stderr, "macos:", err)
		os.Exit(1)
	}
}

func write(version, seconds, out string, programs []string) error {
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return err
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	z := zip.NewWriter(f)
	put := func(name string, mode os.FileMode, content []byte) error {
		h := &zip.FileHeader{Name: app + "/Contents/" + name, Method: zip.Deflate, Modified: time.Unix(at, 0).UTC()}
		h.SetMode(mode)
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write(content)
		}
		return err
	}
	var about bytes.Buffer
	if err := info.Execute(&about, map[string]string{"Identifier": identifier, "Version": version}); err != nil {
		return err
	}
	picture, err := os.ReadFile(icon)
	if err != nil {
		return err
	}
	icns, err := icnsOf(bytes.NewReader(picture))
	if err != nil {
		return fmt.Errorf("%s: %w", icon, err)
	}
	for _, part := range []struct {
		name    string
		content []byte
	}{{"Info.plist", about.Bytes()}, {"Resources/icon.icns", icns}, {"Resources/LICENCES.txt", []byte(assets.Licences)}} {
		if err := put(part.name, 0o644, part.content); err != nil {
			return err
		}
	}
	for _, p := range programs {
		content, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if err := put("MacOS/"+filepath.Base(p), 0o755, content); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

// icnsOf makes an icon of macOS of a picture with 512 x 512 pixels: a head, and the
// picture as PNG with 8 bits a channel.
func icnsOf(r io.Reader) ([]byte, error) {
	picture, err := png.Decode(r)
	if err != nil {
		return nil, err
	}
	if size := picture.Bounds().Size(); size != image.Pt(512, 512) {
		return nil, fmt.Errorf("it has %v pixels", size)
	}
	plain := image.NewNRGBA(picture.Bounds())
	draw.Draw(plain, plain.Bounds(), picture, picture.Bounds().Min, draw.Src)
	var inner bytes.Buffer
	if err := png.Encode(&inner, plain); err != nil {
		return nil, err
	}
	const head = 8
	var out bytes.Buffer
	for _, part := range []struct {
		kind string
		size int
	}{{"icns", 2*head + inner.Len()}, {"ic09", head + inner.Len()}} {
		out.WriteString(part.kind)
		if err := binary.Write(&out, binary.BigEndian, uint32(part.size)); err != nil {
			return nil, err
		}
	}
	out.Write(inner.Bytes())
	return out.Bytes(), nil
}
