package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc/mgr"

	"authenkiosk/atomicfile"
	"authenkiosk/cli"
)

// What a machine is for.
const (
	faceKiosk   = "kiosk"
	faceStation = "station"
	faceAgent   = "agent"
)

// keptIn is where it is kept, for the next version.
const keptIn = `SOFTWARE\AuthenKiosk`

// nhsoService is the service of NHSO's Secure SmartCard Agent.
const nhsoService = "NHSOSecureSmartCardAgent"

var errFaceUsage = errors.New("write: face show | face set kiosk|station|agent [-account NAME] [-hcode CODE] [-name NAME] [-zone ZONE] " +
	"[-config FILE] [-nhso use|replace] | face stop | face go | face clear [-erase]")

// wish is what an installer wants of a machine. What is empty stays as it is.
type wish struct {
	face, account string
	first
	config string // a file whose content becomes the configuration
	erase  bool
	byHand bool // an administrator has given the command, not an installer
}

// ofInstaller are the properties of the installer, as it hands them in (authenkiosk.wxs).
const ofInstaller = "[FACE]|[ACCOUNT]|[HCODE]|[ZONE]|[NHSOAGENT]|[CONFIGFILE]|[UNITNAME]"

// wishOf reads what the installer wants from the whole line with which it has started this
// program. The properties stand there as somebody wrote them, between signs that no account
// and no path can have. As words of a command line a quotation mark in the name of the
// unit, or a path that ends with a backslash, would run into what follows.
func wishOf(line string) (w wish, err error) {
	_, rest, there := strings.Cut(line, " face installer |")
	names := strings.Split(ofInstaller, "|")
	values := strings.SplitN(rest, "|", len(names))
	if !there || len(values) != len(names) {
		return w, errFaceUsage
	}
	fields := map[string]*string{
		"[FACE]": &w.face, "[ACCOUNT]": &w.account, "[HCODE]": &w.hcode, "[ZONE]": &w.zone, "[NHSOAGENT]": &w.nhso,
		"[CONFIGFILE]": &w.config, "[UNITNAME]": &w.name,
	}
	for i, name := range names {
		*fields[name] = strings.TrimSpace(values[i])
	}
	return w, nil
}

// face carries out what the installer (packaging/windows) and administrators want of this
// machine: "set" says what it is for, "stop" ends what runs before files are replaced,
// "go" starts it again when that came to nothing, "clear" is the end of it.
func face(p *cli.Program, args []string) error {
	if len(args) == 0 {
		return errFaceUsage
	}
	verb, w := args[0], wish{}
	if verb == "installer" {
		w, err := wishOf(windows.UTF16PtrToString(windows.GetCommandLine()))
		if err != nil {
			return err
		}
		return w.setOrTell(p)
	}
	f := flag.NewFlagSet("authenagent face", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&w.account, "account", "", "")
	f.StringVar(&w.hcode, "hcode", "", "")
	f.StringVar(&w.name, "name", "", "")
	f.StringVar(&w.zone, "zone", "", "")
	f.StringVar(&w.config, "config", "", "")
	f.StringVar(&w.nhso, "nhso", "", "")
	f.BoolVar(&w.erase, "erase", false, "")
	for rest := args[1:]; ; rest = f.Args()[1:] {
		if err := f.Parse(rest); err != nil {
			return fmt.Errorf("%w: %w", err, errFaceUsage)
		}
		if f.NArg() == 0 {
			break
		}
		if w.face = cmp.Or(w.face, f.Arg(0)); w.face != f.Arg(0) {
			return errFaceUsage
		}
	}
	err := errFaceUsage
	switch {
	case verb == "set":
		w.byHand = true
		err = w.setOrTell(p)
	case w.face != "":
	case verb == "show":
		kept, _ := keptWish()
		_, err = fmt.Fprintln(p.Stdout, cmp.Or(kept.face, "none: face set kiosk|station|agent"))
	case verb == "stop":
		err = stopAll()
	case verb == "go":
		err = goOn()
	case verb == "clear":
		err = w.clear()
	}
	return err
}

// setOrTell is set, of which nobody may see why it came to nothing.
func (w wish) setOrTell(p *cli.Program) error {
	err := w.set(p)
	if err != nil {
		tellWindows("AuthenKiosk is not installed: " + err.Error())
	}
	return err
}

// keptWish is what was set before.
func keptWish() (w wish, err error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, keptIn, registry.QUERY_VALUE)
	if err != nil {
		return w, err
	}
	defer func() { _ = k.Close() }()
	w.face, _, _ = k.GetStringValue("Face")
	w.account, _, _ = k.GetStringValue("Account")
	return w, nil
}

