package storage

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

var damages = flag.Int("damages", 20, "how many trials of each kind of damage")

// template makes a directory with 60 visits in every state, and ten that are held, and
// returns it with the records as they should be.
func template(t *testing.T) (string, map[visit.ID]Record) {
	t.Helper()
	dir := t.TempDir()
	s := openIn(t, dir)
	want := map[visit.ID]Record{}
	for n := range 60 {
		into(t, s, madeUp(n), visit.States()[n%len(visit.States())])
		r, err := s.Visit(madeUp(n).ID)
		must(t, err)
		want[r.Visit.ID] = r
		intoJob(t, s, slip(n), JobStates()[n%len(JobStates())])
	}
	for n := range 10 {
		v := madeUp(100 + n)
		into(t, s, v, []visit.State{visit.StatePending, visit.StateStaff}[n%2])
		must(t, s.Hold(v.ID, anna, noon))
		r, err := s.Visit(v.ID)
		must(t, err)
		want[v.ID] = r
	}
	must(t, s.AddClient(Client{Name: "his", Hash: [32]byte{7}, Scopes: []string{"a"}, Created: noon}))
	must(t, s.AddClient(Client{Name: "removed", Hash: [32]byte{8}, Created: noon}))
	must(t, s.RemoveClient("removed"))
	locked := addOperator(t, s, "locked", desk.Staff)
	must(t, s.changeOperator(locked, "operator-reset", func(_ *bolt.Tx, o *operator) error { o.Failed = desk.MaxTries; return nil }))
	must(t, s.DisableOperator(addOperator(t, s, "disabled", desk.Lead)))
	must(t, s.Close())
	return dir, want
}

