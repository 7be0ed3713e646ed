package app

import (
	"encoding/json"
	"fmt"
	"slices"

	"authenkiosk/app/config"
	"authenkiosk/assets"
	"authenkiosk/visit"
)

// NHSO's server API names no claim types, only an installed agent does, for the person
// whose card is inside. Where none are named those of kiosk.claim_types are offered.
// Without that setting it depends on who chooses: a patient at the screen is offered
// the default one alone, because nobody there knows what the others are; a program has
// a member of staff before it, and is offered all that are known (the data file
// assets/claimtypes.json). Whether a person may have one is NHSO's to say, when it is
// asked for the code.

// PatientTypes are the claim types among which a patient may choose at the screen. Of
// those that NHSO names for the person the others are for the staff.
func PatientTypes(c config.Config) ([]visit.ClaimType, error) {
	known, err := knownTypes()
	switch {
	case err != nil:
		return nil, err
	case len(c.Kiosk.ClaimTypes) > 0:
		return named(known, c.Kiosk.ClaimTypes), nil
	case c.NHSO.Zone == visit.ZoneDemo, c.NHSO.Upstream == config.UpstreamAgent:
		return everydayTypes(known, c.Kiosk.DefaultClaimType)
	}
	return named(known, []string{c.Kiosk.DefaultClaimType}), nil
}

// everydayTypes are those that a patient knows by name, with the unit's default.
func everydayTypes(known []visit.ClaimType, standard string) ([]visit.ClaimType, error) {
	var marks []struct {
		Code     string `json:"code"`
		Everyday bool   `json:"everyday"`
	}
	if err := json.Unmarshal(assets.ClaimTypes, &marks); err != nil {
		return nil, fmt.Errorf("read the list of claim types: %w", err)
	}
	codes := []string{standard}
	for _, m := range marks {
		if m.Everyday && m.Code != standard {
			codes = append(codes, m.Code)
		}
	}
	return named(known, codes), nil
}

// ProgramTypes are those that the agent offers where NHSO names none. The default one
// comes first: some programs take the first.
func ProgramTypes(c config.Config) ([]visit.ClaimType, error) {
	known, err := knownTypes()
	if err != nil || len(c.Kiosk.ClaimTypes) > 0 {
		return named(known, c.Kiosk.ClaimTypes), err
	}
	standard := c.Kiosk.DefaultClaimType
	rest := slices.DeleteFunc(slices.Clone(known), func(k visit.ClaimType) bool { return k.Code == standard })
	return append(named(known, []string{standard}), rest...), nil
}

// knownTypes are the claim types that were seen in the field, with their Thai names.
func knownTypes() (known []visit.ClaimType, err error) {
	if err := json.Unmarshal(assets.ClaimTypes, &known); err != nil {
		return nil, fmt.Errorf("read the list of claim types: %w", err)
	}
	return known, nil
}

// named gives codes their names. One without a known name is shown by its code.
func named(known []visit.ClaimType, codes []string) []visit.ClaimType {
	list := make([]visit.ClaimType, len(codes))
	for i, code := range codes {
		list[i] = visit.ClaimType{Code: code, Name: code}
		if n := slices.IndexFunc(known, func(k visit.ClaimType) bool { return k.Code == code }); n >= 0 {
			list[i] = known[n]
		}
	}
	return list
}
