package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"authenkiosk/app/config"
	"authenkiosk/app/upstream"
	"authenkiosk/visit"
)

// config shows the configuration, or carries it to another machine.
func (p *Program) config(_ context.Context, s *Settings) error {
	switch {
	case len(s.Args) == 1 && s.Args[0] == "show":
		return p.configShow(s)
	case len(s.Args) == 1 && s.Args[0] == "export":
		l, err := s.LoadWhole()
		if err != nil {
			return err
		}
		text, err := l.Export()
		if err != nil {
			return err
		}
		_, err = p.Stdout.Write(text)
		return err
	case len(s.Args) == 2 && s.Args[0] == "apply":
		return p.configApply(s, s.Args[1])
	}
	return errors.New("write: config show, config export, or config apply FILE")
}

// configShow prints every value and where it comes from. A person's number is left out.
func (p *Program) configShow(s *Settings) error {
	l, err := s.LoadWhole()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 8, 2, ' ', 0)
	for _, key := range l.Keys() {
		value, from := l.Value(key), "default"
		if file := l.From(key); file != "" {
			from = file
		}
		if key == "nhso.recorder_pid" && value != "" {
			value = l.NHSO.RecorderPID.Masked()
		}
		if _, err := fmt.Fprintf(w, "%s\t%q\t%s\n", key, config.WithoutSecret(value), from); err != nil {
			return err
		}
	}
	return w.Flush()
}

// configApply takes the configuration of another machine. With -config it becomes that
// file; without, the settings in the data, which have room for some keys alone.
func (p *Program) configApply(s *Settings, file string) error {
	if err := s.Place(); err != nil {
		return err
	}
	data, err := readConfiguration(file)
	if err != nil {
		return err
	}
	next, err := config.Parse(file, data)
	if err != nil {
		return err
	}
	if s.ConfigFile == "" {
		err = p.applyToSettings(s, file)
	} else {
		err = p.applyToFile(s, data, file)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(p.Stdout, "It holds from the next start on. Secrets, operators and the equipment of this machine were not in it:")
	if next.NHSO.Zone != visit.ZoneDemo && next.NHSO.Upstream == config.UpstreamEndpoint {
		fmt.Fprintf(p.Stdout, "  %s secret set %s\n", p.Name, upstream.TokenName)
	}
	_, err = fmt.Fprintf(p.Stdout, "  %s operator add NAME -role administrator\n  %s doctor\nwith the same -config and -data.\n", p.Name, p.Name)
	return err
}

func readConfiguration(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open the configuration: %w", err)
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, config.MaxFile+1))
}

// applyToSettings keeps what the program may keep, or nothing when that is not all.
func (p *Program) applyToSettings(s *Settings, file string) error {
	from, err := config.LoadOver(file, filepath.Join(s.Data, "none"))
	if err != nil {
		return err
	}
	values, others := map[string]string{}, []string(nil)
	for _, key := range from.Keys() {
		switch {
		case from.From(key) == "":
		case slices.Contains(config.Settable(), key):
			values[key] = from.Value(key)
		default:
			others = append(others, key)
		}
	}
	if len(from.Webhooks) > 0 {
		others = append(others, "webhook")
	}
	if len(from.Kiosk.NextFor) > 0 {
		others = append(others, "kiosk.next")
	}
	if others != nil {
		return fmt.Errorf("%s has keys that stand in a configuration alone (%s): say where to write it: -config FILE", file, strings.Join(others, ", "))
	}
	if err := ownData(s.Data); err != nil {
		return err
	}
	if _, err := config.Change("", s.Data, values); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%d values are in %s now.\n", len(values), config.SettingsFile(s.Data))
	return err
}

// beforeSuffix is behind the name of a configuration that another one has replaced.
const beforeSuffix = ".before"

// applyToFile writes the configuration, and keeps the one before beside it. Settings that
// would hold over it are told of.
func (p *Program) applyToFile(s *Settings, data []byte, file string) error {
	path, err := filepath.EvalSymlinks(s.ConfigFile)
	if errors.Is(err, fs.ErrNotExist) {
		path, err = s.ConfigFile, nil
	}
	if err != nil {
		return fmt.Errorf("find the configuration: %w", err)
	}
	if _, err := config.LoadOver(file, s.Data); err != nil {
		return fmt.Errorf("nothing was changed, as the settings in %s do not go with %s: take that file away first, or the lines in it that are named: %w", config.SettingsFile(s.Data), file, err)
	}
	before, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := replace(path+beforeSuffix, before); err != nil {
			return err
		}
		fmt.Fprintf(p.Stdout, "The configuration before is in %s.\n", path+beforeSuffix)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the configuration: %w", err)
	}
	if err := replace(path, data); err != nil {
		return err
	}
	if file := config.SettingsFile(s.Data); exists(file) {
		fmt.Fprintf(p.Stdout, "Settings in %s hold over it: see config show, or take that file away.\n", file)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s is %s now.\n", s.ConfigFile, file)
	return err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
