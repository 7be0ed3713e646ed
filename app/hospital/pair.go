package hospital

import (
	"fmt"
	"io"
	"time"

	"authenkiosk/agent"
)

// Pair makes a code with which one station is let in, and shows it to the administrator.
func (f *Agent) Pair(w io.Writer) error {
	_, err := fmt.Fprintf(w, `The pairing code is

    %s

Type it at the station within %d minutes. It lets one station in; after %d wrong codes it is not good any more.
`, f.pairing.NewCode(), agent.PairingTTL/time.Minute, agent.PairingTries)
	if err != nil {
		return err
	}
	if f.options.LAN == nil {
		_, err = fmt.Fprintln(w, "Only a station on this machine can reach this agent: for others see docs/agent.md, \"Other machines\".")
		return err
	}
	_, err = fmt.Fprintf(w, `Type it only if the station shows this fingerprint of the certificate (SHA-256):

    %s
`, agent.Fingerprint(f.options.LAN.Certificate))
	return err
}
