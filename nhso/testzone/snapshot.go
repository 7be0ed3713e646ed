package testzone

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"

	"authenkiosk/visit"
)

// snapshot is a file of codes, one JSON object in a line. A nil snapshot keeps
// nothing.
type snapshot struct{ file *os.File }

func (s *snapshot) append(c Code) error {
	if s == nil {
		return nil
	}
	line, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

func (s *snapshot) close() error {
	if s == nil {
		return nil
	}
	return s.file.Close()
}

// restore reads the codes of an earlier run and goes on writing behind them. A
// last line without its end, left by a killed process, is cut off: its code was
// never given. Any other line that cannot be read is an error.
func (z *Zone) restore(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("testzone: open snapshot: %w", err)
	}
	whole := int64(0)
	r := bufio.NewReader(file)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err != nil {
			break
		}
		if err := z.remember(line); err != nil {
			_ = file.Close()
			return fmt.Errorf("testzone: snapshot line %d: %w", n, err)
		}
		whole += int64(len(line))
	}
	if err = file.Truncate(whole); err == nil {
		_, err = file.Seek(whole, io.SeekStart)
	}
	if err != nil {
		_ = file.Close()
		return fmt.Errorf("testzone: snapshot: %w", err)
	}
	z.snapshot = &snapshot{file}
	return nil
}

func (z *Zone) remember(line []byte) error {
	var c Code
	d := json.NewDecoder(bytes.NewReader(line))
	if err := d.Decode(&c); err != nil {
		return fmt.Errorf("not a code: %w", err)
	}
	if _, err := visit.ParseAuthenCode(string(c.Code)); err != nil {
		return err
	}
	number, err := strconv.ParseInt(string(c.Code[2:]), 10, 64)
	if err != nil {
		return fmt.Errorf("number of a code: %w", err)
	}
	z.codes = append(z.codes, c)
	z.number = max(z.number, number+1)
	return nil
}