func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	must(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

// hurt are the kinds of damage.
var hurt = []struct {
	name string
	do   func([]byte, *rand.Rand) []byte
}{
	{"a flipped bit", func(b []byte, r *rand.Rand) []byte { b[r.IntN(len(b))] ^= 1 << r.IntN(8); return b }},
	{"a zeroed page", func(b []byte, r *rand.Rand) []byte {
		at := r.IntN(len(b)/os.Getpagesize()) * os.Getpagesize()
		clear(b[at : at+os.Getpagesize()])
		return b
	}},
	{"truncation", func(b []byte, r *rand.Rand) []byte { return b[:r.IntN(len(b))] }},
	{"garbage in the meta pages", func(b []byte, r *rand.Rand) []byte {
		for i := range b[:2*os.Getpagesize()] {
			b[i] = byte(r.IntN(256))
		}
		return b
	}},
	{"empty or of a wrong version", func(b []byte, r *rand.Rand) []byte {
		if r.IntN(2) == 0 {
			return nil
		}
		b[pageHeader+4], b[os.Getpagesize()+pageHeader+4] = byte(r.IntN(256)|4), byte(r.IntN(256)|4)
		return b
	}},
}

func TestTheKioskComesUpWithADamagedFileAndShowsNothingWrong(t *testing.T) {
	good, want := template(t)
	for _, kind := range hurt {
		t.Run(kind.name, func(t *testing.T) {
			var sum Recovery
			for trial := range *damages {
				random := rand.New(rand.NewPCG(uint64(trial), 7))
				dir := copyDir(t, good)
				path := filepath.Join(dir, fileName)
				data, err := os.ReadFile(path)
				must(t, err)
				must(t, os.WriteFile(path, kind.do(usedPart(t, data), random), 0o600))
				s, err := Open(dir, Options{})
				if err != nil {
					t.Fatalf("trial %d: %v", trial, err)
				}
				showsNothingWrong(t, s, want)
				sum.Recovered += s.Recovery().Recovered
				sum.Rebuilt += s.Recovery().Rebuilt
				sum.Lost += s.Recovery().Lost
				must(t, s.Save(madeUp(1000), noon))
				must(t, s.Close())
				must(t, os.RemoveAll(dir))
				if t.Failed() {
					t.Fatalf("trial %d", trial)
				}
			}
			t.Logf("%d trials: %d visits recovered, %d rebuilt, %d lost", *damages, sum.Recovered, sum.Rebuilt, sum.Lost)
		})
	}
}

// usedPart cuts off what lies behind the last page in use, where damage does no
// harm and so would prove nothing.
func usedPart(t *testing.T, data []byte) []byte {
	t.Helper()
	p := &pageFile{r: bytes.NewReader(data), size: int64(len(data)), seen: map[uint64]bool{}}
	p.readMetas()
	if used := int64(p.limit) * p.pageSize; p.metas > 0 && used <= p.size {
		return data[:used]
	}
	t.Fatal("the undamaged file has no meta page")
	return nil
}

// showsNothingWrong holds that every list shows records as they were, that work
// is never shown as settled less, and that every visit with work is there.
func showsNothingWrong(t *testing.T, s *Store, want map[visit.ID]Record) {
	t.Helper()
	all, err := listOf(s, visit.ServiceDateOf(noon))
	must(t, err)
	for _, r := range all {
		w := want[r.Visit.ID]
		atLeast := r.State == w.State || w.State == visit.StatePending && r.State == visit.StateInflight
		if !sameVisit(r.Visit, w.Visit) || !atLeast || r.Code != w.Code || !r.Hold.same(w.Hold) {
			t.Errorf("visit %s was %s and is %s", r.Visit.ID, w.State, r.State)
		}
	}
	work := map[visit.ID]visit.State{}
	unsettled, err := s.Unsettled()
	must(t, err)
	staff, err := staffWork(s)
	must(t, err)
	for _, r := range append(unsettled, staff...) {
		work[r.Visit.ID] = r.State
	}
	for id, w := range want {
		if !settled(w.State) && work[id] == "" {
			t.Errorf("visit %s was %s and is lost", id, w.State)
		}
	}
	showsNothingWrongBeside(t, s, want)
	var broken *AuditError // damage in the audit is never healed, and always told
	if _, err := s.AuditVerify(); err != nil && !errors.As(err, &broken) {
		t.Error(err)
	}
}

// showsNothingWrongBeside holds that no slip is printed again, that nobody may
// ask or sign in who should not, and that the feed tells what is settled.
func showsNothingWrongBeside(t *testing.T, s *Store, want map[visit.ID]Record) {
	t.Helper()
	jobs, err := s.PrintJobs()
	must(t, err)
	for _, j := range jobs {
		var n int
		_, err := fmt.Sscanf(string(j.Visit), "019ab000-0000-7000-8000-%x", &n)
		must(t, err)
		was := JobStates()[n%len(JobStates())]
		doubtful := j.State == JobUnclear && (was == JobWanted || was == JobSending || was == JobFailed)
		if j.State != was && !doubtful || j.State == JobSending || j.ID != slip(n).ID {
			t.Errorf("print job %d was %s and is %s", n, was, j.State)
		}
	}
	clients, err := s.Clients()
	must(t, err)
	if len(clients) > 1 || len(clients) == 1 && (clients[0].Name != "his" || clients[0].Hash != [32]byte{7}) {
		t.Errorf("clients: %+v", clients)
	}
	operators, err := s.Operators()
	must(t, err)
	for _, o := range operators {
		if disabled := o.Name.Full() == "disabled"; disabled != o.Disabled || disabled != (o.Role == desk.Lead) || !disabled && o.Failed != desk.MaxTries {
			t.Errorf("operator: %+v", o)
		}
	}
	changes, _, err := s.Changes(0, 1000)
	must(t, err)
	for _, c := range changes {
		if w := want[c.Record.Visit.ID]; !sameVisit(c.Record.Visit, w.Visit) || c.Record.State != w.State {
			t.Errorf("the feed tells %s of a visit that was %s", c.Record.State, w.State)
		}
	}
}

// A bucket that came later may be missing in a file of before. In one that has its
// neighbours it was damage that took its name, and with it operators and locks.
func TestAPlaceThatLostItsNameIsToldAsDamage(t *testing.T) {
	for _, c := range []struct{ name, flipped string }{
		{string(bucketOperators), "operatorr"}, {string(bucketMachines), "machiner"}, {string(bucketUndelivered), "undeliveree"},
	} {
		dir := t.TempDir()
		s := openIn(t, dir)
		counting(s, new(int))
		must(t, s.SetAside(setAside(0)))
		_, err := s.SignIn(addOperator(t, s, "a", desk.Staff), pinOf(t, wrongPIN), here)
		if !errors.Is(err, ErrSignIn) {
			t.Fatal(err)
		}
		must(t, s.Close())
		path := filepath.Join(dir, fileName)
		data, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, bytes.ReplaceAll(data, []byte(c.name), []byte(c.flipped)), 0o600))
		s = openIn(t, dir)
		if found := s.Recovery(); !found.Damage() {
			t.Errorf("%s: nobody is told: %s", c.name, found)
		}
		must(t, s.Close())
	}
}

