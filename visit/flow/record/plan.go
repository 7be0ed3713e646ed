package record

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"authenkiosk/visit/flow"
)

// plan is how a type is masked, written and read, made once from the rules.
type plan struct {
	is       shape
	rule     rule
	fields   []field // of a struct
	elem     *plan   // of a list
	personal bool    // something in it is masked
}

type shape int

const (
	refused shape = iota // there is no rule: it is left out
	leaf
	yesNo
	fieldsOf
	list
)

type field struct {
	name  string
	index []int
	plan  *plan
}

// known are the events that may be in a record.
var known = []flow.Event{
	flow.CardInserted{},
	flow.CardIdentified{},
	flow.CardRead{},
	flow.CardFailed{},
	flow.CardRemoved{},
	flow.RightFound{},
	flow.RightFailed{},
	flow.StatusFound{},
	flow.StatusFailed{},
	flow.PhoneKnown{},
	flow.VisitSaved{},
	flow.VisitNotSaved{},
	flow.VisitDone{},
	flow.VisitQueued{},
	flow.VisitRefused{},
	flow.SlipPrinted{},
	flow.SlipFailed{},
	flow.SlipWithheld{},
	flow.CameraChanged{},
	flow.PhotoSeen{},
	flow.PhotoTaken{},
	flow.PhotoFailed{},
	flow.TimerFired{},
	flow.DayChanged{},
	flow.DevicesChanged{},
	flow.HelpComing{},
	flow.TapConfirm{},
	flow.TapChangePhone{},
	flow.TapDigit{},
	flow.TapBackspace{},
	flow.TapClear{},
	flow.TapPhoneOwner{},
	flow.TapChangeClaimType{},
	flow.TapClaimType{},
	flow.TapBack{},
	flow.TapReprint{},
	flow.TapOtherService{},
	flow.TapRetry{},
	flow.TapClose{},
	flow.TapMoreTime{},
	flow.TapNoCard{},
	flow.TapMethod{},
	flow.TapNoNumber{},
	flow.TapShutter{},
	flow.TapUsePhoto{},
	flow.TapRetake{},
	flow.TapRelation{},
	flow.TapHelp{},
	flow.TapLanguage{},
	flow.TapTextSize{},
	flow.TapContrast{},
	flow.Touched{},
}

var (
	missing    []string // fields without a rule
	usedFields = map[string]bool{}
	modelPlan  = planOf(reflect.TypeFor[flow.Model](), "")
	eventPlans = map[reflect.Type]*plan{}
	eventTypes = map[string]reflect.Type{}
)

func init() {
	for _, e := range known {
		t := reflect.TypeOf(e)
		eventPlans[t] = planOf(t, "")
		eventTypes[t.Name()] = t
	}
}

// planOf makes the plan of a type in a field, "Type.Field".
func planOf(t reflect.Type, in string) *plan {
	if r, ok := byField[in]; ok {
		usedFields[in] = true
		return &plan{is: leaf, rule: r, personal: r.mask != nil}
	}
	if r, ok := byType[t.String()]; ok {
		return &plan{is: leaf, rule: r, personal: r.mask != nil}
	}
	ours := strings.HasPrefix(t.PkgPath(), "authenkiosk/visit")
	switch t.Kind() {
	case reflect.Bool:
		return &plan{is: yesNo}
	case reflect.Int:
		if ours {
			return &plan{is: leaf, rule: listed}
		}
	case reflect.Slice:
		p := &plan{is: list, elem: planOf(t.Elem(), in)}
		p.personal = p.elem.personal
		return p
	case reflect.Struct:
		if !ours {
			break
		}
		p := &plan{is: fieldsOf}
		for i := range t.NumField() {
			f := t.Field(i)
			of := &plan{}
			if f.IsExported() {
				of = planOf(f.Type, t.Name()+"."+f.Name)
			} else {
				missing = append(missing, t.Name()+"."+f.Name)
			}
			p.personal = p.personal || of.personal
			if !f.Anonymous {
				p.fields = append(p.fields, field{f.Name, f.Index, of})
				continue
			}
			for _, inner := range of.fields { // they are read and written as its own
				p.fields = append(p.fields, field{inner.name, slices.Concat(f.Index, inner.index), inner.plan})
			}
		}
		return p
	}
	missing = append(missing, fmt.Sprintf("%s (%s)", in, t))
	return &plan{personal: true}
}

// mask puts pseudonyms into a value, which must be addressable, and takes out what has
// no rule.
func (p *plan) mask(to *Pseudonyms, v reflect.Value) {
	if !p.personal || v.IsZero() {
		return
	}
	switch p.is {
	case refused:
		if v.CanSet() {
			v.SetZero()
		}
	case leaf:
		p.rule.mask(to, v)
	case fieldsOf:
		for _, f := range p.fields {
			f.plan.mask(to, v.FieldByIndex(f.index))
		}
	case list:
		if v.IsNil() {
			return
		}
		masked := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(masked, v)
		for i := range masked.Len() {
			p.elem.mask(to, masked.Index(i))
		}
		v.Set(masked)
	}
}
