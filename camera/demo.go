package camera

import (
	"context"
	"image"
	"math"
	"time"

	"authenkiosk/camera/scene"
)

const (
	demoPace   = time.Second / 15
	demoWidth  = 1280
	demoHeight = 720
	demoSway   = 12 // pixels: the drawn person does not stand like a statue
)

// demoConnector shows the scene of a stage, which may change at any time.
func demoConnector(stage *scene.Stage) connector {
	return func(context.Context) (source, error) {
		return &demoSource{stage: stage, started: time.Now(), pace: time.NewTicker(demoPace), drawn: -1}, nil
	}
}

type demoSource struct {
	stage   *scene.Stage
	started time.Time
	pace    *time.Ticker
	drawn   scene.Scene
	picture *image.YCbCr // larger than what is shown, which moves over it
}

func (s *demoSource) close() { s.pace.Stop() }

func (s *demoSource) read(ctx context.Context, r *raw) error {
	select {
	case <-s.pace.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if now := s.stage.Scene(); now != s.drawn {
		s.picture = scene.Draw(now, image.Pt(demoWidth+2*demoSway, demoHeight+2*demoSway))
		s.drawn = now
	}
	// Even steps, because two pixels share a colour.
	t := time.Since(s.started).Seconds()
	x := demoSway + int(float64(demoSway)/2*math.Sin(t*1.1))*2
	y := demoSway + int(float64(demoSway)/4*math.Sin(t*0.7))*2
	part := s.picture.SubImage(image.Rect(x, y, x+demoWidth, y+demoHeight)).(*image.YCbCr)
	r.fill(part)
	r.still = true
	return nil
}
