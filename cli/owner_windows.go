package cli

// ownData does nothing: files inherit the rights of their directory.
func ownData(string) error { return nil }
