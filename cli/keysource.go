package cli

import (
	"fmt"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// keyFinding says what the key of the data protects from.
func keyFinding(c config.Config, data string) finding {
	if c.NHSO.Zone == visit.ZoneDemo {
		return finding{"key", FindingSkipped, "the demo has no data of anybody"}
	}
	if storage.Unused(data) {
		return finding{"key", FindingSkipped, "there is none yet: it is made with the first secret or the first start"}
	}
	if _, err := storage.OpenSecrets(data).KeySource(); err != nil {
		return keyState(storage.SourceInfo{}, err, c.Storage.RequireKeySource)
	}
	source, err := storage.OpenSecretsWith(data, app.KeysOf(c)).KeySource()
	return keyState(source, err, c.Storage.RequireKeySource)
}

func keyState(source storage.SourceInfo, err error, required string) finding {
	if err != nil {
		return finding{"key", FindingFailed, err.Error()}
	}
	p := source.Protection()
	detail := fmt.Sprintf("from %s: protects from %s; not from %s. Besides, %s", source.Name, p.From, p.Not, storage.DiskEncryption)
	if source.Weak {
		if required != "" {
			detail += ". It is what storage.require_key_source asks for"
		}
		return finding{"key", FindingWarning, detail}
	}
	return finding{"key", FindingOK, detail}
}
