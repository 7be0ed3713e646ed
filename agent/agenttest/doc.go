// Package agenttest is the conformance suite of the NHSO Secure SmartCard Agent's
// HTTP API, as programs of hospitals know it. It speaks HTTP with any base URL:
// the handler of this program, the simulator of the test zone, or a running
// program, and moves the world around it (cards, readers, NHSO) through Control.
//
// The suite asks only for what programs in the field rely on. Where the original's
// behaviour is not known it accepts every honest answer and refuses dishonest
// ones: a success without a code, a second code, data of a card that is out.
package agenttest
