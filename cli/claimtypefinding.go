package cli

import (
	"fmt"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/visit"
)

// claimTypeFinding says what is offered to whom.
func claimTypeFinding(c config.Config) finding {
	const check = "claim types"
	patients, err := app.PatientTypes(c)
	programs, err2 := app.ProgramTypes(c)
	switch {
	case err != nil || err2 != nil:
		return finding{check, FindingFailed, fmt.Sprint(err, err2)}
	case c.NHSO.Upstream == config.UpstreamAgent:
		return finding{check, FindingOK, "the installed agent names those of each person; patients choose among: " + claimCodes(patients)}
	case len(c.Kiosk.ClaimTypes) > 0:
		return finding{check, FindingOK, "NHSO's service names none, so those of kiosk.claim_types are offered: " + claimCodes(patients)}
	}
	return finding{check, FindingOK, fmt.Sprintf("NHSO's service names none, and kiosk.claim_types is empty: patients are offered %s, programs %s; NHSO decides",
		claimCodes(patients), claimCodes(programs))}
}

func claimCodes(types []visit.ClaimType) string {
	text := ""
	for i, t := range types {
		if i > 0 {
			text += ", "
		}
		text += t.Code
	}
	return text
}
