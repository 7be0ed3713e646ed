package storage

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// The figures of the release are reached with these flags.
var mutations = flag.Int("mutations", 2000, "how many changed or moved records the sealing test makes")

// sealedItem is one stored value of any bucket that is sealed with a monthly or
// the lasting key.
type sealedItem struct {
	bucket, key string
	value       []byte
}

// sealedItems fills a store with 40 visits of three months, jobs, clients,
// cursors, what was set aside, and remains, and returns what is stored for them.
func sealedItems(t *testing.T, s *Store) (items []sealedItem) {
	t.Helper()
	visits := []func(int) visit.Visit{madeUp, madeup.Certified}
	for n := range 40 {
		must(t, s.Save(visits[n%2](n), noon.AddDate(0, n%3, 0)))
	}
	for n := range 5 {
		must(t, s.PutPrintJob(slip(n)))
		must(t, s.AddClient(Client{Name: fmt.Sprint("his", n), Hash: [32]byte{byte(n + 1)}, Created: noon}))
		must(t, s.SetCursor(fmt.Sprint("reader", n), uint64(n)))
		must(t, s.SetAside(setAside(n)))
		_ = addOperator(t, s, fmt.Sprint("operator ", n), desk.Staff)
		into(t, s, madeUp(100+n), visit.StateDone)
		_, err := s.ErasePerson(madeUp(100 + n).PID)
		must(t, err)
	}
	must(t, s.view(func(tx *bolt.Tx) error {
		for _, bucket := range [][]byte{bucketVisits, bucketJobs, bucketClients, bucketCursors, bucketUndelivered, bucketPast, bucketOperators} {
			_ = tx.Bucket(bucket).ForEach(func(k, v []byte) error {
				items = append(items, sealedItem{string(bucket), string(k), bytes.Clone(v)})
				return nil
			})
		}
		return nil
	}))
	return items
}

func TestEveryChangedOrMovedRecordIsNoticed(t *testing.T) {
	s := openIn(t, t.TempDir())
	items := sealedItems(t, s)
	if len(items) != 70 {
		t.Fatalf("%d items", len(items))
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range *mutations {
		n := random.IntN(len(items))
		bucket, key, value := items[n].bucket, items[n].key, bytes.Clone(items[n].value)
		what := random.IntN(6)
		switch what {
		case 3: // another record
			value = items[(n+1+random.IntN(len(items)-1))%len(items)].value
		case 4:
			bucket = string(bucketAudit)
		case 5: // the key of another month, or the lasting one
			copy(value[1:headerSize], items[(n+1)%len(items)].value[1:headerSize])
			if bytes.Equal(value, items[n].value) {
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
			t.Fatalf("change of kind %d of %s was not noticed: %v", what, bucket, err)
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

// canaries are what must not be readable in any file.
func canaries(visits int) (list [][]byte) {
	for n := range visits {
		v := madeUp(n)
		c := madeup.Certified(n).Attestation
		for _, text := range []string{
			v.PID.Digits(), v.HN.Text(), v.Phone.Digits(), v.Name.First, c.Certifier.Digits(), c.CertifierName.First, string(childCode(n)),
		} {
			list = append(list, []byte(text))
		}
	}
	return append(list, []byte(zeroToken), []byte("ทดสอบ"), []byte("ผู้ใช้งาน"), []byte(somePIN), []byte("บัตรทอง"))
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
	must(t, s.AddClient(Client{Name: "his", Hash: [32]byte([]byte("ทดสอบทดสอบทดสอบ")[:32]), Scopes: []string{"visits:read"}, Created: noon}))
	must(t, s.SetCursor("his", 9))
	operator := addOperator(t, s, "ทดสอบ ผู้ใช้งาน", desk.Lead)
	must(t, s.NameByCard(operator, madeUp(1).PID))
	for n := range 300 {
		v := madeUp(n)
		switch n % 7 {
		case 3:
			v = madeup.Certified(n)
		case 4:
			v = madeup.WithPhoto(n)
		}
		if v.Attestation.Photo {
			must(t, s.SaveWithPhoto(v, []byte("photo of "+v.PID.Digits()), noon))
		} else {
			must(t, s.Save(v, noon))
		}
		must(t, s.Begin(v.ID, noon))
		must(t, s.PutPrintJob(slip(n)))
		must(t, s.MarkPrintJob(slip(n).ID, JobSending, noon))
		switch n % 5 {
		case 0:
			must(t, s.Done(v.ID, childCode(n), noon))
			if list, err := s.Find(v.PID, v.ServiceDate); err != nil || len(list) != 1 {
				t.Errorf("%d found, %v", len(list), err)
			}
		case 1:
			must(t, s.Refuse(v.ID, visit.NHSORefusedVisit, "ไม่พบ "+v.PID.Digits(), noon))
			must(t, s.Staff(v.ID, visit.NHSORefusedVisit, noon))
		case 2:
			must(t, attachPhoto(s, v.ID, []byte("photo of "+v.PID.Digits())))
		}
	}
	if hits := scan(t, dir, canaries(300)); hits != 0 {
		t.Errorf("%d hits while open", hits)
	}
	_, err := s.Expire(noon.AddDate(0, 0, 10), keepADay)
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
	must(t, attachPhoto(s, id, jpeg))
	must(t, attachPhoto(s, other, []byte("another")))
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
	must(t, s.update(func(tx *bolt.Tx) error { return s.erasePhoto(tx, id, noon) }))
	if _, err := s.Photo(id); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("after erasing: %v", err)
	}
	for name, c := range map[string]struct {
		id   visit.ID
		jpeg []byte
		want error
	}{
		"no photo": {id, nil, ErrPhotoSize}, "too large": {id, make([]byte, MaxPhoto+1), ErrPhotoSize}, "no id": {"", jpeg, visit.ErrID},
	} {
		if err := attachPhoto(s, c.id, c.jpeg); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
