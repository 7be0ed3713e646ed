// Package record is what a report holds of the last steps of a kiosk: the model with
// which they begin, and each event with what it has led to. Whoever has a record can
// let the flow take the same steps again (Replay), so that a report of a fault becomes
// a test.
//
// No value of a person gets into a record. Pseudonyms puts something made up into the
// place of each, before an event is kept at all, and so that the flow goes the same
// way: what was equal stays equal, what was wrong stays wrong. What may be in a record
// is listed by type and field (rules.go); anything else is left out, and a test names
// it. What is written has passed a second look: a value that is no pseudonym is refused.
package record
