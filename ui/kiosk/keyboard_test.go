package kiosk

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit/flow"
)

// typist plays a hand or a scanner on a keyboard whose clock it has.
type typist struct {
	at      time.Time
	pending []due
}

type due struct {
	at time.Time
	do func()
}

func (y *typist) now() time.Time { return y.at }

func (y *typist) later(d time.Duration, f func()) {
	y.pending = append(y.pending, due{y.at.Add(d), f})
}

// pause lets time pass, with all that is due in it.
func (y *typist) pause(d time.Duration) {
	until := y.at.Add(d)
	for len(y.pending) > 0 && !y.pending[0].at.After(until) {
		next := y.pending[0]
		y.pending = y.pending[1:]
		if next.at.After(y.at) {
			y.at = next.at
		}
		next.do()
	}
	y.at = until
}

// stall lets time pass in which the window does nothing: what is due is done late.
func (y *typist) stall(d time.Duration) { y.at = y.at.Add(d) }

// A window that draws hears the keys of a scan in lumps, and in whatever order with
// what is due.
func TestAScanDoesNothingWhenTheWindowStandsStillInIt(t *testing.T) {
	for _, heard := range []int{1, 5, 6, 9, 12} {
		for _, dueFirst := range []bool{false, true} {
			y := &typist{at: noon}
			r := &recorder{}
			o := sampleOptions()
			o.Send, o.Now, o.Later = r.send, y.now, y.later
			k := shown(t, o, modelOf(t, "pid-typing"), panels[0])
			y.pause(time.Second)
			for i, key := range "9000000000004" {
				if i == heard {
					y.stall(150 * time.Millisecond)
					if dueFirst {
						y.pause(0)
					}
				}
				k.typedRune(key)
			}
			y.pause(time.Second)
			for _, e := range r.events {
				if _, typed := e.(flow.TapDigit); typed {
					t.Errorf("%d keys before the window stood still, what is due first %t: a digit is typed", heard, dueFirst)
					break
				}
			}
			r.events = nil
			k.typedRune('7')
			y.stall(150 * time.Millisecond) // it draws: a hand is only heard later
			y.pause(time.Second)
			if len(r.events) != 1 {
				t.Errorf("the key of a hand after it does %v", r.events)
			}
		}
	}
}

func TestKeysFasterThanAHandAreAScanAndDoNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		screen string
		keys   string // ⏎ is Enter, … a pause
		gap    time.Duration
		want   int // digits that arrive
	}{
		{"a hand", "phone-typing", "0800001234", 60 * time.Millisecond, 10},
		{"a very fast hand", "phone-typing", "0800001234", 35 * time.Millisecond, 10},
		{"two keys at once", "phone-typing", "08", time.Millisecond, 2},
		{"a scanner", "phone-typing", "0800001234⏎", 5 * time.Millisecond, 0},
		{"a slow scanner", "phone-typing", "0800001234⏎", 34 * time.Millisecond, 0},
		{"a scanner all at once", "phone-typing", "0800001234⏎", 0, 0},
		{"a scanner on the keypad for the number", "pid-typing", "9000000000004⏎", 5 * time.Millisecond, 0},
		{"a scanner on the confirmation", "confirm", "9000000000004⏎", 5 * time.Millisecond, 0},
		{"a scanner that pauses in the middle", "phone-typing", "0800001…234⏎", 5 * time.Millisecond, 0},
		{"a hand behind a scan", "phone-typing", "0800001234⏎…234", 5 * time.Millisecond, 3},
		{"a hand some time after a scan without Enter", "phone-typing", "0800001234……234", 5 * time.Millisecond, 3},
		{"a short code", "pid-typing", "123456", 5 * time.Millisecond, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := &typist{at: noon}
			r := &recorder{}
			o := sampleOptions()
			o.Send, o.Now, o.Later = r.send, y.now, y.later
			k := shown(t, o, modelOf(t, c.screen), panels[0])
			y.pause(time.Second)
			for _, key := range c.keys {
				switch key {
				case '⏎':
					k.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
				case '…':
					y.pause(300 * time.Millisecond)
				default:
					k.typedRune(key)
				}
				y.pause(c.gap)
			}
			y.pause(time.Second)
			digits := 0
			for _, e := range r.events {
				switch e.(type) {
				case flow.TapDigit:
					digits++
				case flow.TapConfirm, flow.TapBack:
					t.Errorf("it did %T", e)
				}
			}
			if digits != c.want {
				t.Errorf("%d digits arrived, want %d: %v", digits, c.want, fmt.Sprint(r.events))
			}
		})
	}
}

func TestAKeyOfAHandArrivesSoonAndInOrder(t *testing.T) {
	y := &typist{at: noon}
	r := &recorder{}
	o := sampleOptions()
	o.Send, o.Now, o.Later = r.send, y.now, y.later
	k := shown(t, o, modelOf(t, "phone-typing"), panels[0])
	k.typedRune('1')
	y.pause(10 * time.Millisecond)
	k.typedRune('2')
	y.pause(scanGap - 1)
	if len(r.events) != 0 {
		t.Errorf("%v arrived although it could be the beginning of a scan", r.events)
	}
	y.pause(1)
	if got := fmt.Sprint(r.events); got != fmt.Sprint([]flow.Event{flow.TapDigit{Digit: '1'}, flow.TapDigit{Digit: '2'}}) {
		t.Errorf("got %s", got)
	}
}

func TestAKeyForTheScreenBeforeIsDropped(t *testing.T) {
	y := &typist{at: noon}
	r := &recorder{}
	o := sampleOptions()
	o.Send, o.Now, o.Later = r.send, y.now, y.later
	k := shown(t, o, modelOf(t, "phone-typing"), panels[0])
	k.typedRune('1')
	k.Show(modelOf(t, "pid-typing"))
	y.pause(time.Second)
	if len(r.events) != 0 {
		t.Errorf("%v arrived", r.events)
	}
}
