package config

import (
	"io"
	"os"

	"github.com/pelletier/go-toml/v2"

	"authenkiosk/visit"
)

// Rough reads what a screen needs to say that the configuration has mistakes: the
// name and the telephone number of the unit, as far as they can be made out. The
// rest is as in Default.
func Rough(path string) Config {
	c := Default()
	c.Unit.Name, c.Unit.Phone = "", visit.UnitPhone{}
	f, err := os.Open(path)
	if err != nil {
		return c
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile))
	if err != nil {
		return c
	}
	return rough(c, data)
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