func TestADamagedFileIsPutAsideUnchangedAndTold(t *testing.T) {
	dir, want := template(t)
	path := filepath.Join(dir, fileName)
	must(t, os.WriteFile(path, []byte("hello"), 0o600))
	s := openIn(t, dir)
	got := s.Recovery()
	if !strings.HasPrefix(got.Quarantined, fileName+".damaged-") || got.Rebuilt != 40 || !got.Damage() || got.Reason == "" {
		t.Errorf("recovery %+v", got)
	}
	old, err := os.ReadFile(filepath.Join(dir, got.Quarantined))
	if err != nil || string(old) != "hello" {
		t.Errorf("what was put aside: %v", err)
	}
	showsNothingWrong(t, s, want)
	must(t, s.Close())
	if again := openIn(t, dir).Recovery(); again != (Recovery{}) {
		t.Errorf("the next start: %+v", again)
	}
}

func TestADataFileThatIsGoneIsRebuiltFromTheJournal(t *testing.T) {
	dir, want := template(t)
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s := openIn(t, dir)
	if got := s.Recovery().Rebuilt; got != 40 {
		t.Errorf("%d rebuilt", got)
	}
	showsNothingWrong(t, s, want)
	list, err := s.Unsettled()
	must(t, err)
	for _, r := range list {
		if r.State != visit.StateInflight || r.LastSent.IsZero() {
			t.Errorf("visit %s would be sent without asking NHSO", r.Visit.ID)
		}
	}
}

// loseNewestMeta damages the meta page of the newest change.
func loseNewestMeta(t *testing.T, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_RDWR, 0)
	must(t, err)
	p, err := openPages(f)
	must(t, err)
	_, err = f.WriteAt(make([]byte, 100), int64(p.txid%2)*p.pageSize)
	must(t, errors.Join(err, f.Close()))
}

func TestTheNewestChangeLostWithItsMetaPageMakesNHSOBeAsked(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Begin(madeUp(1).ID, noon))
	must(t, s.Close())
	loseNewestMeta(t, dir)
	s = openIn(t, dir)
	r, err := s.Visit(madeUp(1).ID)
	must(t, err)
	if r.State != visit.StateInflight || s.Recovery().LookUp != 1 {
		t.Errorf("state %s, %+v", r.State, s.Recovery())
	}
}

// The meta page before the newest one must have all of the file, too, when the file was
// just made out of another one.
func TestADamagedMetaPageOfAFileThatWasJustMadeLosesNothing(t *testing.T) {
	for name, renewed := range map[string]func(t *testing.T, s *Store, dir string) *Store{
		"by a compaction": func(t *testing.T, s *Store, _ string) *Store {
			_, err := s.Compact()
			must(t, err)
			return s
		},
		"by a rescue": func(t *testing.T, s *Store, dir string) *Store {
			must(t, s.Close())
			found, err := inspect(filepath.Join(dir, fileName), false)
			must(t, err)
			temp, err := rescue(dir, s.ring, &salvage{inspection: found})
			must(t, err)
			must(t, os.Rename(temp, filepath.Join(dir, fileName)))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir)
			into(t, s, madeUp(1), visit.StateDone)
			must(t, s.DisableOperator(addOperator(t, s, "a", desk.Staff)))
			if s = renewed(t, s, dir); s != nil {
				must(t, s.Close())
			}
			loseNewestMeta(t, dir)
			s = openIn(t, dir)
			if r, err := s.Visit(madeUp(1).ID); err != nil || r.State != visit.StateDone {
				t.Errorf("the visit: %v, %s", err, s.Recovery())
			}
			if list, err := s.Operators(); err != nil || len(list) != 1 || !list[0].Disabled {
				t.Errorf("operators: %+v, %v", list, err)
			}
		})
	}
}

// The lost change may be the note of a request that left: whatever was answered before,
// a code that NHSO has may be of that one.
func TestARequestThatWasLostWithTheNewestChangeCountsAsUnclear(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Begin(madeUp(1).ID, noon))
	must(t, s.Requeue(madeUp(1).ID, noon))
	must(t, s.Begin(madeUp(1).ID, noon))
	must(t, s.Close())
	loseNewestMeta(t, dir)
	r, err := openIn(t, dir).Visit(madeUp(1).ID)
	must(t, err)
	if r.State != visit.StateInflight || r.Attempts-r.Answered != 1 {
		t.Errorf("%s, %d of %d requests were answered", r.State, r.Answered, r.Attempts)
	}
}

