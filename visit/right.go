package visit

// Coded is a value of an NHSO code list: the code and its Thai name.
type Coded struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Hospital is a service unit: its five-character code and its name.
type Hospital struct {
	HCode string `json:"hcode"`
	Name  string `json:"name"`
}

// Right is a person's right to treatment (สิทธิการรักษา): main and sub inscl and
// the responsible hospitals, each of which may be absent.
type Right struct {
	Main, Sub                     Coded
	HospMain, HospMainOp, HospSub Hospital
	Deceased                      bool // NHSO holds a date of death
	NationID                      string
	Holder                        Name // as NHSO has it, for staff only
}

// IsZero reports whether NHSO has no right for this person.
func (r Right) IsZero() bool { return r.Main.ID == "" }

// Responsible returns the hospital to show: the one for outpatients, else the
// main one, else the sub unit; the zero Hospital when there is none.
func (r Right) Responsible() Hospital {
	for _, h := range []Hospital{r.HospMainOp, r.HospMain, r.HospSub} {
		if h.HCode != "" {
			return h
		}
	}
	return Hospital{}
}
