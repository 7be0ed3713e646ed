package visit

// State is where a saved visit stands.
type State string

// The states.
const (
	StatePending  State = "pending"  // to be sent
	StateInflight State = "inflight" // a request may have left; NHSO may have made a code
	StateDone     State = "done"     // the code is here
	StateRefused  State = "refused"  // NHSO looked at it and said no
	StateStaff    State = "staff"    // work for the desk
	StateDropped  State = "dropped"  // taken back before it was sent, or settled without a code
)

// States returns every state.
func States() []State {
	return []State{StatePending, StateInflight, StateDone, StateRefused, StateStaff, StateDropped}
}

// Unsettled reports whether the outbox still has to do something.
func (s State) Unsettled() bool { return s == StatePending || s == StateInflight }
