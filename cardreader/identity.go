package cardreader

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"authenkiosk/visit"
)

// Identity is what the first block of the card says: enough to greet the patient
// and to ask NHSO. It prints itself as "[identity]".
type Identity struct {
	Version string // of the layout: "0003", or "0002" on old cards
	PID     visit.PID
	Name    visit.Name
	English visit.Name
	Birth   visit.PartialDate
	Sex     visit.Sex
}

// Rest is what the card says besides, without the photo.
type Rest struct {
	Issuer      string // the office that issued the card
	Issued      visit.PartialDate
	Expires     visit.PartialDate // Lifelong for the cards of the elderly
	CardType    string            // two digits
	Address     visit.Address
	PhotoLength int // bytes of the JPEG as the card states it, not checked
}

// Document is all the text of one card.
type Document struct {
	Identity Identity
	Rest     Rest
}

// ErrNonsense says that the card answered but its data cannot be that of a Thai
// ID card, for example because the check digit of the PID is wrong.
var ErrNonsense = errors.New("the data on the card makes no sense")

// Format keeps every verb of package fmt from showing an identity by accident.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[identity]") }

// LogValue implements slog.LogValuer.
func (i Identity) LogValue() slog.Value { return slog.StringValue("[identity]") }

// Format keeps every verb of package fmt from showing a card by accident.
func (r Rest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[card]") }

// LogValue implements slog.LogValuer.
func (r Rest) LogValue() slog.Value { return slog.StringValue("[card]") }

// Format keeps every verb of package fmt from showing a card by accident.
func (d Document) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[card]") }

// LogValue implements slog.LogValuer.
func (d Document) LogValue() slog.Value { return slog.StringValue("[card]") }

// parsePID reads the PID out of data that begins at offset 0 of the memory.
func parsePID(data []byte) (visit.PID, error) {
	pid, err := visit.ParsePID(string(cut(data, 0, fieldPID)))
	if err != nil {
		return visit.PID{}, fmt.Errorf("%w: %w", ErrNonsense, err)
	}
	return pid, nil
}

// parseIdentity reads the first block, which begins at offset 0. A card without
// a right PID or without any name is no use and an error; a wrong date or sex is
// merely unknown.
func parseIdentity(data []byte) (Identity, error) {
	if need := fieldSex.off + fieldSex.size; len(data) < need {
		return Identity{}, fmt.Errorf("%w: %d bytes of %d", ErrNonsense, len(data), need)
	}
	pid, err := parsePID(data)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{
		Version: decodeText(cut(data, 0, fieldVersion)),
		PID:     pid,
		Name:    parseName(cut(data, 0, fieldName)),
		English: parseName(cut(data, 0, fieldEnglish)),
		Birth:   parseDate(cut(data, 0, fieldBirth)),
		Sex:     parseSex(cut(data, 0, fieldSex)),
	}
	if id.Name.IsZero() && id.English.IsZero() {
		return Identity{}, fmt.Errorf("%w: no name", ErrNonsense)
	}
	return id, nil
}

// parseRest reads the second block, which begins with the issuer, and the
// address.
func parseRest(issue, address []byte) (Rest, error) {
	if len(issue) < areaIssue.size {
		return Rest{}, fmt.Errorf("%w: %d bytes of %d", ErrNonsense, len(issue), areaIssue.size)
	}
	base := areaIssue.off
	length := cut(issue, base, fieldPhotoLen)
	return Rest{
		Issuer:      decodeText(cut(issue, base, fieldIssuer)),
		Issued:      parseDate(cut(issue, base, fieldIssued)),
		Expires:     parseDate(cut(issue, base, fieldExpires)),
		CardType:    decodeText(cut(issue, base, fieldCardType)),
		Address:     parseAddress(address),
		PhotoLength: int(length[0])<<8 | int(length[1]),
	}, nil
}
