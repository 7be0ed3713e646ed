package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"authenkiosk/app"
	"authenkiosk/app/privatelog"
	"authenkiosk/storage"
)

// dataKey changes what seals the key of a zone's data: "reseal" or "recover". It works
// while the program runs, which has the key already.
func (p *Program) dataKey(ctx context.Context, s *Settings, what string) error {
	c, err := s.Load()
	if err != nil {
		return err
	}
	if s.ofZone != "" {
		if c.NHSO.Zone, err = zoneOf(s.ofZone); err != nil {
			return err
		}
	}
	data := filepath.Join(s.Data, string(c.NHSO.Zone))
	if err := ownData(data); err != nil {
		return err
	}
	return p.dataKeyIn(ctx, data, app.KeysOf(c), what, s.pcr)
}

func (p *Program) dataKeyIn(ctx context.Context, data string, keys storage.KeyOptions, what string, pcr bool) error {
	var now storage.SourceInfo
	var err error
	switch {
	case what == "recover":
		now, err = p.recoverKey(ctx, data, keys)
	case pcr:
		now, err = p.bindKey(ctx, data, keys)
	default:
		now, err = storage.Reseal(data, keys, "")
	}
	if err != nil {
		return err
	}
	is := now.Protection()
	_, err = fmt.Fprintf(p.Stdout, "The key of the data in %s comes from %s now. It protects from %s; not from %s. Besides, %s.\n",
		data, now.Name, is.From, is.Not, storage.DiskEncryption)
	return err
}

// errNotWritten says that the recovery code was not repeated.
var errNotWritten = errors.New("that is not the end of the recovery code: nothing was done. Give the command again for a new code")

// bindKey makes a recovery code and binds the key.
func (p *Program) bindKey(ctx context.Context, data string, keys storage.KeyOptions) (storage.SourceInfo, error) {
	if err := p.makeCode(ctx, data, keys, "after an\nupdate of the firmware, or of its keys, the data open with this code alone."); err != nil {
		return storage.SourceInfo{}, err
	}
	return storage.Reseal(data, keys, storage.SourceTPMBound)
}

// makeCode makes a recovery code, sees to it that somebody has it, and has it open the key.
func (p *Program) makeCode(ctx context.Context, data string, keys storage.KeyOptions, why string) error {
	code := storage.NewRecoveryCode()
	privatelog.Hide(code)
	fmt.Fprintf(p.Stdout, `The recovery code of these data is

    %s

It is shown only now. Write it down and keep it away from this machine: %s
Type its last group, then Enter: `, code, why)
	line, err := p.line(ctx)
	if err != nil {
		return fmt.Errorf("read the last group: %w", err)
	}
	if !strings.EqualFold(strings.TrimSpace(line), code[strings.LastIndex(code, "-")+1:]) {
		return errNotWritten
	}
	fmt.Fprintln(p.Stdout)
	// Only now: a code of before is good until somebody has the new one.
	return storage.AddRecovery(data, keys, code)
}

// recoverKey opens the key with its code.
func (p *Program) recoverKey(ctx context.Context, data string, keys storage.KeyOptions) (storage.SourceInfo, error) {
	code, err := p.typedCode(ctx)
	if err != nil {
		return storage.SourceInfo{}, err
	}
	return storage.Recover(data, keys, code)
}

// typedCode asks for a recovery code.
func (p *Program) typedCode(ctx context.Context) (string, error) {
	fmt.Fprint(p.Stdout, "Type the recovery code, then Enter: ")
	line, err := p.line(ctx)
	if err != nil {
		return "", fmt.Errorf("read the recovery code: %w", err)
	}
	privatelog.Hide(strings.TrimSpace(line))
	fmt.Fprintln(p.Stdout)
	return line, nil
}
