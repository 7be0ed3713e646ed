package config

import (
	"fmt"
	"slices"
	"strings"

	"authenkiosk/visit"
)

// text takes a string that the check accepts. The check returns "" or what is
// allowed.
func text(field func(*Config) *string, check func(string) string) setter {
	return func(c *Config, value any) string {
		s, ok := value.(string)
		if !ok {
			return wrongType(value, "a text in quotes")
		}
		clean := trimmed(s)
		if allowed := check(clean); allowed != "" {
			return fmt.Sprintf(" = %s: %s%s", quoted(s), allowed, swallowed(s))
		}
		*field(c) = clean
		return ""
	}
}

// texts takes a list of different strings, each of which the check accepts.
func texts(field func(*Config) *[]string, check func(string) string) setter {
	return func(c *Config, value any) string {
		list, problem := stringList(value)
		if problem != "" {
			return problem
		}
		for _, s := range list {
			if allowed := check(s); allowed != "" {
				return fmt.Sprintf(" has %s: %s%s", quoted(s), allowed, swallowed(s))
			}
		}
		*field(c) = list
		return ""
	}
}

// choice takes one of the given words.
func choice[T ~string](field func(*Config) *T, allowed ...T) setter {
	return func(c *Config, value any) string {
		s, ok := value.(string)
		if !ok {
			return wrongType(value, oneOf(allowed))
		}
		s = trimmed(s)
		if !slices.Contains(allowed, T(s)) {
			return fmt.Sprintf(" = %s: allowed are %s", quoted(s), oneOf(allowed))
		}
		*field(c) = T(s)
		return ""
	}
}

// choices takes a list of at least one of the given words, none twice.
func choices[T ~string](field func(*Config) *[]T, allowed ...T) setter {
	return func(c *Config, value any) string {
		list, problem := stringList(value)
		if problem != "" {
			return problem
		}
		if len(list) == 0 {
			return " = []: at least one of " + oneOf(allowed)
		}
		chosen := make([]T, len(list))
		for i, s := range list {
			if chosen[i] = T(s); !slices.Contains(allowed, chosen[i]) {
				return fmt.Sprintf(" has %s: allowed are %s", quoted(s), oneOf(allowed))
			}
		}
		*field(c) = chosen
		return ""
	}
}

func boolean(field func(*Config) *bool) setter {
	return func(c *Config, value any) string {
		b, ok := value.(bool)
		if !ok {
			return wrongType(value, "true or false")
		}
		*field(c) = b
		return ""
	}
}

// days takes a whole number of that range.
func days(field func(*Config) *int, least, most int64) setter {
	return counted(field, least, most, " days")
}

func number(field func(*Config) *int, least, most int64) setter {
	return counted(field, least, most, "")
}

func counted(field func(*Config) *int, least, most int64, unit string) setter {
	return func(c *Config, value any) string {
		n, ok := value.(int64)
		if !ok {
			return wrongType(value, fmt.Sprintf("a whole number from %d to %d%s", least, most, unit))
		}
		if n < least || n > most {
			return fmt.Sprintf(" = %d: allowed are %d to %d%s", n, least, most, unit)
		}
		*field(c) = int(n)
		return ""
	}
}

func oneOfNumbers(field func(*Config) *int, allowed ...int64) setter {
	return func(c *Config, value any) string {
		n, ok := value.(int64)
		if !ok || !slices.Contains(allowed, n) {
			return wrongType(value, fmt.Sprintf("one of the numbers %d", allowed))
		}
		*field(c) = int(n)
		return ""
	}
}

func paperWidth(c *Config, value any) string {
	n, ok := value.(int64)
	if !ok {
		return wrongType(value, "58 or 80 (mm)")
	}
	if n != 58 && n != 80 {
		return fmt.Sprintf(" = %d: allowed are 58 and 80 (mm)", n)
	}
	c.Printer.WidthMM = int(n)
	return ""
}

// unitPhone and recorderPID never repeat the value: it may be a person's.

func unitPhone(c *Config, value any) string {
	s, ok := value.(string)
	if !ok {
		return wrongType(value, "a Thai telephone number in quotes, or empty")
	}
	if s = trimmed(s); s == "" {
		return ""
	}
	phone, err := visit.ParseUnitPhone(s)
	if err != nil {
		return fmt.Sprintf(": %v; allowed is a Thai telephone number, also with \"ต่อ 101\", a short one like 1330, or nothing", err)
	}
	c.Unit.Phone = phone
	return ""
}

func recorderPID(c *Config, value any) string {
	s, ok := value.(string)
	if !ok {
		return wrongType(value, "a PID of 13 digits in quotes, or empty")
	}
	if s = trimmed(s); s == "" {
		return ""
	}
	pid, err := visit.ParsePID(s)
	if err != nil {
		return fmt.Sprintf(": %v; allowed is a PID without hyphens, or nothing", err)
	}
	c.NHSO.RecorderPID = pid
	return ""
}

func stringList(value any) ([]string, string) {
	items, ok := value.([]any)
	if !ok {
		return nil, wrongType(value, "a list in [ ]")
	}
	var list []string
	for _, item := range items {
		s, ok := item.(string)
		if !ok {
			return nil, wrongType(item, "a list of texts in quotes")
		}
		s = trimmed(s)
		if slices.Contains(list, s) {
			return nil, fmt.Sprintf(" has %s twice", quoted(s))
		}
		list = append(list, s)
	}
	return list, ""
}

func wrongType(value any, want string) string {
	kind := "a date or time"
	switch value.(type) {
	case string:
		kind = "a text"
	case bool:
		kind = "true or false"
	case int64:
		kind = "a whole number"
	case float64:
		kind = "a number with a point"
	case []any:
		kind = "a list"
	case map[string]any:
		kind = "a section"
	}
	return fmt.Sprintf(" is %s: it must be %s", kind, want)
}

func oneOf[T ~string](allowed []T) string {
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = fmt.Sprintf("%q", string(a))
	}
	return strings.Join(words, ", ")
}

// quoted shows a value in an error, but not one that is long, and of an address not what may
// be a password: the errors of a start stand in the log of the system.
func quoted(s string) string {
	s = WithoutSecret(s)
	const most = 60 // characters
	if runes := []rune(s); len(runes) > most {
		return fmt.Sprintf("%q…", string(runes[:most]))
	}
	return fmt.Sprintf("%q", s)
}
