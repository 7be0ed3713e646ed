package testzone

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"authenkiosk/visit"
)

//go:embed line.html
var lineText string

var lineTemplate = template.Must(template.New("line").Parse(lineText))

// LinePath is the page that plays NHSO's side of the patient's phone: the one to
// which the unit's QR code leads. NHSO's own pages and the content of its QR code
// are not published; what is known is their order: PID, phone, confirmation.
const LinePath = "/line"

type lineData struct {
	Unit    visit.Hospital
	PID     string
	Phone   string
	Problem string
	Code    visit.AuthenCode
	Before  bool // the code was there already
}

// defaultClaimType is what the phone asks for; the patient has no choice there.
const defaultClaimType = "PG0060001"

// maxForm is the size of the phone's form in bytes.
const maxForm = 4 << 10

// line shows the form, or takes it in.
func (z *Zone) line(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	hcode := r.Form.Get("unit")
	if len(hcode) != len(Here.HCode) {
		http.Error(w, "the QR code names no unit", http.StatusBadRequest)
		return
	}
	d := lineData{Unit: unit(hcode)}
	if r.Method == http.MethodPost {
		d.PID, d.Phone = r.PostForm.Get("pid"), r.PostForm.Get("phone")
		z.answerPhone(&d)
	}
	var b bytes.Buffer
	if err := lineTemplate.Execute(&b, d); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "same-origin")
	_, _ = w.Write(b.Bytes())
}

// answerPhone checks what was typed into the phone and makes the code.
func (z *Zone) answerPhone(d *lineData) {
	p, known := z.person(d.PID)
	_, badPID := visit.ParsePID(d.PID)
	phone, badPhone := visit.ParsePhone(d.Phone)
	switch {
	case badPID != nil:
		d.Problem = "เลขประจำตัวประชาชนไม่ถูกต้อง"
	case badPhone != nil:
		d.Problem = "หมายเลขโทรศัพท์ไม่ถูกต้อง"
	case !known:
		d.Problem = "ไม่พบข้อมูลบุคคลในฐานข้อมูลประชากรทดสอบ"
	case p.DeathDate != "" || !p.offers(defaultClaimType):
		d.Problem = "ไม่สามารถขอรหัสเข้ารับบริการได้ โปรดติดต่อเจ้าหน้าที่"
	}
	if d.Problem != "" {
		return
	}
	c, given, err := z.give(submitRequest{
		PID: d.PID, Phone: []string{phone.Digits()}, HCode: d.Unit.HCode, ServiceCode: defaultClaimType, channel: "LINE",
	})
	switch {
	case err != nil:
		d.Problem = "บันทึกข้อมูลไม่ได้"
	case !given:
		d.Before = true
		for _, old := range z.codesOf(d.PID, visit.ServiceDateOf(z.options.Now())) {
			d.Code = old.Code
		}
	default:
		d.Code = c.Code
	}
}
