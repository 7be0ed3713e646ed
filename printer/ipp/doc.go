// Package ipp prints on printers that speak the Internet Printing Protocol (RFC
// 8010, 8011): office printers without a driver, and queues of CUPS.
//
// A slip is a job, watched to its end. A job that does not end in time is
// cancelled, so that the slip of a patient who has left never comes out.
package ipp
