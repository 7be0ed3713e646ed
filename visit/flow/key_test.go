package flow

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// key tells worlds apart. It is a hash of 128 bits over every field of a world
// after fold; that two of a million worlds share one is out of the question.
type key [2]uint64

// leaf is one field of a world, or of a thing in it, that is not itself made of
// fields.
type leaf struct {
	path   string
	at     uintptr
	kind   reflect.Kind
	size   uintptr
	things []leaf // of the elements of a slice
	time   bool
}

// plain reports whether a leaf is the bytes that stand there.
func (l *leaf) plain() bool { return !l.time && l.kind != reflect.String && l.kind != reflect.Slice }

var (
	worldLeaves = leavesOf(reflect.TypeFor[world](), "", 0)
	worldParts  = inRuns(worldLeaves)
	keySeeds    = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
)

// leavesOf finds the leaves of a type by reflection, so that a new field of the
// model tells worlds apart from the day it is there.
func leavesOf(t reflect.Type, path string, at uintptr) []leaf {
	switch k := t.Kind(); {
	case t == reflect.TypeFor[time.Time]():
		return []leaf{{path: path, at: at, time: true}}
	case k == reflect.Struct:
		var all []leaf
		for f := range t.Fields() {
			all = append(all, leavesOf(f.Type, strings.TrimPrefix(path+"."+f.Name, "."), at+f.Offset)...)
		}
		return all
	case k == reflect.Array:
		var all []leaf
		for i := range t.Len() {
			all = append(all, leavesOf(t.Elem(), fmt.Sprintf("%s[%d]", path, i), at+uintptr(i)*t.Elem().Size())...)
		}
		return all
	case k == reflect.Slice:
		return []leaf{{path: path, at: at, kind: k, size: t.Elem().Size(), things: leavesOf(t.Elem(), path, 0)}}
	case k == reflect.String, k == reflect.Bool, k >= reflect.Int && k <= reflect.Uint64:
		return []leaf{{path: path, at: at, kind: k, size: t.Size()}}
	}
	panic(fmt.Sprintf("%s: the key has no way to tell two values of a %v apart", path, t))
}

// inRuns makes one leaf of those that are plain and stand side by side: they are written
// at once.
func inRuns(leaves []leaf) (runs []leaf) {
	for _, l := range leaves {
		l.things = inRuns(l.things)
		if n := len(runs) - 1; n >= 0 && l.plain() && runs[n].plain() && runs[n].at+runs[n].size == l.at {
			runs[n].size += l.size
			continue
		}
		runs = append(runs, l)
	}
	return runs
}

// write appends what the leaves of the thing at p hold.
func write(b []byte, p unsafe.Pointer, leaves []leaf) []byte {
	for i := range leaves {
		l := &leaves[i]
		at := unsafe.Add(p, l.at)
		switch {
		case l.time:
			b = binary.LittleEndian.AppendUint64(b, uint64((*time.Time)(at).UnixNano()))
		case l.kind == reflect.String:
			s := *(*string)(at)
			b = append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
		case l.kind == reflect.Slice:
			list := *(*[]byte)(at) // of whatever: pointer and length are the same
			if list == nil {
				b = append(b, 255) // nobody answered, which is not "nothing"
				continue
			}
			b = append(b, byte(len(list)))
			for n := range len(list) {
				b = write(b, unsafe.Add(unsafe.Pointer(unsafe.SliceData(list)), uintptr(n)*l.size), l.things)
			}
		default:
			b = append(b, unsafe.Slice((*byte)(at), l.size)...)
		}
	}
	return b
}

// folded are worlds to fold in: they are too large to make one for each key.
var folded = sync.Pool{New: func() any { return new(world) }}

// key returns what tells two worlds apart for the walk.
func (w *world) key() key {
	f := folded.Get().(*world)
	defer folded.Put(f)
	*f = *w
	f.fold()
	return f.whole()
}

// whole is the key of a world as it is.
func (w *world) whole() (k key) {
	var room [2048]byte
	b := write(room[:0], unsafe.Pointer(w), worldParts)
	for i, seed := range keySeeds {
		k[i] = maphash.Bytes(seed, b)
	}
	return k
}

// same tells quickly whether a step has changed nothing: a false no costs time only.
func (w *world) same(next *world) bool { return sameBytes(w, next) }

func sameBytes[T any](a, b *T) bool {
	n := unsafe.Sizeof(*a)
	return string(unsafe.Slice((*byte)(unsafe.Pointer(a)), n)) == string(unsafe.Slice((*byte)(unsafe.Pointer(b)), n))
}

func TestEveryFieldOfAWorldIsInItsKey(t *testing.T) {
	empty := world{}
	seen := map[key]string{empty.whole(): "nothing"}
	for i := range worldLeaves {
		w, l := world{}, &worldLeaves[i]
		put(unsafe.Pointer(&w), l)
		k := w.whole()
		if same, known := seen[k]; known {
			t.Errorf("the key does not tell %s from %s", l.path, same)
		}
		seen[k] = l.path
	}
}

// put makes one leaf differ from its zero value.
func put(p unsafe.Pointer, l *leaf) {
	at := unsafe.Add(p, l.at)
	switch {
	case l.time:
		*(*time.Time)(at) = time.Unix(1, 0)
	case l.kind == reflect.String:
		*(*string)(at) = "x"
	case l.kind == reflect.Slice:
		one := make([]byte, max(l.size, 1))
		*(*[]byte)(at) = unsafe.Slice(unsafe.SliceData(one), 1)
	default:
		*(*byte)(at) = 1
	}
}
