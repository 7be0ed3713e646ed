package cli

import (
	"fmt"
	"strings"

	"authenkiosk/app/config"
	"authenkiosk/cardreader"
)

// patientsReader tells which of the readers patients are served at, and what is
// left out, as the program does it.
func patientsReader(readers []string, c config.CardReader) finding {
	var patients, others []string
	for i, role := range cardreader.RolesOf(readers, c.Patient, c.Certifier) {
		switch kind := cardreader.KindOf(readers[i]); {
		case role == cardreader.RolePatient:
			patients = append(patients, fmt.Sprintf("%q", readers[i]))
		case role == cardreader.RoleOfficer:
			others = append(others, fmt.Sprintf("%q is the certifier's", readers[i]))
		case kind != cardreader.KindContact:
			others = append(others, fmt.Sprintf("%q is left out (%v)", readers[i], kind))
		default:
			others = append(others, fmt.Sprintf("%q is not named", readers[i]))
		}
	}
	rest := ""
	if others != nil {
		rest = "; " + strings.Join(others, ", ")
	}
	switch {
	case patients != nil:
		return finding{"card reader", FindingOK, strings.Join(patients, ", ") + rest}
	case len(readers) == 0:
		return finding{"card reader", FindingFailed, "no reader is plugged in"}
	case c.Patient != "":
		return finding{"card reader", FindingFailed, fmt.Sprintf("no reader named %q", c.Patient) + rest}
	default:
		return finding{"card reader", FindingFailed, "no reader for ID cards" + rest}
	}
}
