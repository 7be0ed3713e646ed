package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/atomicfile"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// configName is the name of the configuration in a backup.
const configName = "authenkiosk.toml"

// settingsName is that of the settings, which hold over it.
const settingsName = "settings.toml"

// errNothingHere says that a zone has no data.
var errNothingHere = errors.New("there are no data of this zone yet")

// backup writes the data of a zone into a file that is sealed.
func (p *Program) backup(ctx context.Context, s *Settings) error {
	if len(s.Args) != 1 {
		return errors.New("write: backup FILE, or: backup -move FILE")
	}
	c, err := s.Load()
	if err != nil {
		return err
	}
	path, data := s.Args[0], filepath.Join(s.Data, string(c.NHSO.Zone))
	if storage.Unused(data) {
		return fmt.Errorf("%w, in %s", errNothingHere, data)
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	content, err := s.backupContent(c)
	if err != nil {
		return err
	}
	if err := storage.BackupKey(data); errors.Is(err, storage.ErrNoBackupKey) {
		if err := ownData(data); err != nil {
			return err
		}
		why := "on any\nother machine a backup opens with this code alone."
		if err := p.makeCode(ctx, data, app.KeysOf(c), why); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if s.move {
		return p.move(s, c, path, content)
	}
	in, err := json.Marshal(content)
	if err != nil {
		return err
	}
	err = atomicfile.Fill(path, func(w io.Writer) error { return p.onRecordsTo(ctx, s, w, in, "backup") })
	if err != nil {
		return err
	}
	return p.sayBackup(s, c, path)
}

// backupContent is what comes into a backup beside the store.
func (s *Settings) backupContent(c config.Config) (storage.BackupContent, error) {
	b := storage.BackupContent{Program: app.Version(), Zone: c.NHSO.Zone, HCode: c.Unit.HCode, Files: map[string][]byte{}}
	for name, path := range map[string]string{configName: s.ConfigFile, settingsName: s.settings, "template-of-slips.toml": c.Printer.Template, "broker-ca.pem": c.MQTT.CAFile} {
		if path == "" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return b, fmt.Errorf("read the configuration: %w", err)
		}
		b.Files[name] = data
	}
	return b, nil
}

// sayBackup reads the file to its end and says what is in it.
func (p *Program) sayBackup(s *Settings, c config.Config, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := storage.CheckBackup(bufio.NewReaderSize(f, 1<<16), s.Data, app.KeysOf(c))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the backup in %s cannot be used: %w", path, err)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s has all of zone %s: %d visits, %d of them open, with their photos, the audit, operators and holds, and %s. It was read again and is whole.\n",
		path, info.Zone, info.Visits, info.Open, listed(info.Besides, "no configuration"))
	if err != nil || len(info.Without) == 0 {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "Secrets never leave the machine. Where it is restored, set again: %s\n", strings.Join(info.Without, ", "))
	return err
}

