package pcsc

import (
	"errors"
	"fmt"

	"github.com/ebfe/scard"

	"authenkiosk/cardreader"
)

// meanings says what each return code of PC/SC means (values in winscard.h; when
// they come was observed with pcsc-lite 1.9.9, see docs/thai-id-card.md, section
// 2.4). Everything else is cardreader.ErrComm and gets another attempt.
var meanings = map[scard.Error]error{
	scard.ErrNoService:          cardreader.ErrServiceDown, // 8010001D
	scard.ErrServiceStopped:     cardreader.ErrServiceDown, // 8010001E: Windows, when the last reader goes
	scard.ErrShutdown:           cardreader.ErrServiceDown,
	scard.ErrSystemCancelled:    cardreader.ErrServiceDown, // log-off or shutdown
	scard.ErrSecurityViolation:  cardreader.ErrDenied,      // newer pcsc-lite without a polkit rule
	scard.ErrNoAccess:           cardreader.ErrDenied,
	scard.ErrUnknownReader:      cardreader.ErrNoReader, // 80100009
	scard.ErrReaderUnavailable:  cardreader.ErrNoReader,
	scard.ErrNoReadersAvailable: cardreader.ErrNoReader,
	scard.ErrNoSmartcard:        cardreader.ErrNoCard,  // 8010000C: connect without a card
	scard.ErrRemovedCard:        cardreader.ErrRemoved, // 80100069: also just after insertion
	scard.ErrUnresponsiveCard:   cardreader.ErrMute,    // 80100066
	scard.ErrUnpoweredCard:      cardreader.ErrMute,    // 80100067: connect to a mute card
	scard.ErrSharingViolation:   cardreader.ErrBusy,    // 8010000B
	scard.ErrResetCard:          cardreader.ErrReset,   // 80100068
	scard.ErrTimeout:            cardreader.ErrTimeout, // 8010000A

	// Windows lets some of its own codes through. They were not tried here.
	windowsAccessDenied:  cardreader.ErrDenied,
	windowsInvalidHandle: cardreader.ErrServiceDown, // the service went away under a context
	windowsNoRPCServer:   cardreader.ErrServiceDown,
}

// Codes of Windows itself (winerror.h) that the functions of PC/SC return there.
const (
	windowsAccessDenied  scard.Error = 5
	windowsInvalidHandle scard.Error = 6
	windowsNoRPCServer   scard.Error = 1722
)

// translate wraps an error of the binding into the one of cardreader that it
// means, and keeps the original. Nil stays nil.
func translate(call string, err error) error {
	if err == nil {
		return nil
	}
	meaning := cardreader.ErrComm
	var code scard.Error
	if errors.As(err, &code) {
		if m, ok := meanings[code]; ok {
			meaning = m
		}
		return fmt.Errorf("%s: %w (%08X): %w", call, meaning, uint32(code), err)
	}
	return fmt.Errorf("%s: %w: %w", call, meaning, err)
}
