package storage

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestAClientComesBackUntilItIsRemoved(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	his := Client{"his", sha256.Sum256([]byte(zeroToken)), []string{"card.read", "visits:read"}, noon.UTC()}
	lab := Client{"lab", sha256.Sum256([]byte("another")), nil, noon.UTC()}
	must(t, s.AddClient(lab))
	must(t, s.AddClient(his))
	if err := s.AddClient(Client{"his", lab.Hash, nil, noon}); !errors.Is(err, ErrClientTaken) {
		t.Errorf("a name twice: %v", err)
	}
	must(t, s.Close())
	s = openIn(t, dir)
	list, err := s.Clients()
	if err != nil || !reflect.DeepEqual(list, []Client{his, lab}) {
		t.Errorf("%+v, %v", list, err)
	}
	must(t, s.RemoveClient("lab"))
	if err := s.RemoveClient("lab"); !errors.Is(err, ErrNoClient) {
		t.Errorf("twice: %v", err)
	}
	if list, err := s.Clients(); err != nil || len(list) != 1 {
		t.Errorf("%d clients, %v", len(list), err)
	}
	if n := scan(t, dir, [][]byte{his.Hash[:], []byte("visits:read")}); n != 0 {
		t.Errorf("readable %d times", n)
	}
	if entries, err := s.AuditVerify(); err != nil || entries != 3 {
		t.Errorf("%d entries, %v", entries, err)
	}
}

func TestAClientUnderAnotherNameIsNamedAndHidesNoOther(t *testing.T) {
	s := openIn(t, t.TempDir())
	for _, name := range []string{"a", "b", "c"} {
		must(t, s.AddClient(Client{Name: name, Hash: [32]byte{1}, Created: noon}))
	}
	must(t, s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketClients)
		return b.Put([]byte("b"), append([]byte(nil), b.Get([]byte("a"))...))
	}))
	list, err := s.Clients()
	var bad *DecodeError
	if len(list) != 2 || !errors.As(err, &bad) || bad.Key != "b" || !errors.Is(err, ErrTampered) {
		t.Errorf("%d clients, %v", len(list), err)
	}
}

func TestWhatIsNoClientIsRefused(t *testing.T) {
	s := openIn(t, t.TempDir())
	for name, c := range map[string]Client{
		"no name":           {Hash: [32]byte{1}},
		"a blank":           {Name: "HIS 1", Hash: [32]byte{1}},
		"a number":          {Name: "a9000000000004", Hash: [32]byte{1}},
		"no hash":           {Name: "his"},
		"a scope with room": {Name: "his", Hash: [32]byte{1}, Scopes: []string{"a b"}},
		"too many scopes":   {Name: "his", Hash: [32]byte{1}, Scopes: strings.Split(strings.Repeat("a,", 40)+"a", ",")},
	} {
		if err := s.AddClient(c); !errors.Is(err, ErrClient) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
