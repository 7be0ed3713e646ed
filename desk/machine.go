package desk

import (
	"context"
	"time"
)

// Machines is the part of a Desk that is of the machine itself and of nobody's visit.
type Machines interface {
	// Devices returns how it is with what the machine stands on: as its lights show it
	// now, and as doctor finds it.
	Devices(ctx context.Context, o Operator) ([]Finding, error)
	// Calls returns the calls for help that nobody has answered. It needs no operator:
	// somebody who is signed in nowhere must be able to hear that a patient calls.
	Calls(ctx context.Context) ([]Call, error)
	// Coming says that the operator goes to whoever calls. When another does already
	// it is Held, by that one.
	Coming(ctx context.Context, o Operator, call string) error
}

// Finding is what was found out about one thing that the machine stands on.
type Finding struct {
	Check  string `json:"check"`
	State  string `json:"state"` // ok, warning, failed, skipped
	Detail string `json:"detail"`
}

// Call is somebody at a kiosk who calls for help. It does not say who.
type Call struct {
	ID      string    `json:"id"`
	Machine string    `json:"machine"`
	Screen  string    `json:"screen"` // what is shown there, as the local status names it
	Since   time.Time `json:"since"`
}
