package cli

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/app/hospital"
	"authenkiosk/app/records"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
)

func TestCommandsThatChangeTheClientsAtOnceUndoNothing(t *testing.T) {
	h := newClinic(t, nil)
	const commands = 20
	var running sync.WaitGroup
	for i := range commands {
		running.Go(func() {
			if got := call(t, "", "client", "add", fmt.Sprintf("HIS_%d", i), "-data", h.data); got.status != exitOK {
				t.Errorf("%+v", got)
			}
		})
	}
	running.Wait()
	if list, err := (&records.Clients{Store: h.store}).Clients(); err != nil || len(list) != commands+1 {
		t.Errorf("%d clients, %v", len(list), err)
	}
}

// TestNoFileShowsWhoMayAsk looks through the data directory for the names of scopes
// and the hash of a token, while the program runs and afterwards.
func TestNoFileShowsWhoMayAsk(t *testing.T) {
	h := newClinic(t, nil)
	if got := call(t, "", "client", "add", "lab", "-scopes", "codes,events", "-data", h.data); got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	list, err := (&records.Clients{Store: h.store}).Clients()
	if err != nil || len(list) != 2 {
		t.Fatalf("%d clients, %v", len(list), err)
	}
	look := func() {
		t.Helper()
		files := 0
		err := filepath.WalkDir(h.data, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			files++
			content, err := os.ReadFile(path)
			for _, c := range list {
				if bytes.Contains(content, c.Hash) || bytes.Contains(content, fmt.Appendf(nil, "%x", c.Hash)) {
					t.Errorf("%s has the hash of %s", d.Name(), c.Name)
				}
			}
			if bytes.Contains(content, []byte("codes")) || bytes.Contains(content, []byte(`"scopes"`)) {
				t.Errorf("%s tells what a client may do", d.Name())
			}
			return err
		})
		if err != nil || files < 3 {
			t.Fatalf("%d files, %v", files, err)
		}
	}
	look()
	h.end()
	look()
}

func TestClientsAreThereAfterARestartAndGoneWhenTheyWereRemoved(t *testing.T) {
	data := t.TempDir()
	for _, step := range []struct {
		args []string
		want []string
	}{
		{[]string{"add", "HIS.main"}, []string{"HIS.main"}},
		{[]string{"add", "lab_2", "-scopes", "codes"}, []string{"HIS.main", "lab_2"}},
		{[]string{"remove", "HIS.main"}, []string{"lab_2"}},
	} {
		if got := call(t, "", append(append([]string{"client"}, step.args...), "-data", data)...); got.status != exitOK {
			t.Fatalf("%v: %+v", step.args, got)
		}
		got := call(t, "", "client", "list", "-data", data)
		var names []string
		for line := range strings.Lines(got.out) {
			if name := strings.Fields(line)[0]; name != "NAME" {
				names = append(names, name)
			}
		}
		if !slices.Equal(names, step.want) {
			t.Errorf("after %v: %q, %s", step.args, names, got.err)
		}
	}
}

func TestTheAuditIsReadAndAPersonErasedWhileTheProgramRuns(t *testing.T) {
	h := newClinic(t, nil)
	storagetest.Done(t, h.store, time.Now())
	if got := call(t, "", "audit", "verify", "-data", h.data); got.status != exitOK || !strings.Contains(got.out, "the chain is whole") {
		t.Errorf("%+v", got)
	}
	got := call(t, "9-0000-00000-00-4\n", "erase", "-data", h.data)
	if got.status != exitOK || !strings.Contains(got.out, "erased 1 visits") {
		t.Errorf("%+v", got)
	}
	if list, err := h.store.Find(pidOf(t, somePID), visit.ServiceDateOf(time.Now())); err != nil || len(list) != 0 {
		t.Errorf("%d visits, %v", len(list), err)
	}
	if got := call(t, "", "audit", "export", "-data", h.data); got.status != exitOK || !strings.Contains(got.out, `"person-erased"`) {
		t.Errorf("%+v", got)
	}
	for _, c := range []struct{ stdin, words string }{{"9000000000005\n", "type the PID"}, {"", "type the PID"}} {
		if got := call(t, c.stdin, "erase", "-data", h.data); got.status != exitError || !strings.Contains(got.err, c.words) || strings.Contains(got.err, "9000000000005") {
			t.Errorf("%q: %+v", c.stdin, got)
		}
	}
}

func TestTheAdministratorMakesNoFilesThatTheOwnerCouldNotRead(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only the administrator can make files for others")
	}
	data := filepath.Join(t.TempDir(), string(visit.ZoneDemo))
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(data, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"client", "add", "his"}, {"secret", "set", hospital.MQTTPassword}, {"audit", "verify"}} {
		got := call(t, "a-password-of-the-test", append(args, "-data", filepath.Dir(data))...)
		if got.status != exitError || !strings.Contains(got.err, "sudo -u") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	if list, err := os.ReadDir(data); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestAClientIsAddedAndRemovedWhileTheProgramRuns(t *testing.T) {
	h := newClinic(t, nil)
	got := call(t, "", "client", "add", "hosxp", "-scopes", "codes,events", "-data", h.data)
	token, _, _ := strings.Cut(got.out, "\n")
	if got.status != exitOK || !strings.HasPrefix(token, "ak1_") {
		t.Fatalf("%d %s", got.status, got.err)
	}
	soon(t, func() bool {
		status, _ := h.ask(token, http.MethodGet, "/api/v1/visits", "")
		return status == http.StatusOK
	})
	if status, _ := h.ask(token, http.MethodGet, "/api/smartcard/read", ""); status != http.StatusForbidden {
		t.Errorf("without the scope: %d", status)
	}
	if got := call(t, "", "client", "list", "-data", h.data); got.status != exitOK || !strings.Contains(got.out, "hosxp") || strings.Contains(got.out, token) {
		t.Errorf("%+v", got)
	}
	if got := call(t, "", "client", "add", "hosxp", "-data", h.data); got.status != exitError {
		t.Errorf("a second client of the name: %+v", got)
	}
	if got := call(t, "", "client", "remove", "hosxp", "-data", h.data); got.status != exitOK {
		t.Errorf("%+v", got)
	}
	soon(t, func() bool {
		status, _ := h.ask(token, http.MethodGet, "/api/v1/visits", "")
		return status == http.StatusUnauthorized
	})
	var audit string
	soon(t, func() bool {
		audit = storagetest.Audit(t, h.store)
		return strings.Contains(audit, "client-removed")
	})
	if !strings.Contains(audit, `"result":"client-hosxp"`) {
		t.Error("the audit does not name the client")
	}
}
