// Package testzone is a simulator of the services of the National Health
// Security Office (NHSO) for demos, tests and trainings: an http.Handler with a
// made-up population, switches for every fault that the real services show, and
// a page for people. It holds no real person and accepts none: every PID begins
// with 9, which is in no civil use.
//
// It must not be kinder than NHSO: it checks in a fixed order (JSON, required
// fields, PID, phone, person and claim type, duplicate), it hands out a code
// once, and it can process a request and keep silent about it. What is inferred
// about NHSO and what was seen is written where it is simulated.
package testzone
