// Package fieldtest holds the built agent against programs as hospitals have them:
// their calls and their ways of reading the answers, written anew, in Python, Java,
// PHP, in a page in a real browser, and over a socket in the style of .NET. Behind the
// agent stands the test zone in NHSO's place, and a virtual card reader.
//
// It needs the tools themselves: make field (packaging/deps.sh test installs them).
package fieldtest
