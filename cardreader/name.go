package cardreader

import (
	"regexp"
	"slices"
	"strings"
)

// NamesReader reports whether a reader is the one that a configuration names: by its
// whole name or by some words of it that stand together, in any case. "ICC" names
// no PICC reader. An empty wish names every reader.
func NamesReader(reader, wanted string) bool {
	if wanted == "" || strings.EqualFold(reader, wanted) {
		return true
	}
	run := wordsOf(wanted)
	return len(run) > 0 && holdsRun(wordsOf(reader), run)
}

// Systems add numbers to a name, which change when the reader is plugged in again:
// Windows one for readers of the same name; pcsc-lite the number of the device, with
// that of the slot behind it, which belongs to the reader and stays.
var (
	windowsNumber = regexp.MustCompile(`^(.*\S) \d{1,2}$`)
	pcscNumbers   = regexp.MustCompile(`^(.*\S) [0-9A-Fa-f]{2} ([0-9A-Fa-f]{2})$`)
)

// baseName returns what stays of a name when the reader is plugged in again.
func baseName(reader string) string {
	reader = strings.ToLower(strings.TrimSpace(reader))
	if m := pcscNumbers.FindStringSubmatch(reader); m != nil {
		return m[1] + " slot " + m[2]
	}
	if m := windowsNumber.FindStringSubmatch(reader); m != nil {
		return m[1]
	}
	return reader
}

// RolesOf says for whom each of the readers is, before anything is learned by use,
// when a configuration names the patient's and the officer's reader. An empty name
// for the patient means every reader for cards but the officer's, an empty name for
// the officer none.
//
// A name finds the readers that NamesReader says, but of several only those for
// cards, unless it names the other kind itself. A name that finds none finds the
// only reader of the same base name, see baseName, unless that is the other role's.
func RolesOf(readers []string, patient, officer string) []Role {
	roles := namedRoles(readers, patient, officer)
	for i, reader := range readers {
		if roles[i] == RoleNone && patient == "" && KindOf(reader) == KindContact {
			roles[i] = RolePatient
		}
	}
	return roles
}

// namedRoles are the roles by name alone.
func namedRoles(readers []string, patient, officer string) []Role {
	roles := make([]Role, len(readers))
	isPatients, isOfficers := named(readers, patient), named(readers, officer)
	renamedPatient, renamedOfficer := -1, -1
	if !slices.Contains(isPatients, true) {
		renamedPatient = renamed(readers, patient, isOfficers)
	}
	if !slices.Contains(isOfficers, true) {
		renamedOfficer = renamed(readers, officer, isPatients)
	}
	if renamedPatient == renamedOfficer {
		renamedPatient, renamedOfficer = -1, -1 // whose it is nobody can say
	}
	for i := range readers {
		switch {
		case isOfficers[i] || i == renamedOfficer:
			roles[i] = RoleOfficer
		case isPatients[i] || i == renamedPatient:
			roles[i] = RolePatient
		}
	}
	return roles
}

// named tells which readers a name finds.
func named(readers []string, wanted string) []bool {
	found := make([]bool, len(readers))
	if wanted == "" {
		return found
	}
	forCards := false
	for i, reader := range readers {
		found[i] = NamesReader(reader, wanted)
		forCards = forCards || found[i] && KindOf(reader) == KindContact
	}
	if kind, told := kindByWords(wordsOf(wanted)); forCards && (!told || kind == KindContact) {
		for i, reader := range readers {
			found[i] = found[i] && KindOf(reader) == KindContact
		}
	}
	return found
}

// renamed returns the only reader of the base name that is wanted, leaving out
// those that are somebody else's by name; -1 when there is none or more than one.
func renamed(readers []string, wanted string, others []bool) int {
	found := -1
	if wanted == "" {
		return found
	}
	for i, reader := range readers {
		if others[i] || baseName(reader) != baseName(wanted) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}
