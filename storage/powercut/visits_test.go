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

// states are those that a visit goes through, and rank their order from 1.
var (
	states = []visit.State{visit.StatePending, visit.StateInflight, visit.StateDone}
	rank   = map[visit.State]int{visit.StatePending: 1, visit.StateInflight: 2, visit.StateDone: 3}
)

func codeOf(n int) visit.AuthenCode { return visit.AuthenCode(fmt.Sprintf("PP%010d", n)) }

// intact reports whether a record is that of visit n and fits its own state.
func intact(n int, r storage.Record) bool {
	got, want := r.Visit, madeUp(n)
	sameTime := got.CreatedAt.Equal(want.CreatedAt)
	got.CreatedAt = want.CreatedAt
	done := r.State == visit.StateDone
	return got == want && sameTime && rank[r.State] > 0 &&
		r.SavedAt.Equal(noon) && (r.Attempts > 0) == (rank[r.State] > 1) &&
		done == (r.Code == codeOf(n)) && done == r.IssuedAt.Equal(noon)
}