func (w wish) keep() error {
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, keptIn, registry.SET_VALUE)
	if err == nil {
		err = errors.Join(k.SetStringValue("Face", w.face), k.SetStringValue("Account", w.account), k.Close())
	}
	if err != nil {
		return fmt.Errorf("keep what the machine is for (as administrator): %w", err)
	}
	return nil
}

// set makes the machine what is wished, and starts it. It may be given again.
func (w wish) set(p *cli.Program) error {
	kept, _ := keptWish()
	w.face, w.account = cmp.Or(w.face, kept.face, faceAgent), cmp.Or(w.account, kept.account)
	access, sid, err := w.access()
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	kiosk := filepath.Join(filepath.Dir(program), "authenkiosk.exe")
	if _, err := os.Stat(kiosk); err != nil && w.face != faceAgent {
		return fmt.Errorf("the agent alone is installed here: %w", err)
	}
	data, err := cli.DefaultData()
	if err != nil {
		return err
	}
	config := filepath.Join(data, "authenkiosk.toml")
	// What is wrong with the wish is known before anything is stopped: by hand nobody starts it again.
	if _, err := w.wanted(config, w.config, func() bool { return false }); err != nil {
		return err
	}
	if err := atomicfile.CheckOwner(data, access); err != nil {
		return err
	}
	if w.nhso == "replace" {
		if err := disable(nhsoService); err != nil {
			return err
		}
	}
	if err := stopAll(); err != nil {
		return err
	}
	if err := protect(data, access); err != nil {
		return err
	}
	if err := w.configure(config, w.config, listening); err != nil {
		return err
	}
	if err := w.keep(); err != nil {
		return err
	}
	if w.face != faceAgent {
		if err := removeIfThere(); err != nil {
			return err
		}
	}
	switch w.face {
	case faceKiosk:
		return plan(task(kiosk, config, sid))
	case faceAgent:
		unplan()
		return install(p, []string{"-config", config}, w.byHand)
	}
	unplan()
	return nil
}

// access returns who may work with the data, and the account of a kiosk.
func (w wish) access() (entry, sid string, err error) {
	switch {
	case !slices.Contains([]string{faceKiosk, faceStation, faceAgent}, w.face):
		return "", "", fmt.Errorf("%q: %w", w.face, errFaceUsage)
	case w.face == faceAgent:
		return accessOfService, "", nil
	case w.account == "":
		return "", "", fmt.Errorf("say whose session the %s runs in: -account NAME (of the installer: ACCOUNT=NAME)", w.face)
	}
	who, _, kind, err := windows.LookupSID("", w.account)
	if err != nil {
		return "", "", fmt.Errorf("find the account %q: %w", w.account, err)
	}
	if w.face == faceKiosk && kind != windows.SidTypeUser {
		return "", "", fmt.Errorf("%q is no account of a person, and nobody can sign in as it", w.account)
	}
	return "(A;OICI;0x1301bf;;;" + who.String() + ")", who.String(), nil
}

// clear takes away what set made; the data, and what the machine was for, only when that is
// wished.
func (w wish) clear() error {
	err := errors.Join(stopAll(), removeIfThere())
	unplan()
	if !w.erase {
		return err
	}
	if k, gone := registry.OpenKey(registry.LOCAL_MACHINE, keptIn, registry.SET_VALUE); gone == nil {
		_, _ = k.DeleteValue("Face"), k.DeleteValue("Account")
		_ = k.Close()
	}
	data, where := cli.DefaultData()
	if where == nil {
		where = os.RemoveAll(data)
	}
	return errors.Join(err, where)
}

// disable ends a service of others for good; one that is not there is none.
func disable(name string) error {
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("reach the service manager (as administrator): %w", err)
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.OpenService(name)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the service %s: %w", name, err)
	}
	defer func() { _ = s.Close() }()
	halt(s)
	const same = windows.SERVICE_NO_CHANGE
	if err := windows.ChangeServiceConfig(s.Handle, same, mgr.StartDisabled, same, nil, nil, nil, nil, nil, nil, nil); err != nil {
		return fmt.Errorf("disable the service %s: %w", name, err)
	}
	return nil
}

// removeIfThere takes the agent's service out of the list.
func removeIfThere() error {
	if err := remove(); !errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return err
	}
	return nil
}

// writeConfig puts a configuration in place, and keeps the one before.
func writeConfig(path string, text []byte) error {
	before, err := os.ReadFile(path)
	if err == nil && string(before) != string(text) {
		err = atomicfile.Write(path+".before", before, 0o600)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return atomicfile.Write(path, text, 0o600)
}
