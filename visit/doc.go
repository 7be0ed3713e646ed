// Package visit holds the domain of the product: who the patient is, what the
// National Health Security Office (NHSO) says about them, and the record of one
// coming for service. It is pure: it imports the standard library only, does no
// input or output, starts no goroutine and never reads a clock, so that every
// rule in it can be tested by calling a function.
//
// Values of personal data (PID, Phone, Name) print themselves masked, through
// fmt, log/slog and encoding/json alike. Their full text leaves the type only
// through a method whose name says so.
package visit
