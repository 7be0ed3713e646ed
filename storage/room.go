package storage

import "fmt"

// Room returns the free space, in bytes, that this program may use in the file
// system of dir.
func Room(dir string) (uint64, error) {
	free, err := freeSpace(dir)
	if err != nil {
		return 0, fmt.Errorf("ask for free space of %s: %w", dir, err)
	}
	return free, nil
}

// CheckRoom returns ErrNoRoom, with the numbers, when less than MinRoom is free.
func CheckRoom(dir string) error {
	free, err := Room(dir)
	if err != nil {
		return err
	}
	return enough(free)
}

func enough(free uint64) error {
	if free < MinRoom {
		return fmt.Errorf("%w: %d MB of at least %d MB", ErrNoRoom, free>>20, MinRoom>>20)
	}
	return nil
}
