package kiosk

import (
	"strings"

	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/nhso"
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

// unitOf tells the flow what the configuration and the upstream say of the unit.
func unitOf(c config.Config, types []visit.ClaimType, can nhso.Abilities, demo *demo.World) flow.Unit {
	digits := citizens + strings.Join(c.Kiosk.OtherNumbers, "")
	if c.NHSO.Zone != visit.ZoneProduction {
		digits += madeUp
	}
	return flow.Unit{
		HCode: c.Unit.HCode, ClaimTypes: types, DefaultClaimType: c.Kiosk.DefaultClaimType,
		Methods: c.Kiosk.Methods, Upstream: can.Methods, FirstDigits: digits,
		Certify: flow.Certify{
			MinAge: c.Certifier.MinAge, AdultAge: c.Certifier.AdultAge,
			Relations: c.Certifier.Relations, AdultRelations: c.Certifier.AdultRelations,
		},
		LineQR: LineQR(c, demo), SecondCode: c.Kiosk.SecondCode,
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
