package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"authenkiosk/atomicfile"
)

// maxLog is from when on a new log is begun at the start, in bytes; the one before is kept.
const maxLog = 10 << 20

// Places returns which configuration and data a command line names, as whole paths. The
// configuration may be empty.
func (p *Program) Places(args []string) (config, data string, err error) {
	name := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	} else if len(p.Commands) > 0 {
		name = p.Commands[0].Name
	}
	table := p.Table()
	i := slices.IndexFunc(table, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return "", "", errUsage
	}
	quiet := *p
	quiet.Stderr = io.Discard
	s, err := quiet.parse(table[i], args)
	if err == nil {
		err = s.Place()
	}
	if err == nil && s.ConfigFile != "" {
		config, err = filepath.Abs(s.ConfigFile)
	}
	if err != nil {
		return "", "", err
	}
	data, err = filepath.Abs(s.Data)
	return config, data, err
}

// OpenLog opens the log of a program whose standard error nobody reads, as a service and a
// window of Windows are: beside its data. A command line that makes no sense has none.
func (p *Program) OpenLog(args []string) (*os.File, error) {
	_, data, err := p.Places(args)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(data, p.Name+".log")
	if err := atomicfile.MakeDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		_ = os.Rename(path, path+".old") // where it fails the log only grows on
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}
