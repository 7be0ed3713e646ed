package cardreader

import "strings"

// NextIs gives the role to the next card that comes in, in whichever reader: a
// clerk is asked for the card that vouches, and the reader that gets one is the
// officer's from then on. So readers without telling names are told apart by
// use. While no other reader exists the role is that of the one card only.
// Readers that Options names for a role keep it, and so do their cards.
// RoleNone takes the wish back.
func (m *Monitor) NextIs(role Role) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next = role
}

// takeRole returns the role of a card that comes into the reader, and learns the
// reader's role when one was asked for.
func (m *Monitor) takeRole(reader string) Role {
	if m.named(reader) != RoleNone {
		return m.named(reader)
	}
	m.mu.Lock()
	next := m.next
	m.next = RoleNone
	m.mu.Unlock()
	if next == RoleNone {
		return m.roleOf(reader)
	}
	if len(m.slots) < 2 {
		return next
	}
	for other, role := range m.learned {
		if role == next {
			delete(m.learned, other) // one reader for each role
		}
	}
	m.learned[reader] = next
	m.log.Info("role learned by use", "reader", reader, "role", next.String())
	return next
}

// roleOf says for whom a reader is: by name, or else by use, or else for the
// patient if that was left open.
func (m *Monitor) roleOf(reader string) Role {
	if role := m.named(reader); role != RoleNone {
		return role
	}
	// A reader that is left alone must be open to patients.
	if role := m.learned[reader]; role != RoleNone && len(m.slots) > 1 {
		return role
	}
	if m.options.Patient == "" {
		return RolePatient
	}
	return RoleNone
}

// named returns the role that the options give to the reader by name.
func (m *Monitor) named(reader string) Role {
	switch o := m.options; {
	case o.Officer != "" && NamesReader(reader, o.Officer):
		return RoleOfficer
	case o.Patient != "" && NamesReader(reader, o.Patient):
		return RolePatient
	default:
		return RoleNone
	}
}

// NamesReader tells whether a reader is the one that a configuration names: by
// its whole name or a part of it, in any case. An empty wish names every reader.
func NamesReader(reader, wanted string) bool {
	return strings.Contains(strings.ToLower(reader), strings.ToLower(wanted))
}
