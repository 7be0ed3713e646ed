package template

import "slices"

// field says what a block may have.
type field struct {
	kinds []Kind
	keys  []string // beside show and papers
	usual Block
}

var (
	everywhere  = Kinds()
	ofVisits    = []Kind{Code, Queued, Desk}
	textKeys    = []string{"align", "bold", "size", "text"}
	rowKeys     = []string{"align", "bold", "label", "size", "text"}
	numberKeys  = []string{"align", "bold", "size"}
	usualRow    = Block{Size: Normal, Align: Left, Bold: true, Label: true}
	usualLarge  = Block{Size: Large, Align: Center, Bold: true}
	usualSmall  = Block{Size: Small, Align: Center}
	usualNumber = Block{Size: Huge, Align: Center, Bold: true}
)

// fields are all fields there are.
var fields = map[string]field{
	"logo":       {everywhere, []string{"align", "file", "width_mm"}, Block{Align: Center, MM: 20}},
	"unit":       {everywhere, numberKeys, usualLarge},
	"phone":      {everywhere, textKeys, usualSmall},
	"title":      {everywhere, textKeys, usualLarge},
	"reprint":    {ofVisits, []string{"size"}, Block{Size: Normal, Align: Center, Bold: true}},
	"text":       {everywhere, textKeys, Block{Size: Normal, Align: Center}},
	"rule":       {everywhere, nil, Block{}},
	"gap":        {everywhere, []string{"height_mm"}, Block{MM: 3}},
	"qr":         {everywhere, []string{"align", "content", "module_mm"}, Block{Align: Center, ModuleMM: 1}},
	"code":       {[]Kind{Code}, numberKeys, usualNumber},
	"number":     {[]Kind{Queued}, numberKeys, usualNumber},
	"not_a_code": {[]Kind{Queued}, numberKeys, Block{Size: Normal, Align: Center, Bold: true}},
	"follows":    {[]Kind{Queued}, textKeys, usualLarge},
	"reason":     {[]Kind{Desk}, numberKeys, usualLarge},
	"help":       {[]Kind{Desk}, rowKeys, Block{Size: Huge, Align: Center, Bold: true, Label: true}},
	"message":    {[]Kind{Desk}, rowKeys, Block{Size: Small, Align: Left, Label: true}},
	"bring":      {[]Kind{Desk}, rowKeys, usualRow},
	"next":       {ofVisits, []string{"align", "bold", "size"}, usualLarge},
	"date":       {everywhere, rowKeys, usualRow},
	"time":       {everywhere, rowKeys, usualRow},
	"name":       {ofVisits, rowKeys, usualRow},
	"pid":        {ofVisits, rowKeys, usualRow},
	"right":      {ofVisits, rowKeys, usualRow},
	"claim":      {ofVisits, rowKeys, usualRow},
	"method":     {ofVisits, rowKeys, usualRow},
	"visit":      {ofVisits, rowKeys, usualRow},
	"printer":    {[]Kind{Test}, rowKeys, usualRow},
	"paper":      {[]Kind{Test}, rowKeys, usualRow},
	"program":    {[]Kind{Test}, rowKeys, usualRow},
	"ruler":      {[]Kind{Test}, nil, Block{}},
	"greys":      {[]Kind{Test}, nil, Block{}},
	"marks":      {[]Kind{Test}, nil, Block{Align: Left}},
}

// mandatory are the fields that no template can leave out.
var mandatory = [kinds][]string{Code: {"code"}, Queued: {"number", "not_a_code"}, Desk: {"reason"}}

// Fields returns the fields of a kind, by name.
func Fields(k Kind) []string {
	var names []string
	for name, f := range fields {
		if slices.Contains(f.kinds, k) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
