package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/visit"
)

// first is what an installer knows for the first configuration.
type first struct {
	hcode, name, zone string
	nhso              string // what is done with NHSO's agent: "use", "replace" or ""
}

// usualPort is where both agents listen.
const usualPort = "127.0.0.1:8189"

// listening reports whether somebody answers there.
func listening() bool {
	c, err := net.DialTimeout("tcp", usualPort, time.Second)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

// configure writes the configuration of the machine: what stands in the file that was
// handed in, or, where there is none yet, the first one. taken reports whether another
// agent has the usual port.
func (f first) configure(path, handedIn string, taken func() bool) error {
	text, err := f.wanted(path, handedIn, taken)
	if err != nil || text == nil {
		return err
	}
	return writeConfig(path, text)
}

// wanted is what configure writes; nil: nothing, for the one that is there stays. It is
// nothing that a program would refuse.
func (f first) wanted(path, handedIn string, taken func() bool) (text []byte, err error) {
	name := handedIn
	if handedIn != "" {
		if text, err = os.ReadFile(handedIn); err != nil {
			return nil, fmt.Errorf("read the configuration that was handed in: %w", err)
		}
	} else {
		if _, err := os.Stat(path); err == nil {
			return nil, nil // it is the administrator's
		}
		name = "the wish of the installer"
		if text, err = f.text(taken); err != nil {
			return nil, err
		}
	}
	_, err = config.Parse(name, text)
	return text, err
}

// text is the first configuration. Without a zone it begins in NHSO's test zone.
func (f first) text(taken func() bool) ([]byte, error) {
	upstream, listen := config.UpstreamEndpoint, usualPort
	switch f.nhso {
	case "use":
		upstream, listen = config.UpstreamAgent, "127.0.0.1:8190"
	case "replace":
	case "":
		if taken() {
			return nil, errors.New("another program answers at " + usualPort + ", most likely NHSO's Secure SmartCard Agent: " +
				"say -nhso use, so that codes come through it, or -nhso replace (of the installer: NHSOAGENT=use, NHSOAGENT=replace)")
		}
	default:
		return nil, fmt.Errorf("-nhso %q: write use or replace", f.nhso)
	}
	return config.First{
		HCode: f.hcode, Name: f.name, Zone: visit.Zone(f.zone), Upstream: upstream, Listen: listen,
		Help: "example.toml beside the programs", Production: "authenagent zone set production",
	}.Text(), nil
}
