package app

import (
	"encoding/json"
	"fmt"

	"authenkiosk/assets"
	"authenkiosk/visit"
)

// claimTypes returns what is offered when the upstream names no claim types for
// the person: those of the configuration, or else the default one alone; in the
// demo all that are known. A type without a known name is shown by its code.
func claimTypes(codes []string, standard string, zone visit.Zone) ([]visit.ClaimType, error) {
	var known []visit.ClaimType
	if err := json.Unmarshal(assets.ClaimTypes, &known); err != nil {
		return nil, fmt.Errorf("read the list of claim types: %w", err)
	}
	switch {
	case len(codes) > 0:
	case zone == visit.ZoneDemo:
		return known, nil
	default:
		codes = []string{standard}
	}
	offered := make([]visit.ClaimType, len(codes))
	for i, code := range codes {
		offered[i] = visit.ClaimType{Code: code, Name: code}
		for _, k := range known {
			if k.Code == code {
				offered[i] = k
			}
		}
	}
	return offered, nil
}
