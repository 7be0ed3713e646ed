package storage

import "bytes"

// codec stands between records and the file, so that sealing (encryption) can
// take its place without any change of the store. Implementations are safe for
// concurrent use.
type codec interface {
	// seal returns what is stored for a record under that bucket and key.
	seal(bucket, key string, plain []byte) ([]byte, error)
	// open is the reverse; it fails on anything that seal did not write there.
	open(bucket, key string, stored []byte) ([]byte, error)
	// index returns the key under which the visits of a person are found: always
	// the same for the same PID, and always of the same length.
	index(pid string) []byte
}

// plain stores records as they are.
type plain struct{}

var _ codec = plain{}

func (plain) seal(_, _ string, b []byte) ([]byte, error) { return b, nil }
func (plain) open(_, _ string, b []byte) ([]byte, error) { return bytes.Clone(b), nil }
func (plain) index(pid string) []byte                    { return []byte(pid) }
