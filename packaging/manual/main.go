// Command manual writes the manual pages and the shell completions of both programs into
// a directory, as packages have them: the same bytes whenever it runs.
//
//	go run ./packaging/manual VERSION SECONDS-OF-THE-COMMIT DIR
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"authenkiosk/cli"
	"authenkiosk/cli/kioskcmd"
	"authenkiosk/cli/manual"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("say the version, the second of the commit and the directory")
	}
	seconds, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	version, date, dir := args[0], time.Unix(seconds, 0), args[2]
	kiosk := &cli.Program{Name: "authenkiosk", Commands: kioskcmd.Commands(kioskcmd.Faces{})}
	agent := &cli.Program{Name: "authenagent"}
	for _, p := range []struct {
		*cli.Program
		summary string
		about   []string
	}{
		{kiosk, "authen codes of NHSO for patients, at a kiosk", []string{
			"The kiosk for patients of Thai hospitals: they prove who they are and get the authen code of the National Health Security Office, on the screen and on a slip. It has everything that authenagent has, too.",
		}},
		{agent, "authen codes of NHSO for hospital software", []string{
			"The same services as authenkiosk without a screen: an HTTP agent on 127.0.0.1:8189 for the software of the hospital.",
		}},
	} {
		var page, completion bytes.Buffer
		if err := manual.Page(&page, p.Program, version, date, p.summary, p.about...); err != nil {
			return err
		}
		if err := manual.Completion(&completion, p.Program); err != nil {
			return err
		}
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := io.Copy(z, &page); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, p.Name+".1.gz"), packed.Bytes(), 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, p.Name+".bash"), completion.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
