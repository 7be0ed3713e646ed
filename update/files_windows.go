package update

// plainly opens a file that is as it seems.
const plainly = 0

// Lock has nothing to keep apart: the MSI updates here.
func (r Root) Lock() (unlock func(), err error) { return func() {}, nil }
