package pcsc

import (
	"errors"
	"testing"

	"github.com/ebfe/scard"

	"authenkiosk/cardreader"
)

func TestReturnCodesMeanWhatAPersonCanDo(t *testing.T) {
	for _, c := range []struct {
		name    string
		code    scard.Error
		meaning error
	}{
		{"service not running", 0x8010001D, cardreader.ErrServiceDown},
		{"service stopped with the last reader (Windows)", 0x8010001E, cardreader.ErrServiceDown},
		{"no right to use the service", 0x8010006A, cardreader.ErrDenied},
		{"access denied (Windows)", 5, cardreader.ErrDenied},
		{"no handle any more (Windows)", 6, cardreader.ErrServiceDown},
		{"no service to call (Windows)", 1722, cardreader.ErrServiceDown},
		{"reader unplugged", 0x80100009, cardreader.ErrNoReader},
		{"no card", 0x8010000C, cardreader.ErrNoCard},
		{"card removed", 0x80100069, cardreader.ErrRemoved},
		{"card upside down", 0x80100067, cardreader.ErrMute},
		{"another program holds the card", 0x8010000B, cardreader.ErrBusy},
		{"another program reset the card", 0x80100068, cardreader.ErrReset},
		{"nothing changed", 0x8010000A, cardreader.ErrTimeout},
		{"data lost on a swap (Windows)", 0x8010002F, cardreader.ErrComm},
		{"the service was killed during a wait", 0x80100013, cardreader.ErrComm},
		{"not transacted, after a removal", 0x80100016, cardreader.ErrComm},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := translate("call", c.code)
			if !errors.Is(err, c.meaning) {
				t.Errorf("%v is not %v", err, c.meaning)
			}
			if !errors.Is(err, c.code) {
				t.Error("the code is lost")
			}
		})
	}
}

func TestNoErrorStaysNoError(t *testing.T) {
	if err := translate("call", nil); err != nil {
		t.Error(err)
	}
}

func TestAnUnknownErrorIsABrokenExchange(t *testing.T) {
	if err := translate("call", errors.New("odd")); !errors.Is(err, cardreader.ErrComm) {
		t.Error(err)
	}
}

func TestWaitingForNoReaderIsAPause(t *testing.T) {
	w := &watcher{}
	if err := w.Wait(t.Context(), nil, 0); !errors.Is(err, cardreader.ErrTimeout) {
		t.Error(err)
	}
}