func TestADropThatWasLostWithTheNewestChangeIsMadeAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		made func(s *Store) error
	}{
		{"by the patient, nothing else waits", func(s *Store) error { return nil }},
		{"by the patient, another visit waits", func(s *Store) error { return s.Save(madeUp(2), noon) }},
		{"by the desk", func(s *Store) error { return s.Staff(madeUp(1).ID, visit.NotSaved, noon) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir)
			must(t, s.Save(madeUp(1), noon))
			must(t, c.made(s))
			must(t, s.Drop(madeUp(1).ID, noon))
			must(t, s.Close())
			loseNewestMeta(t, dir)
			s = openIn(t, dir)
			if r, err := s.Visit(madeUp(1).ID); err != nil || r.State != visit.StateDropped {
				t.Errorf("it is %s, %v", r.State, err)
			}
			if counts, err := s.Counts(madeUp(1).ServiceDate); err != nil || counts.Staff != 0 {
				t.Errorf("%+v, %v", counts, err)
			}
			if _, err := s.AuditVerify(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestADamagedJournalIsWrittenAnewFromTheDatabase(t *testing.T) {
	good, want := template(t)
	for trial := range 20 {
		random := rand.New(rand.NewPCG(uint64(trial), 8))
		dir := copyDir(t, good)
		path := filepath.Join(dir, journalName)
		data, err := os.ReadFile(path)
		must(t, err)
		switch trial % 4 {
		case 0:
			data[random.IntN(len(data))] ^= 1 << random.IntN(8)
		case 1:
			data = data[:random.IntN(len(data))]
		case 2:
			clear(data[random.IntN(len(data)):])
		case 3:
			data = append(data, "garbage at the end"...)
		}
		must(t, os.WriteFile(path, data, 0o600))
		s := openIn(t, dir)
		showsNothingWrong(t, s, want)
		must(t, s.Close())
		must(t, os.Remove(filepath.Join(dir, fileName)))
		s = openIn(t, dir)
		showsNothingWrong(t, s, want)
		must(t, s.Close())
	}
}

func TestTheJournalStaysShort(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	var greatest int64
	for n := range 700 {
		must(t, s.Save(madeUp(n), noon))
		must(t, s.Drop(madeUp(n).ID, noon))
		greatest = max(greatest, sizeOf(journalPath(dir)))
	}
	if greatest > 800<<10 {
		t.Errorf("it grew to %d bytes", greatest)
	}
}

func TestAVisitThatTheDatabaseDoesNotTakeLeavesNothingInTheJournal(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	before := s.journal.size
	refused := errors.New("refused")
	data, err := encode(Record{Visit: madeUp(2), State: visit.StatePending})
	must(t, err)
	e, err := s.journal.append(madeUp(2).ID, data)
	must(t, err)
	if err := e.finish(refused); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if s.journal.size != before || len(s.journal.live) != 1 {
		t.Error("something is left")
	}
	breakJournal(t, s)
	if err := s.Save(madeUp(3), noon); err == nil {
		t.Error("a visit was saved without the journal")
	}
	if _, err := s.Visit(madeUp(3).ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("half-saved: %v", err)
	}
}

func TestTheWalkerReadsWhatBboltWrote(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 400 {
		must(t, s.Save(madeUp(n), noon))
	}
	must(t, attachPhoto(s, madeUp(1).ID, make([]byte, 200000)))
	want := map[string]string{}
	must(t, s.view(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				want[string(name)+"/"+string(k)] = string(v)
				return nil
			})
		})
	}))
	must(t, s.Close())
	found, err := inspect(filepath.Join(dir, fileName), true)
	must(t, err)
	got := map[string]string{}
	for name, list := range found.content {
		for _, e := range list {
			got[fmt.Sprintf("%s/%s", name, e.key)] = string(e.value)
		}
	}
	if found.sound() != nil || found.format != formatVersion || !reflect.DeepEqual(got, want) {
		t.Errorf("format %d, %q, %d of %d pairs", found.format, found.damaged, len(got), len(want))
	}
}
