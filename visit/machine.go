package visit

// PrinterKind is the way to a printer.
type PrinterKind string

// The kinds, with the meaning of the address.
const (
	PrinterNone    PrinterKind = "none"
	PrinterTCP     PrinterKind = "escpos-tcp"    // host:port
	PrinterFile    PrinterKind = "escpos-file"   // a device of usblp on Linux, like /dev/usb/lp0
	PrinterSerial  PrinterKind = "escpos-serial" // /dev/ttyUSB0?baud=19200&flow=dtrdsr, COM3?baud=9600
	PrinterIPP     PrinterKind = "ipp"           // ipp://host/ipp/print, ipps://host, also a queue of CUPS
	PrinterWindows PrinterKind = "windows"       // the name of a printer in Windows
	PrinterImage   PrinterKind = "image"         // a directory
)

// PrinterKinds returns every kind, PrinterNone first.
func PrinterKinds() []PrinterKind {
	return []PrinterKind{PrinterNone, PrinterTCP, PrinterFile, PrinterSerial, PrinterIPP, PrinterWindows, PrinterImage}
}

// Orientation is how a display stands, and how its screens are arranged.
type Orientation string

// The orientations; the zero value is treated as OrientationAuto.
const (
	OrientationAuto      Orientation = "auto"
	OrientationPortrait  Orientation = "portrait"
	OrientationLandscape Orientation = "landscape"
)

// Orientations returns every orientation.
func Orientations() []Orientation {
	return []Orientation{OrientationAuto, OrientationPortrait, OrientationLandscape}
}

// OnCard is what a card that comes in does at the station of the desk.
type OnCard string

// What it can do.
const (
	OnCardPage   OnCard = "page"   // the page for a new visit is shown, and serves it
	OnCardNotice OnCard = "notice" // a line offers them
	OnCardOff    OnCard = "off"    // nothing, and it is read for a new visit alone
)

// OnCards returns all that it can do.
func OnCards() []OnCard { return []OnCard{OnCardPage, OnCardNotice, OnCardOff} }
