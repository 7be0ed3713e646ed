// Package device holds what printers of every kind have in common: the condition
// that a person can mend, the picture of one bit that is printed, and the three
// ways in which a print can end.
//
// A print ends surely well (no error), surely not well (NotPrintedError: nothing
// came out, or a part of it), or unclear (UnclearError: the bytes left, and the
// printer has not said what became of them). Who gets the third must not print
// again unasked, because the slip may lie in the tray.
package device
