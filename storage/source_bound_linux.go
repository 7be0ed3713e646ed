package storage

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
)

// startPCR is the register of the TPM to which a key is bound: PCR 7 holds what
// decides which programs may start the machine (Secure Boot: whether it is on, its
// keys, and which of them let the boot loader through). It does not change with the
// kernel, and does with updates of the firmware or its keys (TCG PC Client Platform
// Firmware Profile, section 3.3.4).
const startPCR = 7

// startRegisters selects startPCR in the bank of SHA-256, which every TPM 2.0 has.
func startRegisters() tpm2.TPMLPCRSelection {
	return tpm2.TPMLPCRSelection{PCRSelections: []tpm2.TPMSPCRSelection{{
		Hash: tpm2.TPMAlgSHA256, PCRSelect: tpm2.PCClientCompatible.PCRs(startPCR),
	}}}
}

// errNoMeasure refuses a machine on which every start looks the same.
var errNoMeasure = errors.New("the firmware of this machine tells the TPM nothing about the start (PCR 7 is empty)")

// policy returns what the TPM is to ask for before it opens a bound key: the start as
// it is now. An empty one stands for a source that is not bound.
func (s tpmSource) policy(t transport.TPM) (none tpm2.TPM2BDigest, err error) {
	if !s.bound {
		return none, nil
	}
	now, err := tpm2.PCRRead{PCRSelectionIn: startRegisters()}.Execute(t)
	if err != nil {
		return none, fmt.Errorf("read the TPM's registers: %w", err)
	}
	if len(now.PCRValues.Digests) != 1 {
		return none, errNoMeasure
	}
	value := now.PCRValues.Digests[0].Buffer
	for _, empty := range []byte{0x00, 0xff} {
		if bytes.Count(value, []byte{empty}) == len(value) {
			return none, errNoMeasure
		}
	}
	trial, end, err := tpm2.PolicySession(t, tpm2.TPMAlgSHA256, nonceSize, tpm2.Trial())
	if err != nil {
		return none, fmt.Errorf("make the TPM's policy: %w", err)
	}
	defer func() { _ = end() }()
	if _, err := (tpm2.PolicyPCR{PolicySession: trial.Handle(), Pcrs: startRegisters()}).Execute(t); err != nil {
		return none, fmt.Errorf("make the TPM's policy: %w", err)
	}
	made, err := tpm2.PolicyGetDigest{PolicySession: trial.Handle()}.Execute(t)
	if err != nil {
		return none, fmt.Errorf("make the TPM's policy: %w", err)
	}
	return made.PolicyDigest, nil
}

// sameStart is the authorisation of a bound key; the bus is encrypted as in session.
func (r rootKey) sameStart() tpm2.Session {
	return tpm2.Policy(tpm2.TPMAlgSHA256, nonceSize,
		func(t transport.TPM, handle tpm2.TPMISHPolicy, _ tpm2.TPM2BNonce) error {
			_, err := tpm2.PolicyPCR{PolicySession: handle, Pcrs: startRegisters()}.Execute(t)
			return err
		},
		tpm2.AESEncryption(busKey, tpm2.EncryptOut), tpm2.Salted(r.Handle, *r.public))
}
