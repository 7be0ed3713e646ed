package spooler

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	winspool       = windows.NewLazySystemDLL("winspool.drv")
	procOpen       = winspool.NewProc("OpenPrinterW")
	procClose      = winspool.NewProc("ClosePrinter")
	procStartDoc   = winspool.NewProc("StartDocPrinterW")
	procEndDoc     = winspool.NewProc("EndDocPrinter")
	procStartPage  = winspool.NewProc("StartPagePrinter")
	procEndPage    = winspool.NewProc("EndPagePrinter")
	procWrite      = winspool.NewProc("WritePrinter")
	procGetPrinter = winspool.NewProc("GetPrinterW")
	procGetDriver  = winspool.NewProc("GetPrinterDriverW")
	procGetJob     = winspool.NewProc("GetJobW")
	procSetJob     = winspool.NewProc("SetJobW")
)

const (
	jobControlDelete = 5 // JOB_CONTROL_DELETE
	driverXPS        = 2 // PRINTER_DRIVER_XPS
)

var errNothingWritten = errors.New("the spooler took nothing")

// handle is an open printer.
type handle uintptr

// The functions of winspool are called by name, each where its arguments are made:
// only there does the compiler keep the pointers among them where they are (package
// unsafe, pattern 4). A function of our own between would get numbers.

// failed returns the error of a function of winspool that returned zero. The third
// result of Call is always an error, even after a success.
func failed(p *windows.LazyProc, result uintptr, err error) error {
	if result != 0 {
		return nil
	}
	return fmt.Errorf("%s: %w", p.Name, err)
}

// present reports whether this Windows has a spooler: Nano Server has none, and Call
// panics for a function that is missing.
func present() error {
	for _, p := range []*windows.LazyProc{
		procOpen, procClose, procStartDoc, procEndDoc, procStartPage, procEndPage, procWrite, procGetPrinter, procGetDriver, procGetJob, procSetJob,
	} {
		if err := p.Find(); err != nil {
			return err
		}
	}
	return nil
}

func openPrinter(name string) (handle, error) {
	if err := present(); err != nil {
		return 0, err
	}
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	var h handle
	r, _, err := procOpen.Call(uintptr(unsafe.Pointer(text)), uintptr(unsafe.Pointer(&h)), 0)
	return h, failed(procOpen, r, err)
}

func (h handle) close() error {
	r, _, err := procClose.Call(uintptr(h))
	return failed(procClose, r, err)
}

// docInfo is DOC_INFO_1W.
type docInfo struct{ name, output, datatype *uint16 }

// start begins a document and returns the number of its job.
func (h handle) start(name, datatype string) (uint32, error) {
	n, err1 := windows.UTF16PtrFromString(name)
	d, err2 := windows.UTF16PtrFromString(datatype)
	if err := errors.Join(err1, err2); err != nil {
		return 0, err
	}
	info := docInfo{name: n, datatype: d}
	id, _, err := procStartDoc.Call(uintptr(h), 1, uintptr(unsafe.Pointer(&info)))
	if err := failed(procStartDoc, id, err); err != nil {
		return 0, err
	}
	r, _, err := procStartPage.Call(uintptr(h))
	return uint32(id), failed(procStartPage, r, err)
}

func (h handle) write(data []byte) error {
	for len(data) > 0 {
		var n uint32
		r, _, err := procWrite.Call(uintptr(h), uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), uintptr(unsafe.Pointer(&n)))
		if err := failed(procWrite, r, err); err != nil {
			return err
		}
		if n == 0 || int(n) > len(data) {
			return errNothingWritten
		}
		data = data[n:]
	}
	return nil
}

func (h handle) end() error {
	page, _, err1 := procEndPage.Call(uintptr(h))
	document, _, err2 := procEndDoc.Call(uintptr(h))
	return errors.Join(failed(procEndPage, page, err1), failed(procEndDoc, document, err2))
}

// get calls a function twice: for the size of its answer, and for the answer. The
// answer holds pointers into itself, so it is kept as words.
func get(size int, ask func(buffer *uint64, length int, needed *uint32) error) ([]uint64, error) {
	var needed uint32
	if err := ask(nil, 0, &needed); err == nil || !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) {
		return nil, errors.Join(err, errors.New("the spooler does not say how long its answer is"))
	}
	const most = 1 << 20
	if needed > most {
		return nil, fmt.Errorf("the spooler's answer of %d bytes is too long", needed)
	}
	buffer := make([]uint64, (max(int(needed), size)+7)/8)
	if err := ask(&buffer[0], len(buffer)*8, &needed); err != nil {
		return nil, err
	}
	return buffer, nil
}

// printerInfo is PRINTER_INFO_2W.
type printerInfo struct {
	_          [7]*uint16 // server, printer, share, port, driver, comment, location
	_          uintptr    // devmode
	_          [4]*uint16 // separator, processor, datatype, parameters
	_          uintptr    // security
	attributes uint32
	_          [4]uint32 // priorities and times
	status     uint32
	_          [2]uint32 // jobs, speed
}

func (h handle) status() (status, attributes uint32, err error) {
	b, err := get(int(unsafe.Sizeof(printerInfo{})), func(buffer *uint64, length int, needed *uint32) error {
		r, _, err := procGetPrinter.Call(uintptr(h), 2, uintptr(unsafe.Pointer(buffer)), uintptr(length), uintptr(unsafe.Pointer(needed)))
		return failed(procGetPrinter, r, err)
	})
	if err != nil {
		return 0, 0, err
	}
	info := (*printerInfo)(unsafe.Pointer(&b[0]))
	return info.status, info.attributes, nil
}

// driverInfo is DRIVER_INFO_8W up to the attributes.
type driverInfo struct {
	_          uint32
	_          [10]*uint16
	_          windows.Filetime
	_          uint64
	_          [8]*uint16
	attributes uint32
}

// xps reports whether the driver is of the XPS kind (version 4), for which raw bytes
// have another name.
func (h handle) xps() (bool, error) {
	b, err := get(int(unsafe.Sizeof(driverInfo{})), func(buffer *uint64, length int, needed *uint32) error {
		r, _, err := procGetDriver.Call(uintptr(h), 0, 8, uintptr(unsafe.Pointer(buffer)), uintptr(length), uintptr(unsafe.Pointer(needed)))
		return failed(procGetDriver, r, err)
	})
	if err != nil {
		return false, err
	}
	return (*driverInfo)(unsafe.Pointer(&b[0])).attributes&driverXPS != 0, nil
}

// jobInfo is JOB_INFO_1W up to the status.
type jobInfo struct {
	_      uint32
	_      [6]*uint16 // printer, machine, user, document, datatype, status in words
	status uint32
	_      [4]uint32 // priority, position, pages
	_      windows.Systemtime
}

// job returns the status of a job; gone tells that it is not in the queue.
func (h handle) job(id uint32) (status uint32, gone bool, err error) {
	b, err := get(int(unsafe.Sizeof(jobInfo{})), func(buffer *uint64, length int, needed *uint32) error {
		r, _, err := procGetJob.Call(uintptr(h), uintptr(id), 1, uintptr(unsafe.Pointer(buffer)), uintptr(length), uintptr(unsafe.Pointer(needed)))
		return failed(procGetJob, r, err)
	})
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	return (*jobInfo)(unsafe.Pointer(&b[0])).status, false, nil
}

// remove takes a job out of the queue.
func (h handle) remove(id uint32) error {
	r, _, err := procSetJob.Call(uintptr(h), uintptr(id), 0, 0, jobControlDelete)
	return failed(procSetJob, r, err)
}
