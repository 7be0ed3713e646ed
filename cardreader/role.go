package cardreader

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
	if m.named[reader] != RoleNone || KindOf(reader) != KindContact {
		return m.named[reader]
	}
	m.mu.Lock()
	next := m.next
	m.next = RoleNone
	m.mu.Unlock()
	if next == RoleNone {
		return m.roleOf(reader)
	}
	if m.usable() < 2 {
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
// patient if that was left open and the reader is one for cards.
func (m *Monitor) roleOf(reader string) Role {
	if role := m.named[reader]; role != RoleNone {
		return role
	}
	// A reader that is left alone must be open to patients.
	if role := m.learned[reader]; role != RoleNone && m.usable() > 1 {
		return role
	}
	if m.options.Patient == "" && KindOf(reader) == KindContact {
		return RolePatient
	}
	return RoleNone
}

// usable returns the number of readers that cards of people can be in.
func (m *Monitor) usable() int {
	n := 0
	for _, s := range m.slots {
		if m.named[s.Reader] != RoleNone || KindOf(s.Reader) == KindContact {
			n++
		}
	}
	return n
}

// nameRoles looks up the roles that the options give by name, when the list of
// readers has changed.
func (m *Monitor) nameRoles() {
	var readers []string
	for _, s := range m.slots {
		readers = append(readers, s.Reader)
	}
	clear(m.named)
	for i, role := range namedRoles(readers, m.options.Patient, m.options.Officer) {
		m.named[readers[i]] = role
	}
}
