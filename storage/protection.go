package storage

// Protection says in English words, for diagnostics, what a source of keys protects
// the data from and what it does not.
type Protection struct{ From, Not string }

// DiskEncryption is what helps where no source of keys does.
const DiskEncryption = "encrypt the disk (LUKS, BitLocker, FileVault)"

// Protection tells what the source is good for.
func (i SourceInfo) Protection() Protection {
	switch i.Name {
	case SourceTPMBound:
		return Protection{
			"a copy of the files, a stolen disk, and the whole machine when it is started from another system",
			"whoever starts this system as it is, or another one with the same boot loader",
		}
	case SourceTPM:
		return Protection{
			"a copy of the files and a stolen disk",
			"the whole machine when it is stolen: any system that is started on it, from a stick, can have the key",
		}
	case SourceDPAPI:
		return Protection{
			"a copy of the data directory",
			"a stolen disk: Windows keeps its own key on it",
		}
	case SourceKeychain:
		return Protection{
			"a copy of the data directory",
			"a stolen disk when the account logs in by itself: the password is kept on it",
		}
	case SourcePassphrase:
		return Protection{
			"a copy of the files, a stolen disk and a stolen machine that is switched off",
			"any of them when the passphrase is kept on the machine, in a service file or a script",
		}
	case SourceFile:
		return Protection{
			"a copy of the database alone",
			"a copy of the data directory, or a stolen disk: the key lies beside the data",
		}
	}
	return Protection{"nothing that is known", "anything that is known"}
}
