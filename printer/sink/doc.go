// Package sink is a made-up ESC/POS printer, for demonstrations and tests. It
// listens like a printer in the network, or sits at the other end of a serial
// line or a USB device, answers questions at once as a printer does, and turns the
// bytes back into the picture on its paper. Its state can be set: no paper, open
// cover, stuck knife, silence, nonsense and more.
//
// Decode is strict: a length that lies, an unknown command, text where only
// pictures should be, is an error. It shares no code with the encoder.
package sink
