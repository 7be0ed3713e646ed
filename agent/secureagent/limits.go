package secureagent

import "time"

// Limits of time.
const (
	// correlationLife is how long after a read confirm-save is possible while the
	// card stays inside. That of the original is not known. Options.Outlive counts
	// when the card has left.
	correlationLife = 30 * time.Minute

	// rightLife is how long the right of the card that is inside is taken from
	// memory, so that programs which poll read every 0.8 s do not load NHSO.
	rightLife = time.Minute

	// textLimit and photoLimit bound a reading of the card; they are longer than
	// the reader's own limits (10 s and 20 s) and only guard against one that hangs.
	textLimit  = 15 * time.Second
	photoLimit = 30 * time.Second

	// rightLimit bounds the question for the right, see textLimit (8 s).
	rightLimit = 15 * time.Second
)

// justReadLife is how long a person counts as just read by a client: the time in which
// a desk deals with them.
const justReadLife = 10 * time.Minute

// Limits of work that goes on when its client has left.
const (
	// askLimit bounds a question to NHSO about a person, over all days that are
	// looked at; each request to NHSO has its own, shorter limit.
	askLimit = time.Minute

	// maxQuestions and maxQuestionsEach bound the questions about persons that are at
	// work, of all clients and of each: a desk asks about one or two at a time.
	maxQuestions     = 24
	maxQuestionsEach = 12

	// unheardLife is how long an answer that nobody was there to hear waits for the
	// next who asks the same: programs ask again after 0.8 to 5 s.
	unheardLife = 10 * time.Second

	// maxJobs bounds the submissions that are remembered of one card.
	maxJobs = 64

	// maxOutlived bounds the cards that have left whose correlations live on: a desk
	// serves one patient in half a minute at most, and Options.Outlive is an hour at
	// most.
	maxOutlived = 128

	// maxOutlive bounds Options.Outlive.
	maxOutlive = time.Hour
)

// Limits of size and number.
const (
	// maxBodyBytes is the most that is read of a request; real ones have 200 bytes.
	maxBodyBytes = 64 << 10

	// maxCorrelations bounds the reads of one insertion that are remembered: a
	// program that reads every 0.8 s makes 2250 in half an hour. Beyond it the
	// oldest are forgotten.
	maxCorrelations = 4096

	// maxHN bounds the hospital's own number of a patient; real ones have 9 digits.
	maxHN = 50

	// latestMany is how many codes latest-5-authen-code-all-hospital gives.
	latestMany = 5

	// maxLookBack bounds Options.LookBack: each day is one question to NHSO.
	maxLookBack = 30
)
