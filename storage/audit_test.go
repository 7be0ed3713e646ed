package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

var auditEdits = flag.Int("auditedits", 300, "how often the audit test edits the chain")

func TestWhatHappensToAVisitIsInTheAudit(t *testing.T) {
	s := openIn(t, t.TempDir())
	for n, state := range visit.States() {
		into(t, s, madeUp(n), state)
	}
	must(t, s.Audit(Event{Name: "pin-wrong", Role: RoleStaff, Result: "refused", Handle: s.Handle(madeUp(1).PID)}))
	n, err := s.AuditVerify()
	must(t, err)
	var out bytes.Buffer
	must(t, s.AuditExport(&out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	counts := map[string]int{}
	for _, line := range lines {
		var e auditEntry
		must(t, json.Unmarshal([]byte(line), &e))
		counts[e.Event]++
	}
	for event, want := range map[string]int{
		"visit-saved": 6, "visit-done": 1, "visit-refused": 1, "visit-to-staff": 1, "visit-dropped": 1, "pin-wrong": 1,
	} {
		if counts[event] != want {
			t.Errorf("%s: %d entries, want %d", event, counts[event], want)
		}
	}
	if int(n) != len(lines) || n != 11 {
		t.Errorf("%d entries, %d lines", n, len(lines))
	}
	if strings.Contains(out.String(), madeUp(1).PID.Digits()) {
		t.Error("a PID is in the audit")
	}
	if entries, mark, err := s.AuditMark(); err != nil || entries != n || len(mark) != 8 {
		t.Errorf("mark %q of %d, %v", mark, entries, err)
	}
}

func TestTheAuditRefusesWhatCouldBePersonal(t *testing.T) {
	s := openIn(t, t.TempDir())
	good := Event{Name: "a", Role: "b", Result: "c"}
	must(t, s.Audit(good))
	for name, change := range map[string]func(*Event){
		"a PID":      func(e *Event) { e.Result = "p" + madeUp(1).PID.Digits() },
		"a name":     func(e *Event) { e.Name = "สมชาย" },
		"a sentence": func(e *Event) { e.Role = "the person" },
		"no result":  func(e *Event) { e.Result = "" },
		"no handle":  func(e *Event) { e.Handle = "somebody" },
		"no id":      func(e *Event) { e.Visit = visit.ID("x") },
	} {
		e := good
		change(&e)
		if err := s.Audit(e); !errors.Is(err, ErrAuditEvent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// editAudit makes one random edit of the raw entries or the head. The seq of the
// last entry is n.
func editAudit(tx *bolt.Tx, random *rand.Rand, n int) (string, error) {
	b, meta := tx.Bucket(bucketAudit), tx.Bucket(bucketMeta)
	at := uint64(1 + random.IntN(n))
	value := bytes.Clone(b.Get(seqKey(at)))
	flip := func(v []byte) []byte { v[random.IntN(len(v))] ^= 1 << random.IntN(8); return v }
	switch random.IntN(8) {
	case 0:
		return "deletion", b.Delete(seqKey(at))
	case 1:
		return "flipped bit", b.Put(seqKey(at), flip(value))
	case 2:
		other := uint64(1 + (int(at)+random.IntN(n-1))%n)
		second := bytes.Clone(b.Get(seqKey(other)))
		return "exchange", errors.Join(b.Put(seqKey(at), second), b.Put(seqKey(other), value))
	case 3:
		for i := at; i <= uint64(n); i++ {
			if err := b.Delete(seqKey(i)); err != nil {
				return "", err
			}
		}
		return "truncation", nil
	case 4:
		return "an entry more", b.Put(seqKey(uint64(n)+1), value)
	case 5:
		return "a changed head", meta.Put(keyAuditHead, flip(bytes.Clone(meta.Get(keyAuditHead))))
	case 6:
		return "no head", meta.Delete(keyAuditHead)
	default:
		changed := bytes.Replace(value, []byte(`"result":"ok"`), []byte(`"result":"no"`), 1)
		return "another result", b.Put(seqKey(at), changed)
	}
}

func TestEveryEditOfTheAuditIsNoticed(t *testing.T) {
	s := openIn(t, t.TempDir())
	const n = 25
	for range n {
		must(t, s.Audit(Event{Name: "tested", Role: RoleSystem, Result: "ok"}))
	}
	undo := errors.New("undo")
	random := rand.New(rand.NewPCG(5, 6))
	for range *auditEdits {
		err := s.update(func(tx *bolt.Tx) error {
			what, err := editAudit(tx, random, n)
			must(t, err)
			var broken *AuditError
			if _, err := s.ring.verifyAudit(tx, nil); !errors.As(err, &broken) {
				t.Fatalf("%s was not noticed: %v", what, err)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
	}
	if got, err := s.AuditVerify(); err != nil || got != n {
		t.Errorf("the chain that nobody edited: %d, %v", got, err)
	}
	t.Logf("%d edits, all noticed", *auditEdits)
}
