package cardreader

import (
	"bytes"
	"errors"
	"testing"

	"authenkiosk/visit"
)

// identityBlock is the first block of a made-up card.
func identityBlock(t *testing.T) []byte {
	t.Helper()
	block := bytes.Repeat([]byte{' '}, areaIdentity.size)
	copy(block, "00039000000000004")
	copy(block[fieldName.off:], tis(t, "นาย#ทดสอบ##ระบบ"))
	copy(block[fieldBirth.off:], "25480320")
	copy(block[fieldSex.off:], "1")
	return block
}

func TestWhatIsNoIdentity(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(block []byte) []byte
		bad    bool
	}{
		{"a good block", func(b []byte) []byte { return b }, false},
		{"as little as the fields need", func(b []byte) []byte { return b[:226] }, false},
		{"a byte less", func(b []byte) []byte { return b[:225] }, true},
		{"nothing", func([]byte) []byte { return nil }, true},
		{"a wrong check digit", func(b []byte) []byte { b[16] = '5'; return b }, true},
		{"a PID that is blank", func(b []byte) []byte { copy(b[4:17], "             "); return b }, true},
		{"no name at all", func(b []byte) []byte { clear(b[fieldName.off:fieldBirth.off]); return b }, true},
		{"an English name only", func(b []byte) []byte {
			clear(b[fieldName.off:fieldEnglish.off])
			copy(b[fieldEnglish.off:], "Mr.#A##B")
			return b
		}, false},
		{"a senseless date and sex", func(b []byte) []byte { copy(b[fieldBirth.off:], "xxxxxxxx9"); return b }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseIdentity(c.change(identityBlock(t)))
			if errors.Is(err, ErrNonsense) != c.bad {
				t.Error(err)
			}
		})
	}
}

func TestTheRestNeedsItsWholeBlock(t *testing.T) {
	if _, err := parseRest(make([]byte, areaIssue.size-1), nil); !errors.Is(err, ErrNonsense) {
		t.Error(err)
	}
}

func TestStatusOfAState(t *testing.T) {
	for _, c := range []struct {
		state State
		want  Status
		name  string
	}{
		{StateEmpty, StatusEmpty, "empty"},
		{0x00610022, StatusPresent, "present"},
		{0x0222, StatusMute, "mute"},
		{StatePresent | StateExclusive | StateInUse, StatusBusy, "busy"},
		{StatePresent | StateInUse, StatusPresent, "present"},
		{StateUnknown | StateUnavailable, StatusUnavailable, "unavailable"},
	} {
		if got := statusOf(c.state); got != c.want || got.String() != c.name {
			t.Errorf("%08X gives %v, want %v", uint32(c.state), got, c.name)
		}
	}
	if got := State(0x00610022).Counter(); got != 0x61 {
		t.Errorf("counter %#x", got)
	}
	if got := Status(99).String(); got != "unknown" {
		t.Error(got)
	}
}

func TestProblemOfAnError(t *testing.T) {
	for _, c := range []struct {
		err  error
		want visit.Problem
	}{
		{nil, visit.NoProblem},
		{ErrCalledOff, visit.NoProblem},
		{faultOf(ErrNotThai), visit.CardNotThai},
		{faultOf(ErrServiceDown), visit.ReaderMissing},
		{faultOf(ErrNoReader), visit.ReaderMissing},
		{faultOf(ErrMute), visit.CardMute},
		{faultOf(ErrBusy), visit.CardBusy},
		{faultOf(ErrRemoved), visit.CardRemovedEarly},
		{faultOf(ErrShortAnswer), visit.CardUnreadable},
		{errors.New("odd"), visit.CardUnreadable},
	} {
		if got := ProblemOf(c.err); got != c.want {
			t.Errorf("%v gives %v, want %v", c.err, got, c.want)
		}
	}
}
