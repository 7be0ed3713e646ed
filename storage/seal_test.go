package storage

import (
	"bytes"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// The figures of the release are reached with these flags.
var mutations = flag.Int("mutations", 2000, "how many changed or moved records the sealing test makes")

func TestEveryChangedOrMovedRecordIsNoticed(t *testing.T) {
	s := openIn(t, t.TempDir())
	const visits = 40
	var sealed [visits][]byte
	for n := range visits {
		must(t, s.Save(madeUp(n), noon.AddDate(0, n%3, 0)))
	}
	must(t, s.view(func(tx *bolt.Tx) error {
		for n := range visits {
			sealed[n] = bytes.Clone(tx.Bucket(bucketVisits).Get([]byte(madeUp(n).ID)))
		}
		return nil
	}))
	random := rand.New(rand.NewPCG(3, 4))
	for range *mutations {
		n := random.IntN(visits)
		bucket, key, value := "visits", string(madeUp(n).ID), bytes.Clone(sealed[n])
		what := random.IntN(6)
		switch what {
		case 3: // the record of another visit
			value = sealed[(n+1+random.IntN(visits-1))%visits]
		case 4:
			bucket = "past"
		case 5: // the key of another month
			copy(value[1:headerSize], sealed[(n+1)%visits][1:headerSize])
			if (n+1)%visits%3 == n%3 {
				value[0]++
			}
		default:
			value = mutate(value, what, random)
		}
		err := s.view(func(tx *bolt.Tx) error {
			_, err := s.ring.open(tx, bucket, key, value)
			return err
		})
		if !errors.Is(err, ErrTampered) {
			t.Fatalf("change of kind %d was not noticed: %v", what, err)
		}
	}
	t.Logf("%d changes, all noticed", *mutations)
}

func mutate(value []byte, what int, random *rand.Rand) []byte {
	switch what {
	case 0:
		value[random.IntN(len(value))] ^= 1 << random.IntN(8)
		return value
	case 1:
		return value[:random.IntN(len(value))]
	}
	return append(value, byte(random.IntN(256)))
}

// formatOne writes a data file as the first version of the program did.
func formatOne(t *testing.T, dir string, visits int) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o700))
	db, err := bolt.Open(filepath.Join(dir, fileName), 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error {
		for _, name := range plainBuckets {
			_, err := tx.CreateBucket(name)
			must(t, err)
		}
		must(t, tx.Bucket(bucketMeta).Put(keyFormat, []byte("1")))
		for n := range visits {
			r := Record{Visit: madeUp(n), State: StatePending, SavedAt: noon, ChangedAt: noon, seq: uint64(n + 1)}
			data, err := encode(r)
			must(t, err)
			id := []byte(r.Visit.ID)
			must(t, tx.Bucket(bucketVisits).Put(id, data))
			must(t, tx.Bucket(bucketUnsettled).Put(seqKey(r.seq), id))
			must(t, tx.Bucket(bucketDays).Put(dayKey(r.Visit.ServiceDate, r.seq), append([]byte("p"), id...)))
			must(t, tx.Bucket(bucketPersons).Put(append([]byte(r.Visit.PID.Digits()), seqKey(r.seq)...), id))
		}
		return tx.Bucket(bucketVisits).SetSequence(uint64(visits))
	}))
	must(t, db.Close())
}

func TestAPlainFileIsSealedAtOpenAndNothingOfItRemains(t *testing.T) {
	dir := t.TempDir()
	formatOne(t, dir, 30)
	if scan(t, dir, canaries(30)) == 0 {
		t.Fatal("the scan does not find what is there")
	}
	s := openIn(t, dir)
	if got := s.Recovery(); got != (Recovery{Migrated: true}) {
		t.Errorf("recovery: %v", got)
	}
	list, err := s.Unsettled()
	must(t, err)
	if len(list) != 30 {
		t.Fatalf("%d visits", len(list))
	}
	for n, r := range list {
		if !sameVisit(r.Visit, madeUp(n)) || r.State != StatePending {
			t.Errorf("visit %d came back changed", n)
		}
	}
	must(t, s.Save(madeUp(31), noon))
	if hits := scan(t, dir, canaries(30)); hits != 0 {
		t.Errorf("%d canaries in the files", hits)
	}
	if _, _, ok := s.RememberedPhone(madeUp(3).PID, noon.AddDate(0, 0, -1)); !ok {
		t.Error("the person is not found")
	}
}

// canaries are what must not be readable in any file.
func canaries(visits int) (list [][]byte) {
	for n := range visits {
		v := madeUp(n)
		for _, text := range []string{v.PID.Digits(), v.Phone.Digits(), v.Name.First} {
			list = append(list, []byte(text))
		}
	}
	return append(list, []byte(zeroToken), []byte("ทดสอบ"), []byte("บัตรทอง"))
}

// scan counts the canaries in the bytes of every file below dir.
func scan(t *testing.T, dir string, canaries [][]byte) (hits int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, c := range canaries {
			hits += bytes.Count(data, c)
		}
		return err
	}))
	return hits
}

func TestNoPersonalDataAndNoTokenIsReadableInAnyFile(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, OpenSecrets(dir).Set(visit.ZoneTest, "nhso-token", zeroToken))
	for n := range 300 {
		v := madeUp(n)
		must(t, s.Save(v, noon))
		must(t, s.Begin(v.ID, noon))
		switch n % 5 {
		case 0:
			must(t, s.Done(v.ID, childCode(n), noon))
		case 1:
			must(t, s.Refuse(v.ID, visit.NHSORefusedVisit, "ไม่พบ "+v.PID.Digits(), noon))
			must(t, s.Staff(v.ID, visit.NHSORefusedVisit, noon))
		case 2:
			must(t, s.PutPhoto(v.ID, []byte("photo of "+v.PID.Digits())))
		}
	}
	if hits := scan(t, dir, canaries(300)); hits != 0 {
		t.Errorf("%d hits while open", hits)
	}
	_, err := s.Expire(noon.AddDate(0, 0, 10), 1, 1)
	must(t, err)
	_, err = s.Compact()
	must(t, err)
	must(t, s.Close())
	if hits := scan(t, dir, canaries(300)); hits != 0 {
		t.Errorf("%d hits after erasure and compaction", hits)
	}
}

func TestAPhotoComesBackUntilItIsErased(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	id, other := madeUp(1).ID, madeUp(2).ID
	jpeg := bytes.Repeat([]byte("photo"), 30000)
	must(t, s.PutPhoto(id, jpeg))
	must(t, s.PutPhoto(other, []byte("another")))
	got, err := s.Photo(id)
	must(t, err)
	if !bytes.Equal(got, jpeg) {
		t.Error("another photo came back")
	}
	must(t, s.update(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketPhotos).Put([]byte(other), bytes.Clone(tx.Bucket(bucketPhotos).Get([]byte(id))))
	}))
	if _, err := s.Photo(other); !errors.Is(err, ErrTampered) {
		t.Errorf("a moved photo: %v", err)
	}
	must(t, s.ErasePhoto(id))
	if _, err := s.Photo(id); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("after erasing: %v", err)
	}
	if err := s.ErasePhoto(id); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("erasing twice: %v", err)
	}
	for name, c := range map[string]struct {
		id   visit.ID
		jpeg []byte
		want error
	}{
		"no photo": {id, nil, ErrPhotoSize}, "too large": {id, make([]byte, MaxPhoto+1), ErrPhotoSize}, "no id": {"", jpeg, visit.ErrID},
	} {
		if err := s.PutPhoto(c.id, c.jpeg); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
