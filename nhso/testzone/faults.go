package testzone

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// FaultKind is a way in which NHSO fails.
type FaultKind string

// The kinds of faults.
const (
	FaultDown         FaultKind = "down"  // the connection closes before anything is processed
	FaultSlow         FaultKind = "slow"  // processed, and the answer comes after the delay
	FaultCut          FaultKind = "cut"   // processed, then the connection closes without an answer
	FaultServerError  FaultKind = "500"   // 500, not processed
	FaultUnauthorised FaultKind = "401"   // 401, not processed
	FaultTooMany      FaultKind = "429"   // 429 with Retry-After, not processed
	FaultEmpty        FaultKind = "empty" // 200 without a body, not processed
	FaultHTML         FaultKind = "html"  // 200 with the page of a captive portal, not processed
)

// FaultKinds returns every kind.
func FaultKinds() []FaultKind {
	return []FaultKind{FaultDown, FaultSlow, FaultCut, FaultServerError, FaultUnauthorised, FaultTooMany, FaultEmpty, FaultHTML}
}

// processes reports whether the request is processed in spite of the fault.
func (k FaultKind) processes() bool { return k == "" || k == FaultSlow || k == FaultCut }

// Fault makes requests fail. It concerns those whose path begins with Path (all
// of NHSO's when empty, never those of the control API), Count times, or until
// the faults are cleared when Count is 0. DelayMS is waited before the answer or
// the end of the connection. When several faults fit, the one set first counts.
type Fault struct {
	Path    string    `json:"path"`
	Kind    FaultKind `json:"kind"`
	Count   int       `json:"count"`
	DelayMS int       `json:"delay_ms"`
}

func (f Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

// ErrTooManyFaults says that no more faults can be set.
var ErrTooManyFaults = errors.New("too many faults are set; clear them first")

// Validate tells everything that is wrong with a fault.
func (f Fault) Validate() error {
	var errs []error
	known := false
	for _, k := range FaultKinds() {
		known = known || k == f.Kind
	}
	if !known {
		errs = append(errs, fmt.Errorf("kind: %q is not one of %q", f.Kind, FaultKinds()))
	}
	if f.Path != "" && f.Path[0] != '/' {
		errs = append(errs, errors.New(`path: begins with "/", or is empty for all paths of NHSO`))
	}
	if f.Count < 0 {
		errs = append(errs, errors.New("count: 0 (until cleared) or more"))
	}
	if f.DelayMS < 0 || int64(f.DelayMS) > maxFaultDelay.Milliseconds() {
		errs = append(errs, fmt.Errorf("delay_ms: 0 to %d", maxFaultDelay.Milliseconds()))
	}
	if f.Kind == FaultSlow && f.DelayMS == 0 {
		errs = append(errs, errors.New(`delay_ms: needed with kind "slow"`))
	}
	return errors.Join(errs...)
}

// SetFault adds a fault to those that are set.
func (z *Zone) SetFault(f Fault) error {
	if err := f.Validate(); err != nil {
		return err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if len(z.faults) >= maxFaults {
		return ErrTooManyFaults
	}
	z.faults = append(z.faults, f)
	return nil
}

// ClearFaults makes everything work again.
func (z *Zone) ClearFaults() {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.faults = nil
}

// Faults returns those that are set, each with the count that is left.
func (z *Zone) Faults() []Fault {
	z.mu.Lock()
	defer z.mu.Unlock()
	return append([]Fault{}, z.faults...)
}

// takeFault finds the fault for a path and counts it down. Without any it
// returns the zero Fault.
func (z *Zone) takeFault(path string) Fault {
	return z.take(func(f Fault) bool { return strings.HasPrefix(path, f.Path) })
}

// takeAgentFault is takeFault for the simulated agent's own paths: a fault of all
// paths is one of NHSO behind the agent.
func (z *Zone) takeAgentFault(path string) Fault {
	return z.take(func(f Fault) bool { return f.Path != "" && strings.HasPrefix(path, f.Path) })
}

func (z *Zone) take(fits func(Fault) bool) Fault {
	z.mu.Lock()
	defer z.mu.Unlock()
	for i, f := range z.faults {
		if !fits(f) {
			continue
		}
		if f.Count == 1 {
			z.faults = append(z.faults[:i:i], z.faults[i+1:]...)
		} else if f.Count > 1 {
			z.faults[i].Count--
		}
		return f
	}
	return Fault{}
}
