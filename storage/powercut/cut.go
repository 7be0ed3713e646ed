//go:build linux

package powercut

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// Report tells what a power cut did.
type Report struct {
	Writes  int // that were not safe, truncations among them
	Dropped int // of Writes
	Torn    int // of Writes
	Names   int // changes of names that were not safe
	Undone  int // of Names
}

// Hit reports whether anything that was not safe existed.
func (r Report) Hit() bool { return r.Writes+r.Names > 0 }

// away is how long the power stays away. The clock of a test goes on meanwhile, so
// files are found that much older.
const away = 24 * time.Hour

// Cut fails the power for good and returns a disk with what a start finds the day
// after. What was not safe meets a fate that only the seed and the order of the
// changes decide.
func (d *Disk) Cut(seed uint64) (*Disk, Report) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.switchOff()
	d.sendAway()
	c := &cut{random: rand.New(rand.NewPCG(seed, 0)), next: New(), known: map[*inode]*inode{}}
	// Luck differs from cut to cut, so that nearly nothing and nearly everything
	// kept are as common as half.
	c.luck = c.random.Float64()
	c.rubbish = c.random.IntN(2) == 0
	c.shuffle = c.random.IntN(2) == 0
	c.names(d.names)
	c.next.root = c.survivor(d.root)
	c.next.root.links = 1
	return c.next, c.report
}

// cut is one power cut at work.
type cut struct {
	random           *rand.Rand
	luck             float64 // how likely a change is kept
	rubbish, shuffle bool
	next             *Disk
	known            map[*inode]*inode
	report           Report
}

// names keeps some of the changes that are not safe. It edits the old disk's safe
// names; that disk is never used again.
func (c *cut) names(changes []nameChange) {
	for _, change := range changes {
		c.report.Names++
		if c.random.Float64() < c.luck {
			change.keep()
		} else {
			c.report.Undone++
		}
	}
}

// survivor copies what is left of an inode and of all below it. Maps are walked in
// the order of their names so that a seed means the same every time.
func (c *cut) survivor(old *inode) *inode {
	if n := c.known[old]; n != nil {
		n.links++
		return n
	}
	var n *inode
	if old.isDirectory() {
		n = c.next.newDirectory(old.mode)
		c.known[old] = n
		for _, name := range sortedNames(old.kept) {
			child := c.survivor(old.kept[name])
			n.entries[name], n.kept[name] = child, child
		}
	} else {
		n = c.next.newInode(old.mode)
		c.known[old] = n
		n.content = c.data(old)
		n.safe = slices.Clone(n.content)
		n.blocks = maps.Clone(old.blocks)
		n.dropBlocks()
	}
	n.modified = old.modified.Add(-away)
	return n
}

func sortedNames(entries map[string]*inode) []string {
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// data is the content of a file after the cut.
func (c *cut) data(n *inode) []byte {
	content := slices.Clone(n.safe)
	if len(n.pending) == 0 {
		return content
	}
	order := slices.Clone(n.pending)
	if c.shuffle {
		c.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	for _, change := range order {
		content = c.fate(content, change)
	}
	// The length can reach the disk without the data.
	if i := c.random.IntN(2 * len(n.pending)); i < len(n.pending) && n.pending[i].length > len(content) {
		content = c.extend(content, n.pending[i].length)
	}
	return content
}

// fate keeps, tears or drops one change.
func (c *cut) fate(content []byte, change dataChange) []byte {
	c.report.Writes++
	switch {
	case c.random.Float64() < c.luck:
		if change.data != nil {
			content = c.extend(content, int(change.offset))
		}
		return change.apply(content)
	case change.data == nil || c.random.IntN(2) == 0:
		c.report.Dropped++
		return content
	}
	c.report.Torn++
	for from := int64(0); from < int64(len(change.data)); {
		to := min((change.offset+from)/sector*sector+sector-change.offset, int64(len(change.data)))
		if c.random.IntN(2) == 0 {
			content = c.extend(content, int(change.offset+from))
			content = dataChange{offset: change.offset + from, data: change.data[from:to]}.apply(content)
		}
		from = to
	}
	return content
}

// extend makes the content at least that long, with zeros or rubbish.
func (c *cut) extend(content []byte, length int) []byte {
	before := len(content)
	if length <= before {
		return content
	}
	content = resize(content, length)
	if c.rubbish {
		for i := before; i < length; i++ {
			content[i] = byte(c.random.Uint32())
		}
	}
	return content
}
