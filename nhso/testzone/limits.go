package testzone

import "time"

// Limits of the simulator.
const (
	// maxBodyBytes is the most that is read of a request; real ones have 1 kB.
	maxBodyBytes = 64 << 10

	// maxHeaderBytes is the most that is read of the header of a request.
	maxHeaderBytes = 16 << 10

	// keptRequests is how many of the last requests are remembered.
	keptRequests = 1000

	// maxKeptBytes is how much of a PID or transId is remembered, whatever came.
	maxKeptBytes = 64

	// shownRequests is how many of them stand on the page.
	shownRequests = 15

	// maxFaults is how many faults can be set at a time.
	maxFaults = 100

	// maxFaultDelay is the longest delay of a fault.
	maxFaultDelay = 10 * time.Minute

	// maxAgentReaders bounds the readers of the simulated agent.
	maxAgentReaders = 8

	// correlationLife is how long a correlation can be used; that of the original
	// is not known.
	correlationLife = 30 * time.Minute

	// maxCorrelations bounds those that are remembered: a program that reads every
	// 0.8 s makes 2250 in half an hour.
	maxCorrelations = 10000

	// maxPersons bounds the population.
	maxPersons = 100_000

	// maxTextRunes bounds each text of a person.
	maxTextRunes = 200

	// headerTimeout is how long a client may take to send its header.
	headerTimeout = 10 * time.Second

	// shutdownTimeout is how long Serve waits for answers that are on their way.
	shutdownTimeout = 2 * time.Second

	// retryAfterSeconds is what an answer 429 asks for; short, for demos.
	retryAfterSeconds = 2

	// refreshSeconds is how often the page loads itself again.
	refreshSeconds = 5

	// doneTodayHour is the hour of the day, in Bangkok, at which persons who are
	// "already authenticated today" got their code.
	doneTodayHour = 7
)
