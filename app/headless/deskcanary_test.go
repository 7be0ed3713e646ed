package headless

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authenkiosk/app/pairings"
	"authenkiosk/app/privatelog"
	"authenkiosk/desk"
	"authenkiosk/desk/remote"
	"authenkiosk/logtest"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// What nobody may find, each unlike any other text of the program.
const (
	canaryFirst, canaryLast = "นกก๊ข๊ค๊ง", "ขมิ้นก๊ข๊ค๊ง"
	canaryPhone, canaryHN   = "0800004321", "HNCANARY77-1"
	canaryOperator          = "พนักงานก๊ข๊ค๊ง"
	canaryPID               = "9000000000012"
	canaryMessage           = "คำตอบของก๊ข๊ค๊ง"
)

// TestNothingPersonalOfADeskIsLeftInLogsFilesAuditOrErrors has a station that was paired
// do all that there is with a visit, right and wrong, and then looks for the patient, the
// operator and every secret in what either machine has written or told as an error.
func TestNothingPersonalOfADeskIsLeftInLogsFilesAuditOrErrors(t *testing.T) {
	var log logtest.Buffer
	h := newHospital(t, false, slog.New(privatelog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))), nil)
	ctx, now := t.Context(), time.Now()
	phone, err := visit.ParsePhone(canaryPhone)
	if err != nil {
		t.Fatal(err)
	}
	v := visit.Visit{
		ID: "01900000-0000-7000-8000-00000000a001", HCode: "99999", ServiceDate: visit.ServiceDateOf(now), PID: mustPID(t, canaryPID), HN: visit.HNOf(canaryHN),
		Name: visit.Name{First: canaryFirst, Last: canaryLast}, Phone: phone, ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
	for _, err := range []error{
		h.core.Store.Save(v, now), h.core.Store.Begin(v.ID, now), h.core.Store.Refuse(v.ID, visit.NHSORefusedVisit, canaryMessage, now),
		h.core.Store.Staff(v.ID, visit.NHSORefusedVisit, now),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	pin, err := rules.NewPIN("804725")
	wrong, bad := rules.NewPIN("731946")
	if err = errors.Join(err, bad); err != nil {
		t.Fatal(err)
	}
	id, err := h.core.Store.AddOperator(visit.Name{First: canaryOperator}, rules.Lead, pin)
	if err != nil {
		t.Fatal(err)
	}

	var shown strings.Builder
	if err := h.core.Agent.Pair(&shown); err != nil {
		t.Fatal(err)
	}
	code := pairingCode.FindString(shown.String())
	paired, err := pairings.Pair(ctx, visit.ZoneDemo, h.url, "", code, "desk-1")
	if err != nil {
		t.Fatal(err)
	}
	station := t.TempDir()
	book := pairings.NewBook(storage.OpenSecrets(station), visit.ZoneDemo)
	if err := book.Keep(paired); err != nil {
		t.Fatal(err)
	}
	c, err := book.Client(h.url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Disconnect()
	var errs strings.Builder
	told := func(err error) { fmt.Fprintln(&errs, err, fmt.Sprintf("%+v", err)) }
	_, err = c.SignInAs(ctx, canaryOperator, wrong)
	told(err)
	o, err := c.SignInAs(ctx, canaryOperator, pin)
	if err != nil || o.ID != id {
		t.Fatal(err)
	}
	everythingAtADesk(ctx, t, c, o, v.ID, told)
	h.core.Desk.CallHelp("welcome")
	calls, err := c.Calls(ctx)
	if err != nil || len(calls) != 1 {
		t.Fatalf("%v, %v", calls, err)
	}
	told(c.Coming(ctx, o, calls[0].ID))
	told(c.Coming(ctx, o, canaryHN))
	var changes strings.Builder
	told(c.Watch(ctx, "", func(c desk.Change) error { fmt.Fprintf(&changes, "%+v", c); return errors.New("that is enough") }))
	for _, body := range []string{`{"search":"` + canaryPID, `{"id":"` + canaryHN + `"}`, canaryFirst} {
		for _, call := range remote.Calls() {
			_, said := h.ask(paired.Token, http.MethodPost, remote.Root+call, body)
			fmt.Fprintln(&errs, said)
		}
	}
	told(c.SignOut(ctx, o.ID))
	audit := storagetest.Audit(t, h.core.Store)
	h.end()
	for _, want := range []string{"visit-held", "visit-given-up", "nhso-asked", "pid-copied", "names-exported", "visit-shown", "call-answered", "desk-pairing"} {
		if !strings.Contains(audit, want) {
			t.Errorf("the audit has no %s: the search proves little", want)
		}
	}

	written := map[string]string{"the log": log.String(), "the audit": audit, "an error": errs.String(), "a change": changes.String()}
	for _, dir := range []string{h.data, station} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			written[path] = path + string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(log.String()) < 200 || len(written) < 7 {
		t.Fatalf("%d files and %d bytes of log prove nothing", len(written), len(log.String()))
	}
	for where, text := range written {
		for what, part := range map[string]string{
			"PID": canaryPID, "name": canaryFirst, "family name": canaryLast, "phone": canaryPhone, "HN": canaryHN, "operator": canaryOperator,
			"NHSO's words": canaryMessage, "PIN": "804725", "wrong PIN": "731946", "pairing code": code, "code in one": strings.ReplaceAll(code, "-", ""),
			"token": paired.Token,
		} {
			if strings.Contains(text, part) {
				t.Errorf("%s holds the %s", where, what)
			}
		}
	}
}

// everythingAtADesk does all that an operator can do with a visit that is work.
func everythingAtADesk(ctx context.Context, t *testing.T, c *remote.Client, o desk.Operator, id visit.ID, told func(error)) {
	t.Helper()
	for _, text := range []string{canaryPID, canaryFirst, canaryHN, canaryPhone[6:]} {
		if p, err := c.Visits(ctx, o, desk.Query{Search: text}); err != nil || len(p.Items) != 1 {
			t.Errorf("%q is found %d times, %v", text, len(p.Items), err)
		}
	}
	_, err := c.Visits(ctx, o, desk.Query{Search: canaryLast, After: canaryHN})
	told(err)
	for _, why := range []rules.Action{rules.ShowVisit, rules.CopyPID, rules.ShowNames, rules.ExportNames} {
		if p, err := c.Reveal(ctx, o, why, id); err != nil || len(p) != 1 || p[0].PID.Digits() != canaryPID {
			t.Errorf("%s: %v", why, err)
		}
	}
	_, err = c.Visit(ctx, o, canaryPID)
	told(err)
	_, err = c.Devices(ctx, o)
	told(err)
	told(c.Settle(ctx, o, id, "PP1200000009"))
	told(c.Hold(ctx, o, id))
	told(c.Settle(ctx, o, id, "PP1200000009"))
	told(c.Settle(ctx, o, id, canaryPID))
	_, err = c.Release(ctx, o, id)
	told(err)
	told(c.Hold(ctx, o, id))
	told(c.Close(ctx, o, id, canaryHN))
	told(c.Close(ctx, o, id, rules.OwnMoney))
	told(c.Reopen(ctx, o, id))
}
