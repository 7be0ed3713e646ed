package flow

import (
	"testing"

	"authenkiosk/visit"
)

// The keypad is a machine of its own: what was typed of a number changes nothing
// but what the next key does. TestEveryNumberOnTheKeypad walks every number by its
// kinds of digits; the walk over all models takes a number as one event.
func TestEveryNumberOnTheKeypadKeepsTheInvariants(t *testing.T) {
	phone := join(cardIn(), []Event{StatusFound{Number: 1}})
	again := join(phone, typed("0800001234"), []Event{TapChangePhone{}})
	vouched := join(without(visit.MethodCertifier), answered(), vouched(insertions[1]))
	number := []Event{TapNoCard{}, TapMethod{visit.MethodCertifier, insertions[0]}}
	for name, begin := range map[string][]Event{"phone": phone, "another phone": again, "of one who vouches": vouched, "PID": number} {
		t.Run(name, func(t *testing.T) {
			w := start()
			for _, e := range begin {
				w, _ = advance(w, e)
			}
			typing := w.m.State
			seen := map[string]bool{"": true}
			queue := []world{w}
			ends := 0
			for len(queue) > 0 {
				w := queue[0]
				queue = queue[1:]
				for _, e := range keys() {
					next, err := atKiosk.follow(w, e)
					if err != nil {
						t.Fatalf("%q, %T%+v: %v", w.m.Session.PhoneInput+w.m.Session.PIDInput, e, e, err)
					}
					if next.m.State != typing {
						ends++
						continue
					}
					typed := next.m.Session.PhoneInput + next.m.Session.PIDInput
					if other := next; !seen[kindOf(typed)] {
						seen[kindOf(typed)] = true
						queue = append(queue, other)
					}
					if got := onlyInput(next, w); got != w.whole() {
						t.Fatalf("%q, %T%+v: a key changes more than the number", typed, e, e)
					}
				}
			}
			if ends == 0 || len(seen) < 9 {
				t.Errorf("%d numbers, %d ends", len(seen), ends)
			}
			t.Logf("%d numbers, %d ends", len(seen), ends)
		})
	}
}

// The keypad alone: what comes of a key is the number with it, without its last digit,
// empty, or the same.
func TestEveryKeyOnItsOwnChangesTheNumberAsItSays(t *testing.T) {
	for name, more := range map[string]func(string) bool{
		"phone": func(d string) bool {
			p := visit.CheckPhone(d)
			return p == visit.PhoneEmpty || p == visit.PhoneTooShort
		},
		"PID": func(d string) bool { return visit.CheckPID(d, "9") == visit.PIDTooShort },
	} {
		seen, queue, longest := map[string]bool{"": true}, []string{""}, 0
		for len(queue) > 0 {
			typed := queue[0]
			queue = queue[1:]
			longest = max(longest, len(typed))
			for _, e := range append(keys(), Touched{}, TapBack{}) {
				want := typed
				switch e := e.(type) {
				case TapDigit:
					if e.Digit != 'x' && more(typed) {
						want += string(rune(e.Digit))
					}
				case TapBackspace:
					want = want[:max(len(want)-1, 0)]
				case TapClear:
					want = ""
				}
				got := keyed(typed, e, more(typed))
				if got != want {
					t.Fatalf("%s: %q, %T%+v: %q, want %q", name, typed, e, e, got, want)
				}
				if !seen[kindOf(got)] {
					seen[kindOf(got)] = true
					queue = append(queue, got)
				}
			}
		}
		if longest > visit.PIDLength {
			t.Errorf("%s: a number grows to %d digits", name, longest)
		}
		t.Logf("%s: %d numbers", name, len(seen))
	}
}

func keys() []Event {
	keys := []Event{TapBackspace{}, TapClear{}, TapDigit{'x'}}
	for d := byte('0'); d <= '9'; d++ {
		keys = append(keys, TapDigit{d})
	}
	return keys
}

// kindOf is a number by what the rules for numbers look at: the first two digits
// and whether all that follow are the same; of a long one the last digit, too.
func kindOf(typed string) string {
	if len(typed) <= 2 {
		return typed
	}
	tail := typed[2:]
	for i := range tail {
		if tail[i] != tail[0] {
			return typed[:2] + "-mixed-" + itoa(len(tail))
		}
	}
	return typed[:2] + "-" + tail[:1] + "-" + itoa(len(tail))
}

func itoa(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }

// onlyInput is the world after a key with the number of the world before it, and
// without what a touch restarts.
func onlyInput(next, before world) key {
	next.m.Session.PhoneInput, next.m.Session.PIDInput = before.m.Session.PhoneInput, before.m.Session.PIDInput
	next.m.Warning, next.timers = before.m.Warning, before.timers
	return next.whole()
}
