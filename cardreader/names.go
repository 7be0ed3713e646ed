package cardreader

// NamesReader tells whether a reader is the one that a configuration names: by
// its whole name or a part of it, in any case. An empty wish names every reader.
func NamesReader(reader, wanted string) bool { return namesReader(reader, wanted) }
