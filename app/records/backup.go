package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"authenkiosk/storage"
)

// backupCommand writes a backup to the output. What comes into it besides the records is
// the input, as JSON of a storage.BackupContent.
func backupCommand(_ context.Context, r Commands, words []string, input io.Reader, output io.Writer) error {
	var c storage.BackupContent
	if len(words) > 0 {
		return errors.New("write: backup FILE")
	}
	if err := json.NewDecoder(input).Decode(&c); err != nil {
		return fmt.Errorf("read what belongs into the backup: %w", err)
	}
	_, err := r.Store.Backup(output, c)
	return err
}
