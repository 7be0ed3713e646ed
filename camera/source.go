package camera

import (
	"context"
	"image"
)

// source is a connection to a camera. It is used by one goroutine.
type source interface {
	// read waits for the next picture and puts it into r, all of it new. It ends
	// with an error when ctx does. After an error the source is of no more use.
	read(ctx context.Context, r *raw) error
	// close ends the connection.
	close()
}

// connector makes a connection. It gives up when ctx ends.
type connector func(ctx context.Context) (source, error)

// limits of what a source may choose.
type wanted struct{ largest image.Point }
