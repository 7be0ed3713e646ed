package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/windows"
)

// ErrOwner says that a directory, or something in it, belongs to somebody who may change its
// rights again, and may have written what is in it.
var ErrOwner = errors.New("somebody else may have written what is in it")

// administrators own what an installation has closed: an owner may always change the rights.
const administrators = "BA"

// CheckOwner returns ErrOwner for a directory that somebody made before it was closed to others
// (TakeOver): everybody may make one in ProgramData, and what lies in it then is a
// configuration and data of theirs. Those of the entry, the administrators, the system and
// the account of this program may have made it. It changes nothing.
func CheckOwner(dir, entry string) error {
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	defer allowAll()()
	_, err := checkOwner(dir, entry)
	return err
}

// checkOwner returns, too, whether the directory was closed to others before. Then those who
// have worked in it made what is in it, whoever they were.
func checkOwner(dir, entry string) (closed bool, err error) {
	trusted, err := trustedWith(entry)
	if err != nil {
		return false, err
	}
	top, sddl, err := ownerOf(dir)
	if err != nil {
		return false, err
	}
	isTrusted := func(who *windows.SID) bool { return slices.ContainsFunc(trusted, who.Equals) }
	if !isTrusted(top) {
		return false, notOurs(dir, dir, top)
	}
	// P: whoever it belongs to has said who may work in it, be that all users of a station. What
	// a directory of ProgramData has by itself it inherits.
	if strings.Contains(sddl, "D:P") {
		return true, nil
	}
	return false, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		who, _, err := ownerOf(path)
		if err == nil && !isTrusted(who) {
			err = notOurs(dir, path, who)
		}
		return err
	})
}

func notOurs(dir, path string, who *windows.SID) error {
	name := who.String()
	if account, domain, _, err := who.LookupAccount(""); err == nil {
		name = domain + `\` + account
	}
	return fmt.Errorf("%s belongs to %s, who made it before AuthenKiosk was installed here: %w. Look at it, and remove it, or take it over as it is: takeown /a /r /f \"%s\"",
		path, name, ErrOwner, dir)
}

// trustedWith are those whose directory it may be.
func trustedWith(entry string) ([]*windows.SID, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("find the account of this program: %w", err)
	}
	trusted := []*windows.SID{user.User.Sid}
	for _, name := range []string{administrators, "SY", trustee(entry)} {
		if name == "" {
			continue
		}
		sd, err := windows.SecurityDescriptorFromString("O:" + name)
		if err != nil {
			return nil, fmt.Errorf("understand the account %s: %w", name, err)
		}
		sid, _, err := sd.Owner()
		if err != nil {
			return nil, fmt.Errorf("understand the account %s: %w", name, err)
		}
		trusted = append(trusted, sid)
	}
	return trusted, nil
}

// trustee is the account of an entry: the last word of it.
func trustee(entry string) string {
	return strings.TrimSuffix(entry[strings.LastIndex(entry, ";")+1:], ")")
}

func ownerOf(path string) (who *windows.SID, sddl string, err error) {
	h, err := holdAsItIs(path, windows.READ_CONTROL)
	if err != nil {
		return nil, "", fmt.Errorf("look whose %s is: %w", path, err)
	}
	defer func() { _ = windows.CloseHandle(h) }()
	sd, err := windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err == nil {
		who, _, err = sd.Owner()
	}
	if err != nil {
		return nil, "", fmt.Errorf("look whose %s is: %w", path, err)
	}
	return who, sd.String(), nil
}

// TakeOver makes a directory, and all that is in it, the administrators' own, and gives it to
// them, to the system and to whom the entry names (Grant). It refuses what CheckOwner
// refuses, and a tree in which something leads elsewhere.
func TakeOver(dir, entry string) error {
	defer allowAll()()
	if _, err := checkOwner(dir, entry); err != nil {
		return err
	}
	rights := "O:" + administrators + "D:ARAI" + strings.Replace(entry, ";OICI;", ";OICIID;", 1) + "(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)"
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		its := rights
		switch {
		case path == dir: // from above: whoever has no right there makes nothing new beneath
			its = strings.ReplaceAll(strings.Replace(its, "D:ARAI", "D:P", 1), "OICIID", "OICI")
		case !d.IsDir():
			its = strings.ReplaceAll(its, "OICIID", "ID")
		}
		if err := own(path, its); err != nil {
			return fmt.Errorf("close %s to others: %w", path, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return Grant(dir, entry)
}

// own gives owner and rights to what is at that path itself, and refuses what leads elsewhere:
// else something far from here would be opened to the account of the entry.
func own(path, sddl string) error {
	sd, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		return err
	}
	h, err := holdAsItIs(path, windows.WRITE_OWNER|windows.WRITE_DAC|windows.READ_CONTROL|windows.FILE_READ_ATTRIBUTES)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(h) }()
	if err := plain(h); err != nil {
		return err
	}
	return windows.SetKernelObjectSecurity(h, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION, sd)
}

// holdAsItIs opens what is at a path, and not what that leads to.
func holdAsItIs(path string, access uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	return windows.CreateFile(name, access, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil,
		windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
}

// allowAll has this program use rights of administrators that are off at first, until the end
// is called: to look at, and to take, what somebody has closed to them. Rights that the
// account has not are missed later, with a better reason.
func allowAll() (end func()) {
	var token windows.Token
	if windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_ADJUST_PRIVILEGES|windows.TOKEN_QUERY, &token) != nil {
		return func() {}
	}
	set := func(attributes uint32) {
		for _, name := range []string{"SeTakeOwnershipPrivilege", "SeRestorePrivilege", "SeBackupPrivilege"} {
			text, err := windows.UTF16PtrFromString(name)
			state := windows.Tokenprivileges{PrivilegeCount: 1}
			if err == nil {
				err = windows.LookupPrivilegeValue(nil, text, &state.Privileges[0].Luid)
			}
			if err == nil {
				state.Privileges[0].Attributes = attributes
				_ = windows.AdjustTokenPrivileges(token, false, &state, 0, nil, nil)
			}
		}
	}
	set(windows.SE_PRIVILEGE_ENABLED)
	return func() {
		set(0)
		_ = token.Close()
	}
}
