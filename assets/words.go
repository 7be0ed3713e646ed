package assets

import "embed"

// Words holds one catalogue of texts per language, words/<language>.json, in the
// message format of go-i18n. Thai texts carry a ZERO WIDTH SPACE (U+200B) at
// every place where a line may be broken; it is not visible in most editors.
//
//go:embed words/*.json
var Words embed.FS
