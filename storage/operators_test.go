package storage

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/storage/internal/pincost"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// somePIN is nobody's.
const somePIN = "804725"

func pinOf(t testing.TB, text string) desk.PIN {
	t.Helper()
	pin, err := desk.ParsePIN(text)
	must(t, err)
	return pin
}

func nameOf(t testing.TB, text string) visit.Name {
	t.Helper()
	name, err := desk.ParseOperatorName(text)
	must(t, err)
	return name
}

func addOperator(t testing.TB, s *Store, name string, role desk.Role) desk.OperatorID {
	t.Helper()
	id, err := s.AddOperator(nameOf(t, name), role, pinOf(t, somePIN))
	must(t, err)
	return id
}

func TestAnOperatorComesBackAndIsDisabledAndReset(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	id := addOperator(t, s, "สมหญิง ทดสอบ", desk.Lead)
	other := addOperator(t, s, "counter 2", desk.Staff)
	if _, err := s.AddOperator(nameOf(t, "สมหญิง  ทดสอบ"), desk.Staff, pinOf(t, somePIN)); !errors.Is(err, ErrOperatorTaken) {
		t.Errorf("a name twice: %v", err)
	}
	must(t, s.DisableOperator(other))
	must(t, s.Close())
	s = openIn(t, dir)
	list, err := s.Operators()
	if err != nil || len(list) != 2 {
		t.Fatalf("%d operators, %v", len(list), err)
	}
	o, err := s.Operator(id)
	if err != nil || o.Name.Full() != "สมหญิง ทดสอบ" || o.Role != desk.Lead || o.Disabled || o.PINs != 1 || o.Created.IsZero() {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := s.Operator(other); err != nil || !o.Disabled {
		t.Errorf("%+v, %v", o, err)
	}
	must(t, s.ResetOperator(other, pinOf(t, "731946")))
	if o, err := s.Operator(other); err != nil || o.Disabled || o.PINs != 2 {
		t.Errorf("%+v, %v", o, err)
	}
	for what, err := range map[string]error{
		"reset": s.ResetOperator("0000000000000000", pinOf(t, somePIN)), "disable": s.DisableOperator("0000000000000000"), "card": s.NameByCard("", visit.PID{}),
		"unlock": s.UnlockOperator("0000000000000000"), "remove": s.RemoveOperator("0000000000000000"),
	} {
		if !errors.Is(err, ErrNoOperator) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if entries, err := s.AuditVerify(); err != nil || entries != 4 {
		t.Errorf("%d entries, %v", entries, err)
	}
	var audit strings.Builder
	must(t, s.AuditExport(&audit))
	for _, want := range []string{`"operator-added"`, `"operator-disabled"`, `"operator-reset"`, fmt.Sprintf("%q", id), `"lead"`} {
		if !strings.Contains(audit.String(), want) {
			t.Errorf("the audit lacks %s", want)
		}
	}
	if strings.Contains(audit.String(), "สมหญิง") || strings.Contains(audit.String(), somePIN) {
		t.Error("the audit has a name or a PIN")
	}
}

// Holds name their holder, and only the holder ends them.
func TestNoTwoOperatorsHaveTheSameNameInHolds(t *testing.T) {
	s := openIn(t, t.TempDir())
	first := addOperator(t, s, "แผนก 1/นิด", desk.Staff)
	for name, taken := range map[string]bool{"แผนก 1/นิด": true, "แผนก 1-นิด": true, "แผนก 1 นิด": false} {
		if id, err := s.AddOperator(nameOf(t, name), desk.Staff, pinOf(t, somePIN)); errors.Is(err, ErrOperatorTaken) != taken || !taken && err != nil {
			t.Errorf("%q beside the first, %s: %s, %v", name, first, id, err)
		}
	}
	list, err := s.Operators()
	must(t, err)
	holders := map[string]bool{}
	for _, o := range list {
		holders[o.Holder()] = true
		must(t, checkHolder("desk-1/"+o.Holder()))
	}
	if len(holders) != len(list) {
		t.Errorf("%d operators have %d names", len(list), len(holders))
	}
}

func TestACardNamesOneOperator(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	a, b := addOperator(t, s, "a", desk.Staff), addOperator(t, s, "b", desk.Staff)
	holder := madeUp(1).PID
	if _, err := s.OperatorOfCard(holder); !errors.Is(err, ErrNoOperator) {
		t.Errorf("nobody's card: %v", err)
	}
	must(t, s.NameByCard(a, holder))
	must(t, s.NameByCard(a, holder))
	if err := s.NameByCard(b, holder); !errors.Is(err, ErrCardTaken) {
		t.Errorf("another's card: %v", err)
	}
	must(t, s.Close())
	s = openIn(t, dir)
	if o, err := s.OperatorOfCard(holder); err != nil || o.ID != a || !o.Card {
		t.Errorf("%+v, %v", o, err)
	}
	if n := scan(t, dir, [][]byte{[]byte(holder.Digits())}); n != 0 {
		t.Errorf("the PID is readable %d times", n)
	}
	must(t, s.NameByCard(a, visit.PID{}))
	must(t, s.NameByCard(b, holder))
	if o, err := s.OperatorOfCard(holder); err != nil || o.ID != b {
		t.Errorf("%+v, %v", o, err)
	}
}

// shippedMemory is what a PIN takes before TestMain makes it cheap.
var shippedMemory = pincost.Memory

// Tests make a PIN cheap; no program does.
func TestAPINIsKeptAtItsFullCost(t *testing.T) {
	if shippedMemory != 32<<10 {
		t.Errorf("a PIN takes %d KiB", shippedMemory)
	}
	for name, h := range map[string]pinHash{"an operator's": newPINHash(pinOf(t, somePIN)), "nobody's": nobodysPIN()} {
		if h.Time != 2 || h.Memory != pincost.Memory || h.Threads != 1 {
			t.Errorf("%s costs %d passes over %d KiB by %d threads", name, h.Time, h.Memory, h.Threads)
		}
	}
}

func TestTheStoreTakesNoOperatorThatItCouldNotRead(t *testing.T) {
	s := openIn(t, t.TempDir())
	for what, err := range map[string]error{
		"no name": second(s.AddOperator(visit.Name{}, desk.Staff, pinOf(t, somePIN))), "no role": second(s.AddOperator(nameOf(t, "a"), "root", pinOf(t, somePIN))),
		"a title": second(s.AddOperator(visit.NewName("นาง", "ก", "", "ข"), desk.Staff, pinOf(t, somePIN))),
	} {
		if err == nil {
			t.Errorf("%s: it was taken", what)
		}
	}
	dear := newPINHash(pinOf(t, somePIN))
	dear.Memory = maxPINMemory + 1
	if dear.check() == nil {
		t.Error("a hash that takes more memory than it may")
	}
	_ = addOperator(t, s, "a", desk.Staff)
	if list, err := s.Operators(); err != nil || len(list) != 1 {
		t.Errorf("%d operators, %v", len(list), err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAnOperatorUnderAnotherIDIsNamedAndHidesNoOther(t *testing.T) {
	s := openIn(t, t.TempDir())
	a, b := addOperator(t, s, "a", desk.Staff), addOperator(t, s, "b", desk.Administrator)
	must(t, s.update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bucketOperators)
		return bucket.Put([]byte(a), append([]byte(nil), bucket.Get([]byte(b))...))
	}))
	list, err := s.Operators()
	var bad *DecodeError
	if len(list) != 1 || !errors.As(err, &bad) || bad.Key != string(a) || !errors.Is(err, ErrTampered) {
		t.Errorf("%d operators, %v", len(list), err)
	}
}
