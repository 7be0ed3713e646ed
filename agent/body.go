package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// Errors of bodies.
var (
	errTooLarge = errors.New("the body is larger than 64 kB")
	errTooDeep  = errors.New("the JSON is nested too deeply")
	errNotJSON  = errors.New("the body is not JSON")
)

// byteOrderMark stands before the bodies of .NET programs that write them with
// Encoding.UTF8. NHSO's agent, whose JSON library passes over it, takes them.
var byteOrderMark = []byte("\xef\xbb\xbf")

// isJSON reports whether the request says that its body is JSON. A page can send
// any of the other types without asking the browser first.
func isJSON(h http.Header) bool {
	values := h["Content-Type"]
	if len(values) != 1 {
		return false
	}
	kind, params, err := mime.ParseMediaType(values[0])
	if err != nil || kind != "application/json" {
		return false
	}
	switch strings.ToLower(params["charset"]) {
	case "", "utf-8", "utf8": // the second is no registered name, but programs write it
		return true
	}
	return false
}

// readJSON reads the whole body, within bounds, and puts it back. The depth is
// counted before anything decodes: a decoder's memory grows with it.
func readJSON(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength > maxBodyBytes {
		return errTooLarge
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return errTooLarge
	} else if err != nil {
		return err
	}
	data = bytes.TrimPrefix(data, byteOrderMark)
	if jsonDepth(data) > maxJSONDepth {
		return errTooDeep
	}
	if len(bytes.TrimSpace(data)) > 0 && !json.Valid(data) {
		return errNotJSON
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return nil
}

// jsonDepth counts how deep brackets are nested, outside of strings. It reads
// text that need not be valid and never needs memory.
func jsonDepth(data []byte) int {
	depth, deepest := 0, 0
	inString, escaped := false, false
	for _, b := range data {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped, inString = b == '\\', b != '"'
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			depth++
			deepest = max(deepest, depth)
		case b == '}' || b == ']':
			depth--
		}
	}
	return deepest
}
