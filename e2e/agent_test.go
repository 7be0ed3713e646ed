//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"authenkiosk/cardreader/virtualcard"
)

func TestE2EAProgramThatReadsTheCardIsNamedOnTheScreen(t *testing.T) {
	t.Parallel()
	s := newStageOn(t, binary, lying)
	s.open()
	add := exec.Command(binary, "client", "-config", s.path("kiosk.toml"), "-data", s.path("data"), "-scopes", "read-card", "add", "his-opd")
	out, err := add.Output()
	if err != nil {
		t.Fatalf("client add: %v", err)
	}
	token, _, _ := strings.Cut(string(out), "\n")
	person := virtualcard.Adult()
	remove := s.insert(newCard(t, person))
	s.screen("phone")
	if texts := strings.Join(s.layout().Texts, "\n"); strings.Contains(texts, "his-opd") {
		t.Fatalf("a program is named that has read nothing: %s", texts)
	}
	s.eventually("reading by the program", func() bool {
		r, err := http.NewRequest(http.MethodGet, "http://"+s.status+"/api/smartcard/read-card-only", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		card, _ := io.ReadAll(resp.Body)
		return resp.StatusCode == http.StatusOK && strings.Contains(string(card), person.PID.Digits())
	})
	s.says("reader.read-by")
	s.shows("his-opd")
	s.bothLanguages("read-by")
	remove()
	s.leave()
	eventually(t, "screen without the program", func() bool { return !strings.Contains(strings.Join(s.layout().Texts, ""), "his-opd") })
	s.kiosk.end(t)
	s.nothingPersonal(person.PID.Digits(), token)
}
