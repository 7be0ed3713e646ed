package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"authenkiosk/atomicfile"
	"authenkiosk/visit"
)

// journal is the second, append-only copy of what is not settled, in a file of
// its own: the database is rebuilt from it when it is damaged.
//
// The file is a row of frames: mark (4 bytes), length (4, big endian), CRC-32C
// (4), sealed content. The content is a letter, then the record or the id.
type journal struct {
	path string
	box  box

	mu   sync.Mutex
	file *os.File
	size int64              // where the next frame goes
	room int64              // how far the file is filled with zeros for frames to come
	live map[visit.ID]*kept // what the file says is not settled
	dead int                // frames that say nothing any more
	bad  int                // places that could not be read at the start

	// owing tells that the file is not what live says: the disk took a visit in the
	// database and not here, or it is not known what became of the file.
	owing  bool
	closed bool

	dropped map[visit.ID]bool // read at the start
	refused map[visit.ID]bool // read at the start: of which somebody was told that they are not saved
}

// kept holds the frames of a visit as they are in the file.
type kept struct {
	visit, staff []byte
	held         bool
	record       Record // read at the start only
}

const (
	journalName = "authenkiosk.journal"
	frameHeader = 12
	// maxFrame is far more than a visit with the longest fields needs, in bytes.
	maxFrame = 1 << 16
	// roomAhead is how much is filled at a time, in bytes: some 100 visits.
	roomAhead = 1 << 18
	// maxDead is how many frames without meaning are left alone, about 300 kB.
	maxDead = 512

	kindVisit   = 'v'
	kindStaff   = 's' // problem after the id
	kindSettled = 't'
	kindDropped = 'x'
	kindRefused = 'n'
)

