package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/app/upstream"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// fromFile makes data in the test zone whose key comes from a file.
func fromFile(t *testing.T) (data string, weak storage.KeyOptions) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "test")
	weak = storage.KeyOptions{Sources: []storage.KeySource{storage.NewFileSource(filepath.Join(data, "authenkiosk.key"))}}
	if err := storage.OpenSecretsWith(data, weak).Set(visit.ZoneTest, upstream.TokenName, "00000000-0000-0000-0000-000000000001"); err != nil {
		t.Fatal(err)
	}
	return data, weak
}

func TestTheConfigurationKnowsEverySourceOfKeys(t *testing.T) {
	for _, name := range []string{
		storage.SourceTPMBound, storage.SourceTPM, storage.SourcePassphrase, storage.SourceKeychain, storage.SourceDPAPI, storage.SourceFile,
	} {
		if !slices.Contains(config.KeySources, name) {
			t.Errorf("%s cannot be required", name)
		}
	}
}

func TestTheDoctorSaysWhatTheKeyProtectsFromAndAdvisesToEncryptTheDisk(t *testing.T) {
	for _, name := range config.KeySources {
		weak := name == storage.SourceFile || name == storage.SourceDPAPI
		got := keyState(storage.SourceInfo{Name: name, Weak: weak}, nil, "")
		if (got.State == FindingWarning) != weak || got.State == FindingFailed {
			t.Errorf("%s: %s", name, got.State)
		}
		for _, want := range []string{"from " + name, "protects from", "; not from", "BitLocker"} {
			if !strings.Contains(got.Detail, want) {
				t.Errorf("%s: %q is missing in %q", name, want, got.Detail)
			}
		}
	}
	data, _ := fromFile(t)
	c := config.Default()
	c.NHSO.Zone = visit.ZoneTest
	if got := keyFinding(c, data); got.State != FindingWarning || !strings.Contains(got.Detail, "the key lies beside the data") {
		t.Errorf("%+v", got)
	}
	c.Storage.RequireKeySource = storage.SourceTPM
	if got := keyFinding(c, data); got.State != FindingFailed || !strings.Contains(got.Detail, "secret reseal") {
		t.Errorf("%+v", got)
	}
}

func TestNothingStartsOnAKeyFromAnotherSourceThanTheRequiredOne(t *testing.T) {
	data, _ := fromFile(t)
	file := filepath.Join(t.TempDir(), "kiosk.toml")
	if err := os.WriteFile(file, []byte("[unit]\nhcode = \"10001\"\n[nhso]\nzone = \"test\"\n[storage]\nrequire_key_source = \"passphrase\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := []string{"-config", file, "-data", filepath.Dir(data)}
	for _, args := range [][]string{{"work", "list"}, {"secret", "set", upstream.TokenName}, {"agent"}} {
		got := call(t, "00000000-0000-0000-0000-000000000002\n", append(args, at...)...)
		if got.status != exitError || !strings.Contains(got.err, storage.ErrSourceRequired.Error()) {
			t.Errorf("%v: %+v", args, got)
		}
	}
	got := call(t, "", append([]string{"secret", "reseal"}, at...)...)
	if got.status != exitError || !strings.Contains(got.err, "cannot be used on this machine now") {
		t.Errorf("without a passphrase: %+v", got)
	}
	t.Setenv(storage.PassphraseVariable, "a made-up passphrase")
	got = call(t, "", append([]string{"secret", "reseal"}, at...)...)
	if got.status != exitOK || !strings.Contains(got.out, "comes from passphrase now") {
		t.Errorf("%+v", got)
	}
	if got := call(t, "", append([]string{"work", "list"}, at...)...); got.status != exitOK {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(filepath.Join(data, "authenkiosk.key")); err == nil {
		t.Error("the old key still lies beside the data")
	}
}

// The TPM is stood in for by a key file that is gone: the code opens the key all the
// same.
func TestARecoveryCodeIsAskedForAndOpensTheKey(t *testing.T) {
	data, _ := fromFile(t)
	code := storage.NewRecoveryCode()
	if err := storage.AddRecovery(data, storage.KeyOptions{}, code); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"authenkiosk.key", "authenkiosk.key.copy"} {
		if err := os.Remove(filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
	}
	at := []string{"-zone", "test", "-data", filepath.Dir(data)}
	for typed, want := range map[string]string{
		"\n": storage.ErrRecoveryForm.Error(), storage.NewRecoveryCode() + "\n": storage.ErrRecoveryCode.Error(),
	} {
		if got := call(t, typed, append([]string{"secret", "recover"}, at...)...); got.status != exitError || !strings.Contains(got.err, want) {
			t.Errorf("%+v", got)
		}
	}
	if got := call(t, strings.ToLower(code)+"\n", append([]string{"secret", "recover"}, at...)...); got.status != exitOK {
		t.Errorf("%+v", got)
	}
	if got, err := storage.OpenSecrets(data).Get(visit.ZoneTest, upstream.TokenName); err != nil || got == "" {
		t.Errorf("the token: %v", err)
	}
}

func TestNothingIsBoundBeforeTheCodeWasRepeated(t *testing.T) {
	data, _ := fromFile(t)
	before, err := os.ReadFile(filepath.Join(data, "authenkiosk.kek"))
	if err != nil {
		t.Fatal(err)
	}
	got := call(t, "0000\n", "secret", "reseal", "-pcr", "-zone", "test", "-data", filepath.Dir(data))
	after, err := os.ReadFile(filepath.Join(data, "authenkiosk.kek"))
	if got.status != exitError || !strings.Contains(got.err, errNotWritten.Error()) || err != nil || string(before) != string(after) {
		t.Errorf("%+v, %v", got, err)
	}
	if !strings.Contains(got.out, "The recovery code of these data is") {
		t.Errorf("%q", got.out)
	}
}

func TestWhoOnlyLooksMakesNoKeyFromAnotherSourceThanTheRequiredOne(t *testing.T) {
	data := t.TempDir()
	keys := storage.KeyOptions{Require: storage.SourcePassphrase}
	if got := countVisits(data, keys); !errors.Is(got.err, storage.ErrKeySource) {
		t.Errorf("got %+v", got)
	}
	if _, err := summaryOf(t.Context(), data, keys); !errors.Is(err, storage.ErrKeySource) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(data, "authenkiosk.kek")); err == nil {
		t.Error("a key was made")
	}
}

func TestTheDoctorSaysOfANewMachineThatTheKeyIsYetToBeMade(t *testing.T) {
	c := config.Default()
	c.NHSO.Zone = visit.ZoneTest
	data := t.TempDir()
	if got := keyFinding(c, data); got.State != FindingSkipped || strings.Contains(got.Detail, "damaged") {
		t.Errorf("nothing is stored: %+v", got)
	}
	if err := os.WriteFile(filepath.Join(data, "authenkiosk.db"), []byte("visits"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := keyFinding(c, data); got.State != FindingFailed {
		t.Errorf("visits without a key: %+v", got)
	}
}
