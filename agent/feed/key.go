package feed

import "strings"

// Key is the name of a receiver as that of a place in a store, whose names have no slash.
func Key(name string) string { return strings.ReplaceAll(name, "/", "-") }
