// Package headless is the face of the program without a screen and without patients
// before it: cards, store, outbox, the way to NHSO and the HTTP agent.
package headless

import (
	"context"

	"authenkiosk/app"
)

// Headless is a core and nothing more.
type Headless struct{ *app.Core }

// New opens the store and makes everything ready; nothing runs before Run. The agent is
// enabled whatever the configuration says.
func New(o app.Options) (*Headless, error) {
	o.Config.Agent.Enabled = true
	c, err := app.New(o, app.NoScreen())
	if err != nil {
		return nil, err
	}
	return &Headless{c}, nil
}

// Run works until ctx ends; what is under way then is finished first.
func (h *Headless) Run(ctx context.Context) error {
	return h.Core.Run(ctx, nil, func(ctx context.Context) {
		h.Ready()
		if h.Demo != nil {
			h.Demo.FollowDesk(ctx)
		}
	})
}
