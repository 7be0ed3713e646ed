package storage

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
)

// What is read from the disk is sealed, so these inputs are those of whoever has
// the key, or of a bug; the journal's frames and the pages of the file are open to
// everybody.

func FuzzRecord(f *testing.F) {
	for n, v := range []visit.Visit{madeUp(1), madeup.Certified(2), madeup.WithPhoto(3)} {
		data, err := encode(Record{
			Visit: v, State: visit.States()[n], SavedAt: noon, ChangedAt: noon, Code: code, IssuedAt: noon, Problem: visit.NoRight,
		})
		must(f, err)
		f.Add(data)
	}
	data, err := encode(Record{
		Visit: madeUp(4), State: visit.StateStaff, SavedAt: noon, ChangedAt: noon, Completes: madeUp(1).ID, revision: 7,
		Hold: Hold{By: anna, At: noon, From: visit.StatePending, Completion: madeUp(2).ID},
	})
	must(f, err)
	f.Add(data)
	f.Add([]byte(`{"v":1}`))
	f.Add([]byte(`{"v":1,"state":"pending","visit":{"pid":"9000000000004","attestation":{"certifier":"9000000000005"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decode(data)
		if err != nil {
			return
		}
		again, err := encode(r)
		if err != nil {
			t.Skip() // a year beyond 9999 in a time
		}
		back, err := decode(again)
		if err != nil || !sameVisit(back.Visit, r.Visit) || back.State != r.State || back.Code != r.Code || !back.Hold.same(r.Hold) || back.revision != r.revision {
			t.Errorf("a record that was read is another when it is written and read again: %v", err)
		}
	})
}

func FuzzLine(f *testing.F) {
	r := testRing()
	f.Add(append(append([]byte{sealVersionLine}, "2026-11"...), r.line(Record{Visit: madeUp(1), State: visit.StateDone, Code: code, seq: 1, feed: 2}).bytes()...))
	f.Add([]byte{sealVersion})
	f.Fuzz(func(t *testing.T, stored []byte) {
		l, err := lineOf(stored)
		if err == nil && !bytes.Equal(l.bytes(), stored[headerSize:headerSize+lineSize]) {
			t.Error("a line that was read is another when it is written")
		}
	})
}

func FuzzJob(f *testing.F) {
	f.Add(string(madeUp(1).ID), []byte(`{"visit":"019ab000-0000-7000-8000-000000000001","kind":"code","language":"th","state":"wanted","created":"2026-11-22T12:00:00+07:00"}`))
	f.Fuzz(func(t *testing.T, id string, data []byte) {
		if j, err := decodeJob(id, data); err == nil && (j.ID != id || j.check() != nil) {
			t.Errorf("%+v was read", j)
		}
	})
}

func FuzzClient(f *testing.F) {
	f.Add("his", []byte(`{"hash":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","scopes":["a"],"created":"2026-11-22T12:00:00+07:00"}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if c, err := decodeClient(name, data); err == nil && (c.Name != name || c.check() != nil) {
			t.Errorf("%+v was read", c)
		}
	})
}

func FuzzOperator(f *testing.F) {
	f.Add("0123456789abcdef", []byte(`{"name":"สมหญิง","role":"lead","created":"2026-11-22T05:00:00Z","pins":1,"failed":2,"hash":{"salt":"AAAAAAAAAAAAAAAAAAAAAA==","time":2,"memory":32768,"threads":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`))
	f.Fuzz(func(t *testing.T, id string, data []byte) {
		o, err := decodeOperator(id, data)
		if err == nil && (string(o.ID) != id || o.check() != nil || o.hash.Memory > maxPINMemory || o.hash.Time > maxPINTime) {
			t.Errorf("%+v was read", o)
		}
	})
}

func FuzzUndelivered(f *testing.F) {
	f.Add("webhook-his/01900000-0000-7000-8000-000000000001", []byte(`{"seq":7,"reason":"the receiver answers 422","tries":5,"at":"2026-11-22T12:00:00+07:00"}`))
	f.Fuzz(func(t *testing.T, key string, data []byte) {
		if u, err := decodeUndelivered(key, data); err == nil && (u.Receiver+"/"+string(u.Visit) != key || u.check() != nil) {
			t.Errorf("%+v was read", u)
		}
	})
}

func FuzzJournal(f *testing.F) {
	b := testRing().journal
	j := &journal{box: b}
	data, err := encode(Record{Visit: madeUp(1), State: visit.StatePending, SavedAt: noon, ChangedAt: noon})
	must(f, err)
	whole := append(j.frame(kindVisit, data), j.staffFrame(madeUp(1).ID, visit.NoRight)...)
	f.Add(whole)
	f.Add(append(whole[:len(whole)-3:len(whole)-3], j.frame(kindSettled, []byte(madeUp(1).ID))...))
	k, err := j.keep(Record{
		Visit: madeUp(1), State: visit.StateStaff, SavedAt: noon, ChangedAt: noon, Hold: Hold{By: anna, At: noon, From: visit.StatePending},
	})
	must(f, err)
	f.Add(append(k.visit, k.staff...))
	f.Add(frameMark)
	f.Fuzz(func(t *testing.T, file []byte) {
		j := emptyJournal("", b)
		j.read(file)
		if j.size < 0 || j.size > int64(len(file)) {
			t.Errorf("it ends at %d of %d", j.size, len(file))
		}
		for id, k := range j.live {
			if k.record.Visit.ID != id || wholeFrame(k.visit) == nil {
				t.Error("a visit is kept that is not one")
			}
		}
	})
}

func FuzzPages(f *testing.F) {
	dir := f.TempDir()
	s, err := Open(dir, Options{})
	must(f, err)
	must(f, s.Save(madeUp(1), noon))
	used := int64(0)
	must(f, s.Close())
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	must(f, err)
	p := &pageFile{r: bytes.NewReader(data), size: int64(len(data)), seen: map[uint64]bool{}}
	p.readMetas()
	used = int64(p.limit) * p.pageSize
	f.Add(data[:used], uint32(0), []byte{})
	f.Add(data[:used], uint32(5*4096+8), []byte{1, 0, 255, 255})
	f.Fuzz(func(t *testing.T, file []byte, at uint32, patch []byte) {
		if n := int(at); n < len(file) {
			file = bytes.Clone(file)
			copy(file[n:], patch)
		}
		p := &pageFile{r: bytes.NewReader(file), size: int64(len(file)), seen: map[uint64]bool{}}
		p.readMetas()
		var i inspection
		i.content = map[string][]element{}
		if p.metas > 0 {
			i.read(p, true)
		} else {
			p.pageSize = 4096
			p.limit = uint64(p.size / p.pageSize)
			i.scan(p)
		}
	})
}
