package escpos

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// wellMost is the most answers of a printer that are called well.
const wellMost = 8

// ParseAnswers reads what a printer says when all is well, in hexadecimal: "FF", or
// "02 0A, 03" for two different answers. Nothing is nil.
func ParseAnswers(s string) ([]string, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var all []string
	for _, part := range strings.Split(s, ",") {
		b, err := hex.DecodeString(strings.Join(strings.Fields(part), ""))
		if err != nil || len(b) == 0 || len(b) > strangeMost {
			return nil, fmt.Errorf("answer %q: 1 to %d bytes in hexadecimal are possible, like FF or 02 0A", strings.TrimSpace(part), strangeMost)
		}
		all = append(all, string(b))
	}
	if len(all) > wellMost {
		return nil, fmt.Errorf("%d answers: %d are possible", len(all), wellMost)
	}
	return all, nil
}

// FormatAnswers writes answers as ParseAnswers reads them, each once.
func FormatAnswers(answers []string) string {
	var parts []string
	for _, a := range answers {
		if p := fmt.Sprintf("% X", a); !slices.Contains(parts, p) && p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}
