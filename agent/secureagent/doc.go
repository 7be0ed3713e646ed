// Package secureagent answers hospital software as the NHSO Secure SmartCard
// Agent does: the same paths, fields and status codes, so that programs written
// for that agent need no change. What stands behind (the card reader, the right,
// the codes of the day, the outbox) comes in through small interfaces.
//
// NHSO has published no description of its agent. What the comments call seen
// was read in programs of hospitals; docs/secure-agent.md lists path by path what
// was seen, what is inferred, and where this package differs on purpose.
//
// The package must never give the unit's token away, authenticate anybody whose
// card is not in the reader at that moment, or send anything twice: a submission
// without a clear answer is left to the outbox, and the caller is told to ask for
// the latest code. It does not decide who may ask: the guard before it does.
package secureagent
