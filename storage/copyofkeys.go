package storage

import (
	"encoding/json"
	"os"
	"path/filepath"

	"authenkiosk/atomicfile"

	bolt "go.etcd.io/bbolt"
)

// keysName is the file with a copy of the wrapped monthly keys: without it one
// damaged page would make every record unreadable. It changes once a month and
// at erasures.
const keysName = "authenkiosk.keys"

// writeKeyCopy brings the copy up to date. One at a time, because an older state that is
// written last would lack a key, or have one that was erased meanwhile.
func (s *Store) writeKeyCopy() error {
	s.copying.Lock()
	defer s.copying.Unlock()
	wrapped := map[string][]byte{}
	err := s.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketKeys).ForEach(func(k, v []byte) error {
			wrapped[string(k)] = append([]byte(nil), v...)
			return nil
		})
	})
	if err != nil {
		return err
	}
	data, err := json.Marshal(wrapped)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.dir, keysName), data, fileMode)
}

// readKeyCopy returns what can be read of it; the keys are checked when they are
// unwrapped.
func readKeyCopy(dir string) map[string][]byte {
	wrapped := map[string][]byte{}
	if data, err := os.ReadFile(filepath.Join(dir, keysName)); err == nil {
		_ = json.Unmarshal(data, &wrapped) // a damaged copy is as good as none
	}
	return wrapped
}
