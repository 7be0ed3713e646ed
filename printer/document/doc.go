// Package document wraps the picture of a slip into documents that ordinary
// printers and people understand. Text is never set by a PDF library: those at
// hand lose or misplace Thai marks.
package document
