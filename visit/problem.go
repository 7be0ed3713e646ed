package visit

// Problem is the closed list of what a person at the kiosk or at the desk can do
// something about. Each has words in every language, a picture, a next step and
// a help code that can be said over the telephone. Everything else is an error
// for the log.
type Problem int

// The problems. The order is part of the help codes: add at the end only.
const (
	NoProblem          Problem = iota
	ReaderMissing              // no card reader, or the card service is down
	CardMute                   // a card that does not answer: upside down or a dirty chip
	CardNotThai                // a chip card without the citizen applet
	CardUnreadable             // a Thai card whose data cannot be read or makes no sense
	CardRemovedEarly           // pulled before the reading was done
	CardBusy                   // another program holds the card
	CardExpired                // the expiry on the chip has passed
	NHSOUnreachable            // no answer from NHSO
	NHSORefusedToken           // 401 or 403: the unit's token is not accepted
	NHSOTooMany                // 429: too many requests
	NHSORefusedVisit           // NHSO looked at the request and said no
	NoRight                    // NHSO has no right or no claim type for this person
	PersonDeceased             // NHSO holds a date of death
	NotSaved                   // the visit could not be written to the disk
	ServiceDatePassed          // midnight came before the visit was submitted
	PrinterUnavailable         // no slip can be printed
	ClockWrong                 // the clock is wrong by more than a service date bears
	CertifierSame              // the certifier's card is the patient's own
	CertifierTooYoung          // the certifier is below the age that the unit asks for
	CameraUnavailable          // no camera, or another program holds it
	CodeExists                 // there is a code of today; whose it is has not been proved here
	UpstreamCannot             // the way to NHSO does not take this proof: the staff finishes it
	NoNumber                   // a patient without a 13-digit number that NHSO knows
	PrinterNoPaper             // the roll is empty
	PrinterCoverOpen           // the cover of the printer is open
	CardNeeded                 // the way to NHSO needs the card again
	Draft                      // hospital software left the visit to the staff
	StaffChecks                // the staff look at a number that was only typed
	ConfigWrong                // the kiosk cannot start: the configuration has mistakes
	DataInUse                  // the kiosk cannot start: another program has its data
	DataUnusable               // the kiosk cannot start: its data cannot be opened
	CardServiceRefuses         // the card service of the machine does not let this program in
	ServiceAtDesk              // NHSO names only services that patients do not choose by themselves
	problemCount
)

var problemNames = [...]string{
	NoProblem: "none", ReaderMissing: "reader-missing", CardMute: "card-mute", CardNotThai: "card-not-thai",
	CardUnreadable: "card-unreadable", CardRemovedEarly: "card-removed-early", CardBusy: "card-busy",
	CardExpired: "card-expired", NHSOUnreachable: "nhso-unreachable", NHSORefusedToken: "nhso-refused-token",
	NHSOTooMany: "nhso-too-many", NHSORefusedVisit: "nhso-refused-visit", NoRight: "no-right",
	PersonDeceased: "person-deceased", NotSaved: "not-saved", ServiceDatePassed: "service-date-passed",
	PrinterUnavailable: "printer-unavailable", ClockWrong: "clock-wrong", CertifierSame: "certifier-same",
	CertifierTooYoung: "certifier-too-young", CameraUnavailable: "camera-unavailable", CodeExists: "code-exists",
	UpstreamCannot: "upstream-cannot", NoNumber: "no-number", PrinterNoPaper: "printer-no-paper",
	PrinterCoverOpen: "printer-cover-open", CardNeeded: "card-needed", Draft: "draft", StaffChecks: "staff-checks",
	ConfigWrong: "config-wrong", DataInUse: "data-in-use", DataUnusable: "data-unusable",
	CardServiceRefuses: "card-service-refuses",
	ServiceAtDesk:      "service-at-desk",
}

// Problems returns every problem but NoProblem, for tests of the words.
func Problems() []Problem {
	all := make([]Problem, 0, problemCount-1)
	for p := NoProblem + 1; p < problemCount; p++ {
		all = append(all, p)
	}
	return all
}

// String returns the stable name that keys the words in each language.
func (p Problem) String() string {
	if p < 0 || p >= problemCount {
		return "unknown"
	}
	return problemNames[p]
}

// HelpCode returns what the patient can tell the desk: K01, K02, ...
func (p Problem) HelpCode() string {
	if p <= NoProblem || p >= problemCount {
		return ""
	}
	return "K" + string([]byte{'0' + byte(p/10), '0' + byte(p%10)})
}