func listed(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

// move closes the store for good, and only then writes the backup: at no moment two
// stores could send the same visits.
func (p *Program) move(s *Settings, c config.Config, path string, content storage.BackupContent) error {
	data := filepath.Join(s.Data, string(c.NHSO.Zone))
	if err := ownData(data); err != nil {
		return err
	}
	store, err := storage.Open(data, storage.Options{Keys: app.KeysOf(c), Moved: true})
	if errors.Is(err, storage.ErrInUse) {
		return fmt.Errorf("%w: end the program first, for example with: systemctl stop authenagent", err)
	}
	if err != nil {
		return err
	}
	undo, err := store.CloseForGood()
	if err == nil {
		err = atomicfile.Fill(path, func(w io.Writer) error {
			_, err := store.Backup(w, content)
			return err
		})
		// Where a file has its name, somebody may have it, unless it was there before.
		if _, there := os.Lstat(path); err != nil && (errors.Is(err, fs.ErrExist) || errors.Is(there, fs.ErrNotExist)) {
			if back := undo(); back != nil {
				err = fmt.Errorf("%w; the data stay closed: %w", err, back)
			}
		}
	}
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	if err := p.sayBackup(s, c, path); err != nil {
		return fmt.Errorf("%w; the data in %s are closed for good, and whole: give the command again with another file", err, data)
	}
	_, err = fmt.Fprintf(p.Stdout, "The data in %s are CLOSED FOR GOOD: nothing is taken or sent from them any more. They go on where %s is restored, on one machine only. Delete the directory when it works there.\n", data, path)
	return err
}

// restore puts the data of a backup in place.
func (p *Program) restore(ctx context.Context, s *Settings) error {
	if len(s.Args) != 1 {
		return errors.New("write: restore FILE")
	}
	c, have, err := s.loadIfThere()
	if err != nil {
		return err
	}
	if err := ownData(s.Data); err != nil {
		return err
	}
	f, err := os.Open(s.Args[0])
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	done, err := storage.Restore(s.Data, bufio.NewReaderSize(f, 1<<16), storage.RestoreOptions{
		Keys: app.KeysOf(c),
		Code: func() (string, error) { return p.typedCode(ctx) },
		Allow: func(b storage.BackupInfo) error {
			if have && b.HCode != c.Unit.HCode {
				return fmt.Errorf("the backup is of unit %s, the configuration in %s of unit %s: nothing was changed. On a machine that takes its place write hcode = %q into [unit] first",
					b.HCode, s.ConfigFile, c.Unit.HCode, b.HCode)
			}
			return ownData(filepath.Join(s.Data, string(b.Zone)))
		},
	})
	if errors.Is(err, storage.ErrInUse) {
		return fmt.Errorf("%w: end the program first, for example with: systemctl stop authenagent", err)
	}
	if err != nil {
		return err
	}
	if err := p.sayRestored(done); err != nil {
		return err
	}
	if done.Backup.Zone != c.NHSO.Zone && have {
		fmt.Fprintf(p.Stdout, "The configuration in %s has zone %s: change it with: %s zone set %s\n", s.ConfigFile, c.NHSO.Zone, p.Name, done.Backup.Zone)
	}
	return p.putConfiguration(s, have, done.Besides)
}

// loadIfThere is Load for a configuration that may come with a backup.
func (s *Settings) loadIfThere() (c config.Config, have bool, err error) {
	if s.ConfigFile != "" {
		if _, err := os.Stat(s.ConfigFile); err == nil {
			c, err := s.Load()
			return c, true, err
		} else if !errors.Is(err, fs.ErrNotExist) {
			return c, false, err
		}
	}
	return config.Default(), false, s.Place()
}

func (p *Program) sayRestored(r storage.Restored) error {
	b := r.Backup
	_, err := fmt.Fprintf(p.Stdout, "Restored into %s: %d visits of zone %s as of %s. About %d of them, which are not settled, NHSO is asked before anything is sent; %d are held at a desk, as they were.\n",
		r.Dir, r.Visits, b.Zone, b.Made.In(visit.Bangkok).Format("2006-01-02 15:04"), r.LookUp, r.Held)
	if err == nil && r.Lost > 0 {
		_, err = fmt.Fprintf(p.Stdout, "%d visits could not be read already where the backup was made.\n", r.Lost)
	}
	if err == nil && r.AuditLost {
		_, err = fmt.Fprintln(p.Stdout, "The audit was broken already where the backup was made: a new chain begins. Keep the backup, which has the old one.")
	}
	if err == nil && !b.Moved {
		_, err = fmt.Fprintln(p.Stdout, "It is a copy: see to it that the store that it is a copy of works NOWHERE any more. To move to another machine, use backup -move.")
	}
	if err == nil && !b.Moved {
		_, err = fmt.Fprintf(p.Stdout, "Who may sign in, and which programs and stations are let in, is as of then, too: whoever was disabled or removed since is back. See: %s operator list, %s client list\n", p.Name, p.Name)
	}
	if err == nil && r.NewKey {
		_, err = fmt.Fprintf(p.Stdout, "The key of the data comes from %s here. Set again, as %s secret set NAME -zone ZONE: %s\n", r.Source.Name, p.Name, listed(b.Without, "no secret"))
	}
	return err
}

// putConfiguration writes the files of the configuration: where it was asked for when
// there is none, and else beside the data, for a person to compare.
func (p *Program) putConfiguration(s *Settings, have bool, files map[string][]byte) error {
	beside := filepath.Join(s.Data, "restored-configuration")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path, err := s.ConfigFile, fs.ErrNotExist
		if name == configName && !have && path != "" {
			err = atomicfile.Write(path, files[name], 0o644)
		}
		if settings := config.SettingsFile(s.Data); name == settingsName && !have && !exists(settings) {
			path, err = settings, atomicfile.Write(settings, files[name], 0o600)
		}
		if err != nil { // the account of the program often may not write there, or there is no such directory
			path = filepath.Join(beside, name)
			if err = atomicfile.MakeDir(beside); err == nil {
				err = atomicfile.Write(path, files[name], 0o600)
			}
		}
		if err != nil {
			return fmt.Errorf("the data are restored, the configuration is not: %w", err)
		}
		if _, err := fmt.Fprintf(p.Stdout, "Of the configuration: %s\n", path); err != nil {
			return err
		}
	}
	return nil
}
