package privatelog

import (
	"context"
	"fmt"
	"log/slog"
)

// Handler cleans every record before the next handler sees it.
type Handler struct{ next slog.Handler }

// New puts the filter in front of a handler.
func New(next slog.Handler) *Handler { return &Handler{next} }

var _ slog.Handler = (*Handler)(nil)

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Clean(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(cleanAttr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = cleanAttr(a)
	}
	return &Handler{h.next.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler { return &Handler{h.next.WithGroup(name)} }

// cleanAttr keeps numbers, times and the like as they are; whatever is printed
// as text goes through Clean.
func cleanAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		group := v.Group()
		clean := make([]slog.Attr, len(group))
		for i, g := range group {
			clean[i] = cleanAttr(g)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	case slog.KindString:
		return slog.String(a.Key, Clean(v.String()))
	case slog.KindInt64, slog.KindUint64, slog.KindAny:
		text := fmt.Sprint(v.Any())
		if cleaned := Clean(text); cleaned != text || v.Kind() == slog.KindAny {
			return slog.String(a.Key, cleaned)
		}
	}
	return slog.Attr{Key: a.Key, Value: v}
}
