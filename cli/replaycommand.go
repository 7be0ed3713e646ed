package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/control"
	"authenkiosk/visit/flow"
	"authenkiosk/visit/flow/record"
)

// maxReport bounds a report that is replayed, in bytes.
const maxReport = 64 << 20

// replay lets the flow take the steps of a record again and prints a line for each. The
// file is a crash report, the output of doctor -json, or the record alone; "-" is the
// input.
func (p *Program) replay(_ context.Context, s *Settings) error {
	if len(s.Args) != 1 {
		return errors.New("write: replay FILE")
	}
	in := p.Stdin
	if name := s.Args[0]; name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	report, err := io.ReadAll(io.LimitReader(in, maxReport))
	if err != nil {
		return err
	}
	return replayReport(p.Stdout, report)
}

func replayReport(w io.Writer, report []byte) error {
	r, err := record.Parse(report)
	if err != nil {
		return err
	}
	if r.Program != app.Version() {
		if _, err := fmt.Fprintf(w, "recorded by version %s, replayed by %s\n", r.Program, app.Version()); err != nil {
			return err
		}
	}
	began := record.AfterOf(&r.Start)
	if _, err := fmt.Fprintf(w, "%6d %s\n", r.From-1, began); err != nil {
		return err
	}
	var failed error
	err = r.Replay(func(s record.Step, m flow.Model) {
		after, line := record.AfterOf(&m), ""
		if line = fmt.Sprintf("%6d %s %-18s %s", s.N, s.At.Format("15:04:05.000"), s.Name, after); s.After == nil {
			line += " (the kiosk did not come to the end of this step)"
		}
		if _, err := fmt.Fprintln(w, line); err != nil && failed == nil {
			failed = err
		}
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d steps, as recorded\n", len(r.Steps))
	return err
}

// recordLimit is how long a kiosk has to tell its last steps.
const recordLimit = 5 * time.Second

// lastSteps asks the kiosk that runs on a data directory for its record.
func lastSteps(ctx context.Context, data string) (lines [][]byte, f finding) {
	ctx, cancel := context.WithTimeout(ctx, recordLimit)
	defer cancel()
	var out bytes.Buffer
	err := control.Ask(ctx, data, []string{"record"}, nil, &out)
	switch {
	case errors.Is(err, control.ErrNobody):
		return nil, finding{"record", FindingSkipped, "no kiosk runs on these data: the last steps are told by one that runs"}
	case err != nil:
		return nil, finding{"record", FindingSkipped, err.Error()}
	}
	lines = bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	if _, err := record.Parse(out.Bytes()); err != nil {
		return nil, finding{"record", FindingWarning, "the running kiosk tells steps that cannot be read: " + err.Error()}
	}
	return lines, finding{"record", FindingOK, fmt.Sprintf("the last %d steps of the running kiosk; -json has them, without personal data, for: authenkiosk replay FILE", len(lines)-1)}
}

// withRecord puts the lines of a record into a JSON object, each on a line of its own: a
// report must fit into an issue.
func withRecord(object []byte, lines [][]byte) []byte {
	if len(lines) == 0 {
		return append(object, '\n')
	}
	object = append(bytes.TrimRight(bytes.TrimSuffix(object, []byte("}")), "\n"), ",\n  \"record\": [\n    "...)
	object = append(object, bytes.Join(lines, []byte(",\n    "))...)
	return append(object, "\n  ]\n}\n"...)
}
