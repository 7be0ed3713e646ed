package assets

import _ "embed"

// Licences is a page with the licences of all that is built into the programs, made by
// packaging/licences.
//
//go:embed licences/LICENCES.txt
var Licences string
