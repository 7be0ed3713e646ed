package station

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/storage/storagetest"
	rules "authenkiosk/visit/desk"
)

func TestAnAdministratorAloneChangesWhoMaySignIn(t *testing.T) {
	name, err := rules.ParseOperatorName("คนใหม่")
	pin, bad := rules.NewPIN("731946")
	if err = errors.Join(err, bad); err != nil {
		t.Fatal(err)
	}
	for _, role := range rules.Roles() {
		t.Run(string(role), func(t *testing.T) {
			d := newDesk(t)
			d.start()
			token, me := d.operator(role)
			may := role == rules.Administrator
			allowed := func(what string, err error) {
				t.Helper()
				var refused *desk.Error
				if may && err != nil || !may && (!errors.As(err, &refused) || refused.Code != desk.NotAllowed) {
					t.Errorf("%s: %v", what, err)
				}
			}
			allowed("add", d.AddOperator(token, name, rules.Staff, pin))
			list, err := d.Operators()
			if err != nil || len(list) != 2 && may || len(list) != 1 && !may {
				t.Fatalf("there are %d, %v", len(list), err)
			}
			if !may {
				allowed("reset", d.ResetOperator(token, me.ID, pin))
				allowed("disable", d.DisableOperator(token, me.ID))
				return
			}
			other := list[0].ID
			if other == me.ID {
				other = list[1].ID
			}
			if err := d.AddOperator(token, name, rules.Lead, pin); !errors.Is(err, rules.ErrOperatorTaken) {
				t.Errorf("the same name: %v", err)
			}
			there, _, err := d.SignIn(other, pin)
			if err != nil {
				t.Fatal(err)
			}
			allowed("disable", d.DisableOperator(token, other))
			if _, err := d.Of(there); !errors.Is(err, session.ErrOver) {
				t.Errorf("whoever was disabled goes on: %v", err)
			}
			allowed("reset", d.ResetOperator(token, other, pin))
			if _, _, err := d.SignIn(other, pin); err != nil {
				t.Errorf("with the new PIN: %v", err)
			}
			if err := d.DisableOperator(token, me.ID); err == nil {
				t.Error("the last administrator has shut everybody out")
			}
			audit := storagetest.Audit(t, d.Store)
			for _, event := range []string{"operators-set", "operator-added", "operator-disabled", "operator-reset"} {
				if !strings.Contains(audit, `"`+event+`"`) {
					t.Errorf("%s is not in the audit", event)
				}
			}
			if !strings.Contains(audit, string(me.ID)) {
				t.Error("the audit does not tell who did it")
			}
			d.SignOut(token)
			if err := d.AddOperator(token, name, rules.Staff, pin); !errors.Is(err, session.ErrOver) {
				t.Errorf("signed out: %v", err)
			}
		})
	}
}

func TestOfTwoAdministratorsWhoDisableEachOtherOneIsTooLate(t *testing.T) {
	name, err := rules.ParseOperatorName("อีกคน")
	pin, bad := rules.NewPIN("731946")
	if err = errors.Join(err, bad); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t)
	d.start()
	token, me := d.operator(rules.Administrator)
	if err := d.AddOperator(token, name, rules.Administrator, pin); err != nil {
		t.Fatal(err)
	}
	all, err := d.Operators()
	if err != nil {
		t.Fatal(err)
	}
	other := all[slices.IndexFunc(all, func(o rules.Operator) bool { return o.ID != me.ID })]
	there, _, err := d.SignIn(other.ID, pin)
	if err != nil {
		t.Fatal(err)
	}
	var disabled [2]error
	var both sync.WaitGroup
	both.Go(func() { disabled[0] = d.DisableOperator(token, other.ID) })
	both.Go(func() { disabled[1] = d.DisableOperator(there, me.ID) })
	both.Wait()
	all, err = d.Operators()
	left := slices.DeleteFunc(all, func(o rules.Operator) bool { return o.Disabled })
	if err != nil || len(left) != 1 || (disabled[0] == nil) == (disabled[1] == nil) {
		t.Errorf("%d are left, %v, %v, %v", len(left), disabled[0], disabled[1], err)
	}
}
