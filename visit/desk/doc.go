// Package desk says what the staff may do, and what they can do about a visit that has
// no code yet: who may do what (Allowed), what an item of work is and what solves it
// until when (Item.Next), why one may be closed without a code (Reason), who an operator
// is and what proves it (Operator, PIN), and what wrong PINs cost (WaitAfter). It is as
// pure as package visit: tables and functions, no clock, no store, no words of screens.
package desk
