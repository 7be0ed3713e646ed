package cardreader

import (
	"context"
	"errors"
	"fmt"

	"authenkiosk/visit"
)

// ErrNotThai says that the card has no citizen applet.
var ErrNotThai = errors.New("not a Thai national ID card")

// Applet is the selected citizen applet of a card. Its methods send commands one
// after another on the calling goroutine and look at the context between two;
// they neither retry nor bound a single command, which is the work of Monitor.
type Applet struct {
	ch         *channel
	card       Card
	long       *longReads // nil when only short reads are wanted
	ins        byte       // that reads the data
	version    string     // empty until the first read
	begin      []byte     // version and PID, when they were read alone
	addressOld []byte     // of layout 0002, when the first read brought it along
}

// Select selects the citizen applet. The error wraps ErrNotThai when the card
// has none. The answer to SELECT (61xx) need not be fetched.
func Select(ctx context.Context, card Card) (*Applet, error) {
	a := &Applet{ch: newChannel(card), card: card, ins: insBlock0}
	_, sw, err := a.ch.send(ctx, selectCommand(aidCitizen))
	switch {
	case err != nil:
		return nil, fmt.Errorf("select citizen applet: %w", err)
	case sw == swOK || byte(sw>>8) == sw1More:
		return a, nil
	case noSuchApplet(sw):
		return nil, fmt.Errorf("select citizen applet: %w: %w", ErrNotThai, &StatusError{SW: sw})
	default:
		return nil, fmt.Errorf("select citizen applet: %w", &StatusError{SW: sw})
	}
}

// noSuchApplet reports whether a status word of SELECT is what cards without the
// applet answer (ISO 7816-4; 91xx and 63xx from contactless cards, 9xxx and others
// from cards with words of their own). What says that something broke may pass:
// 64xx, 65xx, 66xx.
func noSuchApplet(sw uint16) bool {
	switch sw1 := sw >> 8; sw1 {
	case 0x62, 0x64, 0x65, 0x66, sw1WrongLe:
		return false
	default:
		return true
	}
}

// surelyNone reports whether a status word of SELECT leaves no doubt, so that the
// card need not be asked again: no such file, no such instruction or class.
func surelyNone(sw uint16) bool {
	switch sw {
	case 0x6A81, 0x6A82, 0x6A86, 0x6A87, 0x6999:
		return true
	}
	sw1 := sw >> 8
	return sw1 == 0x6D || sw1 == 0x6E
}

// Identity reads the first block: two commands, or four on a card that is slow
// or of the old layout, after the one of Select. On slow cards the PID is read
// first and told through pid, which may be nil, before everything else.
func (a *Applet) Identity(ctx context.Context, pid func(visit.PID)) (Identity, error) {
	if pid == nil {
		pid = func(visit.PID) {}
	}
	slow := !hasTA1(a.card.ATR())
	if slow {
		number, err := a.first(ctx)
		if err != nil {
			return Identity{}, err
		}
		pid(number)
	}
	data, err := a.data(ctx, after(areaIdentity, len(a.begin)))
	if err != nil {
		return Identity{}, fmt.Errorf("read identity: %w", err)
	}
	data = append(a.begin[:len(a.begin):len(a.begin)], data...)
	id, err := parseIdentity(data)
	if err != nil {
		return Identity{}, err
	}
	id.Version = a.version
	if !slow {
		pid(id.PID)
	}
	return id, nil
}

// first reads version and PID only. Reading both costs four bytes more than the
// PID alone, and without the version the PID of an old card cannot be found.
func (a *Applet) first(ctx context.Context) (visit.PID, error) {
	data, err := a.data(ctx, areaFirst)
	if err != nil {
		return visit.PID{}, fmt.Errorf("read PID: %w", err)
	}
	a.begin = data
	return parsePID(data)
}

// Rest reads what Identity left: issue, dates, card type and address, in four
// commands, or six when the address is longer than any seen in use. It must follow Identity.
func (a *Applet) Rest(ctx context.Context) (Rest, error) {
	issue, err := a.data(ctx, areaIssue)
	if err != nil {
		return Rest{}, fmt.Errorf("read issue: %w", err)
	}
	address, err := a.address(ctx)
	if err != nil {
		return Rest{}, fmt.Errorf("read address: %w", err)
	}
	return parseRest(issue, address)
}

// address reads the address where the layout keeps it.
func (a *Applet) address(ctx context.Context) ([]byte, error) {
	switch {
	case a.version != versionOld:
		data, err := a.read(ctx, insBlock0, areaAddress)
		if err != nil || wholeAddress(data) {
			return data, err
		}
		tail, err := a.read(ctx, insBlock0, areaAddressTail)
		return append(data, tail...), err
	case a.addressOld != nil:
		return a.addressOld, nil
	default:
		return a.read(ctx, insBlock0, areaAddressOld)
	}
}

// data reads an area of the data. The first call, which must be for an area at
// offset 0, finds out which layout the card has: block 0 begins with the version
// in both, and on an old card goes on with the address.
func (a *Applet) data(ctx context.Context, want area) ([]byte, error) {
	if a.version != "" {
		return a.read(ctx, a.ins, want)
	}
	data, err := a.read(ctx, insBlock0, want)
	version := string(cut(data, 0, fieldVersion))
	if version == "" && refused(err) {
		// A card that does not give more than it has: ask for the version alone.
		short, errShort := a.read(ctx, insBlock0, areaVersion)
		if errShort != nil || string(short) != versionOld {
			return nil, err
		}
		version = versionOld
	}
	if err != nil && (version != versionOld || !refused(err)) {
		return nil, err
	}
	a.version = version
	if version != versionOld {
		return data, nil
	}
	a.ins = insBlock1
	if old := cut(data, 0, areaAddressOld); len(old) == areaAddressOld.size {
		a.addressOld = old
	}
	return a.read(ctx, insBlock1, want)
}

// refused reports whether the card itself said no, as opposed to a broken exchange.
func refused(err error) bool {
	var status *StatusError
	return errors.As(err, &status)
}

// read reads an area, asking again for what is missing when the card hands out
// less at a time. Data read before an error is returned with it.
func (a *Applet) read(ctx context.Context, ins byte, want area) ([]byte, error) {
	var data []byte
	for range maxPieces {
		rest := area{want.off + len(data), want.size - len(data)}
		part, err := a.ch.exchange(ctx, readCommand(ins, rest))
		data = append(data, part...)
		switch {
		case len(data) >= want.size:
			return data[:want.size], nil
		case err != nil:
			return data, err
		case len(part) == 0:
			return data, ErrNoData
		}
	}
	return data, ErrEndless
}
