// Package camera takes photos of patients who come without their card.
//
// Open connects a Camera to a source: a camera of this machine, one in the
// network, pictures from files, or a drawn scene. A Camera owns one goroutine that
// connects, watches, and connects again. It keeps the newest picture only, and
// decodes nothing that nobody asks for. A Sitting is one patient in front of the
// camera: preview, judgement by the gate, and the photo.
//
// Pictures are personal data. Whoever receives one releases it, which overwrites
// its pixels. Nothing of a picture is ever logged or written to a file here.
package camera