var (
	frameMark  = []byte{0xA7, 'K', 'J', 2}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

func (j *journal) frame(kind byte, content []byte) []byte {
	sealed := j.box.seal(label("journal"), append([]byte{kind}, content...))
	f := binary.BigEndian.AppendUint32(bytes.Clone(frameMark), uint32(len(sealed)))
	f = binary.BigEndian.AppendUint32(f, crc32.Checksum(sealed, castagnoli))
	return append(f, sealed...)
}

func emptyJournal(path string, b box) *journal {
	return &journal{
		path: path, box: b, live: map[visit.ID]*kept{},
		dropped: map[visit.ID]bool{}, refused: map[visit.ID]bool{},
	}
}

// openJournalFile reads the file, or makes it.
func openJournalFile(path string, b box) (*journal, error) {
	j := emptyJournal(path, b)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := atomicfile.Write(path, nil, fileMode); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	j.read(data)
	if j.file, err = os.OpenFile(path, os.O_RDWR, fileMode); err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j.room = j.size
	return j, j.file.Truncate(j.size) // a torn frame would spoil the next one
}

// read takes every frame that is right and goes on at the next mark after one
// that is not. The last one may be torn: that visit was not acknowledged.
func (j *journal) read(file []byte) {
	for data := file; ; {
		frame := wholeFrame(data)
		if frame == nil {
			next := bytes.Index(data[min(1, len(data)):], frameMark)
			if next < 0 {
				if rest := bytes.TrimRight(data, "\x00"); !torn(rest) || len(rest) > frameHeader+maxFrame {
					j.bad++
				}
				return
			}
			j.bad++
			data = data[1+next:]
			continue
		}
		data = data[len(frame):]
		j.size = int64(len(file) - len(data))
		if content, err := j.box.open(label("journal"), frame[frameHeader:]); err != nil || len(content) == 0 {
			j.bad++
		} else if !j.take(content[0], content[1:], bytes.Clone(frame)) {
			j.bad++
		}
	}
}

// torn reports whether the bytes can be the begin of a frame.
func torn(data []byte) bool {
	n := min(len(data), len(frameMark))
	return bytes.Equal(data[:n], frameMark[:n])
}

func wholeFrame(data []byte) []byte {
	if len(data) < frameHeader || !bytes.Equal(data[:4], frameMark) {
		return nil
	}
	n := int(binary.BigEndian.Uint32(data[4:]))
	if n > maxFrame || frameHeader+n > len(data) {
		return nil
	}
	frame := data[:frameHeader+n]
	if binary.BigEndian.Uint32(data[8:]) != crc32.Checksum(frame[frameHeader:], castagnoli) {
		return nil
	}
	return frame
}

func (j *journal) take(kind byte, content, frame []byte) bool {
	switch kind {
	case kindVisit:
		r, err := decode(content)
		if err != nil {
			return false
		}
		if j.live[r.Visit.ID] != nil {
			j.dead++
		}
		j.live[r.Visit.ID] = &kept{visit: frame, held: r.Held(), record: r}
		delete(j.refused, r.Visit.ID)
		delete(j.dropped, r.Visit.ID) // it was brought back
	case kindStaff:
		id, problem, _ := bytes.Cut(content, []byte{0})
		if k := j.live[visit.ID(id)]; k != nil {
			k.staff = frame
			k.record.State, k.record.Problem = visit.StateStaff, problemNamed(string(problem))
		}
	case kindSettled, kindDropped, kindRefused:
		switch kind {
		case kindDropped:
			j.dropped[visit.ID(content)] = true
		case kindRefused:
			j.refused[visit.ID(content)] = true
		}
		if j.live[visit.ID(content)] != nil {
			j.dead++
		}
		j.dead++
		delete(j.live, visit.ID(content))
	default:
		return false
	}
	return true
}

// errLongFrame refuses what could not be read again.
var errLongFrame = errors.New("the visit is too long")

// entry is a visit that is being saved. It holds the journal's lock.
type entry struct {
	journal *journal
	id      visit.ID
	at      int64  // where its frame begins
	frame   []byte // valid when written has told
	written chan error
}

// append writes the frame of a new visit and brings it to the disk, at the same
// time as the transaction is made and committed. The caller must call finish.
func (j *journal) append(id visit.ID, record []byte) (*entry, error) {
	size := int64(frameHeader + j.box.overhead() + 1 + len(record))
	j.mu.Lock()
	err := errLongFrame
	if size <= frameHeader+maxFrame {
		err = j.payOff()
	}
	if err == nil {
		err = j.makeRoom(size) // here, so that a full disk ends the transaction
	}
	if err != nil {
		j.mu.Unlock()
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	e := &entry{journal: j, id: id, at: j.size, written: make(chan error, 1)}
	j.size += size
	go func() {
		e.frame = j.frame(kindVisit, record)
		_, err := j.file.WriteAt(e.frame, e.at)
		if err == nil {
			err = syncData(j.file)
		}
		e.written <- err
	}()
	return e, nil
}

// reserve makes room for the frame of a record that comes after the transaction, so
// that a disk that is full refuses the visit before it is half saved. It is twice
// the frame: what is settled meanwhile needs some, too.
func (j *journal) reserve(record []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.payOff(); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	size := frameHeader + j.box.overhead() + 1 + len(record)
	if size > frameHeader+maxFrame {
		return fmt.Errorf("write the journal: %w", errLongFrame)
	}
	if err := j.makeRoom(2 * int64(size)); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// owe keeps a visit for the next time that the file can be written anew.
func (j *journal) owe(id visit.ID, record []byte) {
	frame := j.frame(kindVisit, record)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.live[id], j.owing = &kept{visit: frame}, true
}

// owes reports whether the file is not what it should be.
func (j *journal) owes() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.owing
}

// payOff writes what is owed. The caller holds the lock.
func (j *journal) payOff() error {
	switch {
	case j.closed:
		return ErrClosed
	case j.owing:
		return j.rewrite()
	}
	return nil
}

// finish waits for the disk. When the database did not take the visit, its frame
// is cut off. When the disk did not take the frame, the journal is written anew.
func (e *entry) finish(committed error) error {
	j := e.journal
	defer j.mu.Unlock()
	err := <-e.written
	if committed != nil {
		cut := j.file.Truncate(e.at)
		if cut == nil {
			j.size, j.room = e.at, e.at
			// Without the sync a power cut could bring back a visit of which the
			// patient was told that it is not saved.
			cut = j.file.Sync()
		}
		if cut != nil {
			cut = j.rewrite()
		}
		return errors.Join(committed, cut)
	}
	j.live[e.id] = &kept{visit: e.frame}
	if err == nil {
		return nil
	}
	if err = j.rewrite(); err != nil {
		delete(j.live, e.id)
	}
	return err
}

// disclaim writes behind what is found of the file now that a visit was refused, as
// well as a disk can that has just refused everything else. The next Open takes the
// visit back wherever it finds it; the next rewrite leaves the frame out.
func (j *journal) disclaim(id visit.ID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	data, err := os.ReadFile(j.path)
	if err != nil || j.closed {
		return
	}
	found := emptyJournal(j.path, j.box)
	found.read(data)
	f, err := os.OpenFile(j.path, os.O_RDWR, fileMode)
	if err != nil {
		return
	}
	j.owing = true
	_, _ = f.WriteAt(j.frame(kindRefused, []byte(id)), found.size)
	_ = errors.Join(f.Sync(), f.Close())
}

// write puts a frame of live at the end, or nothing.
func (j *journal) write(frame []byte) error {
	if j.closed || j.owing {
		return j.payOff()
	}
	err := j.makeRoom(int64(len(frame)))
	if err == nil {
		_, err = j.file.WriteAt(frame, j.size)
	}
	if err != nil {
		_ = j.file.Truncate(j.size)
		j.room, j.owing = j.size, true
		return err
	}
	j.size += int64(len(frame))
	return nil
}

// makeRoom fills the file with zeros, so that most frames change neither its
// length nor its map of blocks: the file system then has nothing to bring to the
// disk but the frame.
func (j *journal) makeRoom(n int64) error {
	if j.size+n <= j.room {
		return nil
	}
	if n > 2*(frameHeader+maxFrame) {
		return errLongFrame
	}
	room := n + roomAhead
	if err := fillZeros(j.file, j.size, j.size+room); err != nil {
		_ = j.file.Truncate(j.size)
		j.room = j.size
		j.owing = true // a place that cannot be written does not stop the next one
		return err
	}
	j.room = j.size + room
	return nil
}

// settled notes that a visit needs no rebuilding. For one that was dropped, which
// must not come again, it waits for the disk.
func (j *journal) settled(id visit.ID, dropped bool) error {
	kind := byte(kindSettled)
	if dropped {
		kind = kindDropped
	}
	frame := j.frame(kind, []byte(id))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.live[id] == nil {
		return nil
	}
	delete(j.live, id)
	j.dead += 2
	if j.owing || j.dead > maxDead && j.dead > 2*len(j.live) {
		return j.rewrite()
	}
	err := j.write(frame)
	if err == nil && dropped {
		err = j.file.Sync()
	}
	if err != nil {
		return j.rewrite()
	}
	return nil
}

// staff notes that a visit waits for the desk.
func (j *journal) staff(r Record) error {
	fresh, err := j.keep(r)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	k := j.live[r.Visit.ID]
	if k == nil { // it was refused before, and that settled it
		j.live[r.Visit.ID] = fresh
		return j.write(append(bytes.Clone(fresh.visit), fresh.staff...))
	}
	k.staff = fresh.staff
	return j.write(k.staff)
}

// holds reports whether the file says that somebody holds a visit.
func (j *journal) holds(id visit.ID) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.live[id] != nil && j.live[id].held
}

// renew writes the frames of a visit anew and waits for the disk.
func (j *journal) renew(r Record) error {
	fresh, err := j.keep(r)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.live[r.Visit.ID] != nil {
		j.dead += 2
	}
	j.live[r.Visit.ID] = fresh
	if j.owing || j.dead > maxDead && j.dead > 2*len(j.live) {
		return j.rewrite()
	}
	err = j.write(append(bytes.Clone(fresh.visit), fresh.staff...))
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return j.rewrite()
	}
	return nil
}

func (j *journal) staffFrame(id visit.ID, problem visit.Problem) []byte {
	name := ""
	if problem != visit.NoProblem {
		name = problem.String()
	}
	return j.frame(kindStaff, append(append([]byte(id), 0), name...))
}

// rewrite replaces the file by one with the live frames only. When it fails, nobody
// knows which of the two is in its place after a power cut, and the next call tries
// again before it does anything else. The caller holds the lock.
func (j *journal) rewrite() error {
	if j.closed {
		return ErrClosed
	}
	j.owing = true
	var data []byte
	for _, k := range j.live {
		data = append(append(data, k.visit...), k.staff...)
	}
	if j.file != nil {
		_ = j.file.Close() // Windows does not replace an open file
		j.file = nil
	}
	err := atomicfile.Write(j.path, data, fileMode)
	if err == nil {
		j.file, err = os.OpenFile(j.path, os.O_RDWR, fileMode)
	}
	if err != nil {
		return fmt.Errorf("rewrite the journal: %w", err)
	}
	j.size, j.room, j.dead, j.bad, j.owing = int64(len(data)), int64(len(data)), 0, 0, false
	return nil
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

func journalPath(dir string) string { return filepath.Join(dir, journalName) }
