package sheet

// Line is a line of a page that is printed: words, a bar if there is one, and a value.
type Line struct {
	Text, Value string
	Bar         bool
	Share       float64 // of the bar, from 0 to 1
	Large, Bold bool
}
