//go:build linux

package powercut

import "math/rand/v2"

// failing says which syncs fail.
type failing struct {
	from, to int // numbers of syncs, both included; 0: none
	random   *rand.Rand
}

func (f failing) now(sync int) bool { return f.from > 0 && f.from <= sync && sync <= f.to }

// FailSyncs lets the nth sync from now, counted from 1, and those after it, that many
// in all, fail with EIO. What becomes of the data is a seeded random choice, as it is
// on real systems: they are on the disk all the same; a part of them is; they wait for
// the next sync; or the kernel takes them for written though they are not (Linux marks
// pages as clean after an error), so that no later sync saves them: programs see them
// until the power fails, and only who writes them again has them saved. The names in a
// directory are saved or wait, nothing else. Disk.FailSyncs(0, 0, 0) ends it.
func (d *Disk) FailSyncs(n, times int, seed uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failing = failing{}
	if n > 0 && times > 0 {
		d.failing = failing{d.syncs + n, d.syncs + n + times - 1, rand.New(rand.NewPCG(seed, 2))}
	}
}

// Syncs returns how many syncs were asked for.
func (d *Disk) Syncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs
}

// FailedSyncs returns how many syncs have failed.
func (d *Disk) FailedSyncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed
}

// LastSyncFailed reports whether the newest sync failed.
func (d *Disk) LastSyncFailed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failing.now(d.syncs)
}

// failSync decides what becomes of the data of a sync that fails.
func (d *Disk) failSync(n *inode) {
	d.failed++
	fate := d.failing.random.IntN(4)
	if n.isDirectory() {
		if fate%2 == 0 {
			d.syncNames(n)
		}
		return
	}
	switch fate {
	case 0:
		n.save(len(n.pending))
	case 1:
		n.save(d.failing.random.IntN(len(n.pending) + 1))
	case 2:
		n.pending = nil // forgotten
	}
}
