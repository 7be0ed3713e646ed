package storage

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// MaxPhoto is the size of a photo in bytes. NHSO takes pictures of some 100 kB.
const MaxPhoto = 1 << 20

// Errors of photos.
var (
	ErrNoPhoto   = errors.New("there is no photo of the visit")
	ErrPhotoSize = errors.New("a photo has 1 byte to 1 MB")
)

// sealedPhoto is what is stored of a photo.
type sealedPhoto struct{ key, sealed []byte }

func (s *Store) sealPhoto(id visit.ID, jpeg []byte) (sealedPhoto, error) {
	if _, err := visit.ParseID(string(id)); err != nil {
		return sealedPhoto{}, err
	}
	if len(jpeg) == 0 || len(jpeg) > MaxPhoto {
		return sealedPhoto{}, fmt.Errorf("photo of visit %s: %w", id, ErrPhotoSize)
	}
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // crypto/rand never fails
	when := binary.BigEndian.AppendUint64(nil, uint64(s.now().Unix()))
	wrapped := s.ring.wrap.seal(label("photo key", string(id), string(when)), key)
	return sealedPhoto{append(when, wrapped...), newBox(key).seal(label("photo", string(id)), jpeg)}, nil
}

func putPhoto(tx *bolt.Tx, id visit.ID, key, sealed []byte) error {
	return errors.Join(tx.Bucket(bucketPhotoKeys).Put([]byte(id), key), tx.Bucket(bucketPhotos).Put([]byte(id), sealed))
}

// Photo returns the photo of a visit, ErrNoPhoto, or a *DecodeError.
func (s *Store) Photo(id visit.ID) (jpeg []byte, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		key := tx.Bucket(bucketPhotoKeys).Get([]byte(id))
		if key == nil {
			return fmt.Errorf("visit %s: %w", id, ErrNoPhoto)
		}
		jpeg, err = s.ring.openPhoto(id, key, tx.Bucket(bucketPhotos).Get([]byte(id)))
		return err
	})
	return jpeg, err
}

// erasePhoto deletes the photo and its key. Pages that held either stay in the file
// until Compact.
func (s *Store) erasePhoto(tx *bolt.Tx, id visit.ID, at time.Time) error {
	err := errors.Join(tx.Bucket(bucketPhotoKeys).Delete([]byte(id)), tx.Bucket(bucketPhotos).Delete([]byte(id)))
	if err != nil {
		return err
	}
	return s.audit(tx, Event{Name: "photo-erased", Role: RoleSystem, Result: "ok", Visit: id, At: at})
}

// openPhoto opens the key (8 bytes of time, then the wrapped key) and with it
// the photo.
func (r *keyring) openPhoto(id visit.ID, key, sealed []byte) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, &DecodeError{Bucket: string(bucketPhotos), Key: string(id), Err: err}
	}
	if len(key) < seqSize {
		return fail(ErrTampered)
	}
	own, err := r.wrap.open(label("photo key", string(id), string(key[:seqSize])), key[seqSize:])
	if err != nil || len(own) != keySize {
		return fail(ErrTampered)
	}
	jpeg, err := newBox(own).open(label("photo", string(id)), sealed)
	if err != nil {
		return fail(err)
	}
	return jpeg, nil
}

// photoTime is when the photo with that key was put.
func photoTime(key []byte) time.Time {
	if len(key) < seqSize {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(key)), 0)
}
