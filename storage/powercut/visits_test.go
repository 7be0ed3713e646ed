//go:build linux

package powercut_test

import (
	"bytes"
	"fmt"

	"authenkiosk/storage"
	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
)

var noon = madeup.Noon

// madeUp returns visit number n: every fourth is proved by a photo, every fourth
// by a certifier.
func madeUp(n int) visit.Visit {
	switch n % 4 {
	case 1:
		return madeup.WithPhoto(n)
	case 2:
		return madeup.Certified(n)
	}
	return madeup.Visit(n)
}

// photoOf is the photo of visit n, or nil; its sizes go over several pages.
func photoOf(n int) []byte {
	if !madeUp(n).Attestation.Photo {
		return nil
	}
	return bytes.Repeat(fmt.Append(nil, "photo ", n), 300+n%1000)
}

// slipOf is the print job of visit n.
func slipOf(n int) storage.PrintJob {
	id := madeUp(n).ID
	return storage.PrintJob{
		ID: string(id), Visit: id, Kind: "code", Language: "th", State: storage.JobWanted, CreatedAt: noon,
	}
}

// rank is the order of the states from 1. One that is held is work for the staff.
var rank = map[visit.State]int{visit.StatePending: 1, visit.StateInflight: 2, visit.StateDone: 3, visit.StateStaff: 3}

// wayOf returns the states through which visit n goes: every third stays pending or is held
// by a desk, every third stays in flight, and the others are done.
func wayOf(n int) []visit.State {
	if n%6 == 0 {
		return []visit.State{visit.StatePending, visit.StateStaff}
	}
	return []visit.State{visit.StatePending, visit.StateInflight, visit.StateDone}[:1+n%3]
}

// holder is who holds them.
const holder = "desk-1/anna"

func codeOf(n int) visit.AuthenCode { return visit.AuthenCode(fmt.Sprintf("PP%010d", n)) }

// intact reports whether a record is that of visit n and fits its own state.
func intact(n int, r storage.Record) bool {
	got, want := r.Visit, madeUp(n)
	sameTime := got.CreatedAt.Equal(want.CreatedAt)
	got.CreatedAt = want.CreatedAt
	done, held := r.State == visit.StateDone, r.State == visit.StateStaff
	return got == want && sameTime && rank[r.State] > 0 &&
		r.SavedAt.Equal(noon) && (r.Attempts > 0) == (rank[r.State] > 1 && !held) &&
		done == (r.Code == codeOf(n)) && done == r.IssuedAt.Equal(noon) &&
		held == (r.Hold.By == holder) && held == (r.Hold.From == visit.StatePending)
}
