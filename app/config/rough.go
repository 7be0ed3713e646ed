package config

import (
	"io"
	"os"

	"github.com/pelletier/go-toml/v2"

	"authenkiosk/visit"
)

// Rough reads what a screen needs to say that the configuration has mistakes: the
// name and the telephone number of the unit, as far as they can be made out. Each file
// holds over those before it. The rest is as in Default.
func Rough(paths ...string) Config {
	c := Default()
	c.Unit.Name, c.Unit.Phone = "", visit.UnitPhone{}
	for _, path := range paths {
		if f, err := os.Open(path); err == nil {
			data, err := io.ReadAll(io.LimitReader(f, MaxFile))
			if err == nil {
				c = rough(c, data)
			}
			_ = f.Close()
		}
	}
	return c
}

func rough(c Config, data []byte) Config {
	var unit struct{ Unit map[string]any }
	_ = toml.Unmarshal(data, &unit) // what stands before the mistake is there
	if name, ok := unit.Unit["name"].(string); ok && label(name) == "" {
		c.Unit.Name = name
	}
	if phone, ok := unit.Unit["phone"].(string); ok {
		c.Unit.Phone, _ = visit.ParseUnitPhone(phone)
	}
	return c
}
