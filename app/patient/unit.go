package patient

import (
	"strings"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// First digits of a PID: those of citizens, and the one that is in nobody's
// number and stands for made-up people outside of production.
const (
	citizens = "12345"
	madeUp   = "9"
)

// WayOf is the way of patients at a machine to which nobody has come yet. types are the
// claim types among which they choose.
func WayOf(core *app.Core, types []visit.ClaimType) flow.Way {
	c := core.Config
	digits := citizens + strings.Join(c.Kiosk.OtherNumbers, "")
	if c.NHSO.Zone != visit.ZoneProduction {
		digits += madeUp
	}
	return flow.Way{
		Unit: flow.Unit{
			HCode: c.Unit.HCode, ClaimTypes: types, DefaultClaimType: c.Kiosk.DefaultClaimType,
			Methods: c.Kiosk.Methods, Upstream: core.NHSO.Abilities().Methods, FirstDigits: digits,
			Certify: flow.Certify{
				MinAge: c.Certifier.MinAge, AdultAge: c.Certifier.AdultAge,
				Relations: c.Certifier.Relations, AdultRelations: c.Certifier.AdultRelations,
			},
			LineQR: LineQR(c, core.Demo), SecondCode: c.Kiosk.SecondCode,
		},
		Today:   visit.ServiceDateOf(time.Now()),
		Devices: core.Lights(),
	}
}

// LineQR is what the patient's phone scans. NHSO's own form of this code is not
// published, so that a unit can put in what it was given.
func LineQR(c config.Config, demo *demo.World) string {
	switch {
	case c.Line.QR != "":
		return c.Line.QR
	case demo != nil && demo.Page != "":
		return "http://" + demo.Page + testzone.LinePath + "?unit=" + c.Unit.HCode
	}
	return "authen:" + c.Unit.HCode + ":" + string(c.NHSO.Zone)
}
