package storage

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
)

// A recovery code is 16 random bytes and the first 4 of their SHA-256, which tells a
// slip of the pen, in 8 groups of 4 letters and digits: Crockford's base 32, which has
// no letter that looks like a digit.
const (
	codeRandom   = 16
	codeSum      = 4
	codeGroup    = 4
	codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

var codeForm = base32.NewEncoding(codeAlphabet).WithPadding(base32.NoPadding)

// Errors of recovery codes.
var (
	ErrRecoveryForm = errors.New("a recovery code has 8 groups of 4 letters and digits, and these do not belong together: look at it again")
	ErrRecoveryCode = errors.New("this recovery code does not open the key of this data directory")
)

// NewRecoveryCode makes a code for AddRecovery. It must be shown once and kept nowhere.
func NewRecoveryCode() string {
	b := make([]byte, codeRandom)
	_, _ = rand.Read(b) // crypto/rand never fails
	text := codeForm.EncodeToString(append(b, codeCheck(b)...))
	var groups []string
	for at := 0; at < len(text); at += codeGroup {
		groups = append(groups, text[at:at+codeGroup])
	}
	return strings.Join(groups, "-")
}

func codeCheck(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:codeSum]
}

// parseRecoveryCode takes what a person types: small letters, blanks, and the letters
// that the alphabet leaves out for the digits that they look like.
func parseRecoveryCode(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(text)))
	b, err := codeForm.DecodeString(text)
	if err != nil || len(b) != codeRandom+codeSum || string(b[codeRandom:]) != string(codeCheck(b[:codeRandom])) {
		return nil, ErrRecoveryForm
	}
	return b[:codeRandom], nil
}

// recoveryBox seals with a code. It has 128 random bits, so that nothing is gained by
// making a guess expensive.
func recoveryBox(code []byte) box {
	key, err := hkdf.Key(sha256.New, code, nil, "authenkiosk recovery code", keySize)
	if err != nil {
		panic(fmt.Sprintf("storage: derive a key: %v", err)) // only a length beyond the hash's limit
	}
	return newBox(key)
}

var recoveryLabel = []byte("authenkiosk kek by recovery code")

// AddRecovery makes a code open the key of a data directory, too, in place of every
// code before. It returns when that is on the disk and was tried.
func AddRecovery(dir string, o KeyOptions, code string) error {
	b, err := parseRecoveryCode(code)
	if err != nil {
		return err
	}
	k, err := o.openOrMake(dir)
	if err != nil {
		return err
	}
	file, err := sealedFile(dir)
	if err != nil {
		return err
	}
	file.Recovery = recoveryBox(b).seal(recoveryLabel, k.key)
	if err := replaceSealed(dir, file); err != nil {
		return err
	}
	_, err = openWithCode(dir, code)
	return err
}

// Recover opens the key of a data directory with its recovery code and seals it anew:
// with the source of before, and when that cannot be used, with the best one that
// KeyOptions.Require allows. The code stays good.
func Recover(dir string, o KeyOptions, code string) (SourceInfo, error) {
	key, err := openWithCode(dir, code)
	if err != nil {
		return SourceInfo{}, err
	}
	file, err := sealedFile(dir)
	if err != nil {
		return SourceInfo{}, err
	}
	if o.allows(file.Source) {
		info, err := resealWith(dir, o, key, file.Source)
		if err == nil {
			return info, nil
		}
	}
	return resealWith(dir, o, key, "")
}

func openWithCode(dir, code string) ([]byte, error) {
	if err := completeRestore(dir); err != nil {
		return nil, err
	}
	file, err := sealedFile(dir)
	if err != nil {
		return nil, err
	}
	return file.openWithCode(code)
}

func (file sealedKEK) openWithCode(code string) ([]byte, error) {
	b, err := parseRecoveryCode(code)
	if err != nil {
		return nil, err
	}
	key, err := recoveryBox(b).open(recoveryLabel, file.Recovery)
	if err != nil || !file.holds(key) {
		return nil, ErrRecoveryCode
	}
	return key, nil
}
