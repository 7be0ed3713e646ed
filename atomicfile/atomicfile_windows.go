package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/windows"
)

// ownAs does nothing: files inherit the rights of their directory.
func ownAs(*os.File, string) error { return nil }

// SyncDir does nothing: NTFS keeps a journal of names, and Windows has no way to
// sync a directory.
func SyncDir(string) error { return nil }

// How long somebody may have a file open that is to be replaced, and how often it is tried:
// scanners for viruses and indexes of searches look at each file that was written.
const (
	replaceWait = 2 * time.Second
	replaceLook = 10 * time.Millisecond
)

// replace puts a file in the place of another. Windows refuses that while somebody has the
// other open.
func replace(from, to string) error {
	for began := time.Now(); ; time.Sleep(replaceLook) {
		err := os.Rename(from, to)
		open := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !open || time.Since(began) > replaceWait {
			return err
		}
		if info, there := os.Stat(to); there == nil && info.IsDir() {
			return err // no file ever takes the place of a directory
		}
	}
}

// closeToOthers takes a new directory from everybody but the account that made it,
// administrators and the system: modes mean nothing here, and what is made in ProgramData
// or at the top of a drive can be read by every user. Rights that do not come from such a
// place were given by an administrator, to a service for example, and stay.
func closeToOthers(dir string) error {
	now, err := windows.GetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("look who may read %s: %w", dir, err)
	}
	if !forEverybody(now.String()) {
		return nil
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("find the account of this program: %w", err)
	}
	return Grant(dir, "(A;OICI;FA;;;"+user.User.Sid.String()+")")
}

// forEverybody reports whether a list of rights has something for everyone, for users, or
// for those who are signed in.
func forEverybody(sddl string) bool {
	return slices.ContainsFunc([]string{"WD", "BU", "AU", "IU"}, func(group string) bool {
		return strings.Contains(sddl, ";;;"+group+")")
	})
}

// Grant gives a directory, and what is in it, to administrators, to the system, and to
// whom the entry names in Windows' language for rights (SDDL). Nobody else may look at it.
// (P: nothing is inherited from above; OICI: files and directories in it inherit; FA:
// everything; BA, SY: administrators, the system.)
func Grant(dir, entry string) error {
	sd, err := windows.SecurityDescriptorFromString("D:P" + entry + "(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)")
	if err != nil {
		return fmt.Errorf("make the rights of %s: %w", dir, err)
	}
	list, _, err := sd.DACL()
	var held windows.Handle
	if err == nil {
		held, err = holdPlain(dir)
	}
	if err == nil {
		defer func() { _ = windows.CloseHandle(held) }()
		err = windows.SetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT,
			windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
	}
	if err != nil {
		return fmt.Errorf("close %s to others: %w", dir, err)
	}
	return nil
}

// holdPlain keeps a directory from being put elsewhere until the handle is closed. It refuses
// one that leads elsewhere: the account that works in it could have made it a way to
// another one, and an administrator who closes it would open that.
func holdPlain(dir string) (windows.Handle, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	h, err := windows.CreateFile(path, windows.FILE_LIST_DIRECTORY|windows.FILE_READ_ATTRIBUTES, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil,
		windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return 0, err
	}
	if err = plain(h); err != nil {
		_ = windows.CloseHandle(h)
	}
	return h, err
}

// plain refuses what leads elsewhere.
func plain(h windows.Handle) error {
	var info windows.ByHandleFileInformation
	err := windows.GetFileInformationByHandle(h, &info)
	if err == nil && info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		err = errors.New("it leads to another directory")
	}
	return err
}
