package virtualcard

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// ATRs of the speed classes of real cards (docs/thai-id-card.md, section 1.6).
var (
	ATRFast    = []byte("\x3B\x79\x96\x00\x00TH NID 18")                                            // TA1=96
	ATRMiddle  = []byte("\x3B\x78\x18\x00\x00TH NID 9")                                             // TA1=18
	ATRSlow    = []byte("\x3B\x68\x00\x00TH NID 6")                                                 // no TA1
	ATRVariant = []byte("\x3B\x67\x00\x00\xA8\x10\x41\x00\x1F\x90\x00")                             // wants GET RESPONSE with P2=01
	ATRNotThai = []byte("\x3B\x6E\x00\x00\x80\x31\x80\x66\xB0\x84\x0C\x01\x6E\x01\x83\x00\x90\x00") // some bank card
	atrTooLong = make([]byte, 34)                                                                   // one more than ISO 7816-3 allows
)

// Card is a made-up card. It keeps what a chip keeps between commands, counts
// commands, and is safe for use by several goroutines, one command at a time.
type Card struct {
	atr     []byte
	memory  memory
	photo   []byte
	kind    kind
	profile Profile
	stuck   chan struct{} // closed when a hanging card begins to hang

	mu       sync.Mutex
	selected bool
	pending  []byte // waits for GET RESPONSE
	count    int
	hang     sync.Once
}

// kind says what is wrong with a card.
type kind int

const (
	kindGood    kind = iota
	kindNotThai      // has no citizen applet
	kindMute         // does not answer to power-up
	kindDamaged      // selects, then answers with a single byte
	kindHanging      // selects, then never answers
)

// Option changes a card that New makes.
type Option func(*options)

type options struct {
	layout   Layout
	atr      []byte
	profile  Profile
	noLength bool
	kind     kind
}

// WithLayout makes a card of that layout.
func WithLayout(l Layout) Option { return func(o *options) { o.layout = l } }

// WithATR makes a card with that answer to reset.
func WithATR(atr []byte) Option { return func(o *options) { o.atr = atr } }

// WithProfile makes a card, in its reader, of that speed and behaviour.
func WithProfile(p Profile) Option { return func(o *options) { o.profile = p } }

// WithoutPhotoLength makes a card whose length of the photo is written as 0.
func WithoutPhotoLength() Option { return func(o *options) { o.noLength = true } }

// Damaged makes a card that answers every READ with a single byte.
func Damaged() Option { return func(o *options) { o.kind = kindDamaged } }

// Hanging makes a card that never answers to READ until it is taken out.
func Hanging() Option { return func(o *options) { o.kind = kindHanging } }

// New makes the card of a person. It fails when something of the person does not
// fit on a card.
func New(p Person, with ...Option) (*Card, error) {
	o := options{layout: LayoutPresent, atr: ATRFast}
	for _, option := range with {
		option(&o)
	}
	if p.Photo == nil {
		photo, err := drawPhoto(p.PID.Digits())
		if err != nil {
			return nil, err
		}
		p.Photo = photo
	}
	image, err := p.image(o.layout)
	if err != nil {
		return nil, fmt.Errorf("make card: %w", err)
	}
	if o.noLength {
		block := image.block0
		if image.block1 != nil {
			block = image.block1
		}
		block[atPhotoLength], block[atPhotoLength+1] = 0, 0
	}
	return &Card{atr: o.atr, memory: image, photo: p.Photo, kind: o.kind, profile: o.profile, stuck: make(chan struct{})}, nil
}

// NewNotThai makes a card that has no citizen applet.
func NewNotThai() *Card { return &Card{atr: ATRNotThai, kind: kindNotThai} }

// NewMute makes a card that is upside down.
func NewMute() *Card { return &Card{kind: kindMute} }

// ATR returns the answer to reset; nil for a mute card.
func (c *Card) ATR() []byte { return slices.Clone(c.atr) }

// Mute reports whether the card does not answer to power-up.
func (c *Card) Mute() bool { return c.kind == kindMute }

// Photo returns the picture that is on the card.
func (c *Card) Photo() []byte { return slices.Clone(c.photo) }

// Count returns the number of commands answered since the card was made.
func (c *Card) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// Stuck is closed when a card made with Hanging has begun to hang.
func (c *Card) Stuck() <-chan struct{} { return c.stuck }

// Reset does what power-up does: nothing is selected any more.
func (c *Card) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.selected, c.pending = false, nil
}

// Respond answers one command after the time that the profile gives it. It fails
// only when ctx, which is the stay in the reader, ends before.
func (c *Card) Respond(ctx context.Context, command []byte) ([]byte, error) {
	c.mu.Lock()
	answer, hang := c.answer(command)
	c.count++
	c.mu.Unlock()
	if hang {
		c.hang.Do(func() { close(c.stuck) })
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	if err := c.profile.wait(ctx, len(command)+len(answer)); err != nil {
		return nil, err
	}
	return answer, nil
}
