package template_test

import (
	"fmt"

	"authenkiosk/printer/template"
)

// A hospital's file says only what is different. Kinds of slips that it leaves out
// stay as they are built in.
func ExampleParse() {
	file := `
[next.default]
th = "โปรดนั่งรอเรียกชื่อ"
en = "Please take a seat."

[[code]]
show = "code"
`
	t, err := template.Parse("slip.toml", []byte(file), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(t.Blocks[template.Code]), "block on a slip with a code")
	fmt.Println(len(t.Blocks[template.Queued]) == len(template.Default().Blocks[template.Queued]))
	fmt.Println(t.NextStep("PG0060001").In("en"))
	// Output:
	// 1 block on a slip with a code
	// true
	// Please take a seat.
}

// A mistake is reported with its file, line and key, and with what is allowed.
func ExampleParse_mistake() {
	_, err := template.Parse("slip.toml", []byte("[[code]]\nshow = \"code\"\nsize = \"big\""), nil)
	fmt.Println(err)
	// Output: slip.toml:3: code[0].size = "big": allowed are "small", "normal", "large", "huge"
}
