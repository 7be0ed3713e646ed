package testzone

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"io"
	"net/http"
	"time"

	"authenkiosk/visit"
)

// EvidencePath takes photos of patients. It is the simulator's own: NHSO
// publishes no service for them.
const EvidencePath = "/sim/evidence"

// maxEvidence is the most that is read of one piece of evidence: a photo of 1 MB
// in base64.
const maxEvidence = 2 << 20

// Evidence is a photo that came, without the photo: what was looked at is that
// it is one, and how large.
type Evidence struct {
	TransID    string           `json:"transId"`
	PID        string           `json:"pid"`
	Code       visit.AuthenCode `json:"authenCode"`
	GatePassed bool             `json:"gatePassed"`
	Bytes      int              `json:"bytes"`
	Width      int              `json:"width"`
	Height     int              `json:"height"`
	At         time.Time        `json:"at"`
}

// Evidence returns what came, oldest first; the newest of each visit.
func (z *Zone) Evidence() []Evidence {
	z.mu.Lock()
	defer z.mu.Unlock()
	return append([]Evidence{}, z.evidence...)
}

func (z *Zone) takeEvidence(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvidence))
	out := reply{status: http.StatusOK, json: object{"received": true}}
	var e struct {
		Evidence
		Photo []byte `json:"photo"`
	}
	switch fault := z.takeFault(r.URL.Path); {
	case !fault.Kind.processes():
		out = fault.reply()
	case err != nil:
		out = tooBig(err)
	case z.unauthorised(r).status != 0:
		out = z.unauthorised(r)
	case json.Unmarshal(body, &e) != nil:
		out = problem(http.StatusBadRequest, "Bad Request", "JSON parse error")
	default:
		out = z.keepEvidence(e.Evidence, e.Photo)
	}
	writeJSON(w, out.status, out.json)
}

func (z *Zone) keepEvidence(e Evidence, photo []byte) reply {
	picture, err := jpeg.DecodeConfig(bytes.NewReader(photo))
	if err != nil {
		return invalid("photo", "Jpeg", "ภาพถ่ายไม่ถูกต้อง")
	}
	if _, err := visit.ParseID(e.TransID); err != nil {
		return invalid("transId", "NotBlank", "กรุณาระบุ transId")
	}
	e.Bytes, e.Width, e.Height, e.At = len(photo), picture.Width, picture.Height, z.options.Now()
	z.mu.Lock()
	defer z.mu.Unlock()
	for i, old := range z.evidence {
		if old.TransID == e.TransID {
			z.evidence[i] = e
			return reply{status: http.StatusOK, json: object{"received": true}}
		}
	}
	if len(z.evidence) >= keptRequests {
		z.evidence = z.evidence[1:]
	}
	z.evidence = append(z.evidence, e)
	return reply{status: http.StatusOK, json: object{"received": true}}
}
