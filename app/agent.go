package app

import (
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/app/records"
	"authenkiosk/app/upstream"
	"authenkiosk/storage"
)

// hasToken reports whether there is something that the preference could hide.
func (c *Core) hasToken(data string) func() bool {
	if c.Demo != nil || c.installed != nil {
		return func() bool { return true }
	}
	secrets := storage.OpenSecretsWith(data, KeysOf(c.Config))
	return func() bool {
		_, err := secrets.Get(c.Config.NHSO.Zone, upstream.TokenName)
		return err == nil
	}
}

// outlive is how long a program's reading serves when its card is out: never where
// patients stand before the screen, because nobody may be authenticated there who has
// gone, and not by way of an agent that is installed, which wants the card itself.
func (c *Core) outlive() time.Duration {
	staffOnly := c.face.Mode == "agent" || c.face.Mode == "station"
	if !staffOnly || c.Config.NHSO.Upstream == config.UpstreamAgent {
		return 0
	}
	return time.Duration(c.Config.Agent.CorrelationMinutes) * time.Minute
}

// newAgent makes the agent of a core.
func (c *Core) newAgent(data string) (*hospital.Agent, error) {
	var err error
	if c.offered, err = ProgramTypes(c.Config); err != nil {
		return nil, err
	}
	return hospital.NewAgent(hospital.AgentOptions{
		Config: c.Config, Log: c.Log, Store: c.Store, Visits: c.Visits, Outbox: c.Outbox,
		Cards: agentCards{c.Cards}, Rights: agentRights{c.Upstream, c.offered}, Codes: agentCodes{c.Upstream, c.Visits}, Audit: c.audit, Clients: &records.Clients{Store: c.Store, Log: c.Log}, Desk: c.Desk,
		HasToken: c.hasToken(data), Outlive: c.outlive(),
		Status: c.Status, Healthy: c.healthy, Watched: c.face.Watched,
		Inserted: c.Cards.Insertion, Look: c.Look, Free: c.face.Free,
	})
}
