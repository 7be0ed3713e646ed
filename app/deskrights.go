package app

import (
	"context"
	"time"

	"authenkiosk/app/upstream"
	"authenkiosk/desk/local"
	"authenkiosk/visit"
)

// deskRights asks NHSO for the rights of people at a desk.
type deskRights struct{ upstream upstream.Client }

var _ local.Rights = deskRights{}

// Right implements local.Rights.
func (d deskRights) Right(ctx context.Context, pid visit.PID, day visit.Date) (visit.Right, []visit.ClaimType, error) {
	began := time.Now()
	r, err := d.upstream.AskRightByPID(ctx, pid, day)
	d.upstream.Heard(ctx, began, err)
	return r.Right, r.ClaimTypes, err
}
