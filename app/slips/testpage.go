package slips

import (
	"time"

	"github.com/google/uuid"

	"authenkiosk/app/config"
	"authenkiosk/printer"
	"authenkiosk/visit"
)

// TestPage is the slip by which a person judges the printer.
func TestPage(c config.Config, program string, at time.Time) printer.Slip {
	name := string(c.Printer.Kind) + " " + c.Printer.Address
	if c.Printer.Model != "" {
		name += " (" + c.Printer.Model + ")"
	}
	return printer.Slip{
		Kind: printer.KindTest, UnitName: c.Unit.Name, UnitPhone: c.Unit.Phone, Zone: c.NHSO.Zone, Visit: visit.ID(uuid.Must(uuid.NewV7()).String()),
		At: at, Date: visit.ServiceDateOf(at), Languages: c.Kiosk.Languages, Printer: name, Program: program,
	}
}
