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
func (c *core) hasToken(data string) func() bool {
	if c.demo != nil || c.installed != nil {
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
func (c *core) outlive() time.Duration {
	staffOnly := c.Mode == "agent" || c.Mode == "station"
	if !staffOnly || c.Config.NHSO.Upstream == config.UpstreamAgent {
		return 0
	}
	return time.Duration(c.Config.Agent.CorrelationMinutes) * time.Minute
}

// newFace makes the agent of a core.
func (c *core) newFace(data string) (*hospital.Agent, error) {
	var err error
	if c.offered, err = ProgramTypes(c.Config); err != nil {
		return nil, err
	}
	return hospital.NewAgent(hospital.AgentOptions{
		Config: c.Config, Log: c.log, Store: c.store, Visits: c.visits, Outbox: c.outbox,
		Cards: agentCards{c.cards}, Rights: agentRights{c.upstream, c.offered}, Codes: agentCodes{c.upstream, c.visits}, Audit: c.audit, Clients: &records.Clients{Store: c.store, Log: c.log},
		HasToken: c.hasToken(data), Outlive: c.outlive(),
		Status: c.face.Status, Healthy: c.face.Healthy, Watched: c.face.Watched,
		Inserted: c.cards.Insertion, Look: c.look,
	})
}
