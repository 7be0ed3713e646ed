package nhso

import "time"

// Time-outs of Endpoint, changeable through Options.Timeouts.
const (
	// QueryTimeout bounds a question from dialling to the last byte. A patient
	// stands and waits for it; consumers in the field use 3 to 15 s.
	QueryTimeout = 8 * time.Second

	// SubmitTimeout bounds a submission. It is longer than that of a question
	// because giving up leaves the outcome unknown, and 1 to 2 s are known to
	// have caused double submissions.
	SubmitTimeout = 15 * time.Second

	// ConnectTimeout bounds dialling and, once more, the TLS handshake: a host
	// that takes longer to say hello is down for the purposes of a kiosk.
	ConnectTimeout = 5 * time.Second

	// AgentReadTimeout bounds a reading of the card by an Agent, which asks NHSO as
	// well; programs in the field wait so long.
	AgentReadTimeout = 30 * time.Second

	// agentRightLife is how long Right takes the last reading of the card that is
	// inside for an answer, instead of having it read again.
	agentRightLife = time.Minute

	// idleTimeout is how long a connection for questions is kept for the next one.
	idleTimeout = 60 * time.Second
)

// Times that callers need to get along with NHSO.
const (
	// SettleTime is how long NHSO may still be working on a submission whose
	// answer did not come: wait so long before asking Status, and only then
	// submit again. An assumption: NHSO has no idempotency key and states no limit.
	SettleTime = 60 * time.Second

	// ProbeInterval is the shortest sensible time between two probes: 1,440 a
	// day, half of the 3,000 calls a day to which one vendor limits itself. The
	// official limit is not known.
	ProbeInterval = 60 * time.Second

	// maxRetryAfter caps the wait that an answer 429 may ask for, so that a
	// mistaken header does not close a kiosk for the day.
	maxRetryAfter = time.Hour
)

// Sizes.
const (
	// maxAnswerBytes is the most that is read of one answer, after
	// decompression. A real one has 1 to 5 kB.
	maxAnswerBytes = 256 << 10

	// maxHeaderBytes is the most that is read of the header of an answer.
	maxHeaderBytes = 64 << 10

	// maxMessageRunes is the longest text of NHSO that a screen can show.
	maxMessageRunes = 300

	// maxTokenBytes is far above a real token (36 characters) and below what
	// servers refuse as a header.
	maxTokenBytes = 4096

	// maxPhotoBytes is the most that a photo on a card may have; the chip holds
	// 5 kB, and an agent could make a larger picture of it.
	maxPhotoBytes = 128 << 10

	// maxClaimTypes is the most claim types taken of one answer; five were seen.
	maxClaimTypes = 50

	// maxReadings is how many readings of one card can wait for a submission.
	maxReadings = 64

	// maxCorrelationBytes is above the length of a UUID (36 characters).
	maxCorrelationBytes = 64

	// maxNameRunes is how many runes of a name from NHSO are kept.
	maxNameRunes = 200
)
