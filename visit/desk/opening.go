package desk

// OpenReason is why there is an item for a person whose number nobody knows yet.
type OpenReason string

// The reasons.
const (
	Unconscious OpenReason = "unconscious" // they cannot say who they are
	Newborn     OpenReason = "newborn"     // there is no number yet
	NoPapers    OpenReason = "no-papers"   // they know no number, and nothing shows it
)

// OpenReasons returns every reason.
func OpenReasons() []OpenReason { return []OpenReason{Unconscious, Newborn, NoPapers} }

// ParseOpenReason accepts the names of the reasons and nothing else.
func ParseOpenReason(s string) (OpenReason, error) { return reasonNamed(s, OpenReasons()) }
