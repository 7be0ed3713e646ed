package assets

import "embed"

// Words holds one catalogue of texts per language, words/<language>.json, in the
// message format of go-i18n. Thai texts carry a ZERO WIDTH SPACE (U+200B) at
// every place where a line may be broken, never within a word; a NO-BREAK SPACE
// (U+00A0) holds a number and its unit together. Most editors show neither.
//
//go:embed words/*.json
var Words embed.FS
