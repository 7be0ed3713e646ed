package config

import (
	"bytes"
	"fmt"
	"strconv"

	"authenkiosk/visit"
)

// First is what whoever installs the program knows of a machine. What is empty nobody has
// said.
type First struct {
	HCode, Name string
	Zone        visit.Zone // empty: NHSO's test zone
	Upstream    Upstream
	Listen      string // of the agent
	Help        string // where every key is described
	Production  string // the command that leads to production
}

// Text is the first configuration of the machine. The unit stands in it only when somebody
// has said which one it is: while nobody has, a kiosk and a station begin with the wizard
// (Loaded.IsSetUp), and a made-up code would keep it away for good. The script
// packaging/linux/face writes the same.
func (f First) Text() []byte {
	if f.Zone == "" {
		f.Zone = visit.ZoneTest
	}
	var b bytes.Buffer
	said := func(key, value, like string) {
		if value == "" {
			fmt.Fprintf(&b, "# %s = %q\n", key, like)
			return
		}
		fmt.Fprintf(&b, "%s = %s\n", key, strconv.Quote(value))
	}
	fmt.Fprintf(&b, "# AuthenKiosk on this machine. Every key and its meaning:\n# %s\n", f.Help)
	b.WriteString("\n[unit]\n# The five characters that NHSO gave the unit, and the name on screens and slips. While the\n" +
		"# code is not said here or by the wizard, a kiosk and a station begin with the wizard.\n")
	said("hcode", f.HCode, "12345")
	said("name", f.Name, "โรงพยาบาลตัวอย่าง")
	fmt.Fprintf(&b, "\n[nhso]\n# NHSO's test zone. The way to production: %s\nzone = %s\nupstream = %q\n", f.Production, strconv.Quote(string(f.Zone)), f.Upstream)
	fmt.Fprintf(&b, "\n[agent]\nenabled = true\nlisten = %q\n", f.Listen)
	return b.Bytes()
}
