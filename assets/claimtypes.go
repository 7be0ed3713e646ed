package assets

import _ "embed"

// ClaimTypes is a JSON list of {code, name, everyday}: the claim types that were seen in
// use in November 2025, with NHSO's own Thai names. They are data: NHSO adds and
// ends types, and where the upstream names those of a person, its list counts. Everyday are those that
// patients choose among by themselves; the others are for people whom a doctor or
// the staff has told.
//
//go:embed claimtypes.json
var ClaimTypes []byte
