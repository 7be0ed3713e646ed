// Package webhook tells the hospital's systems about changed visits by POST.
//
// Each hook has its own place in the feed of visits, kept durably; it gets every
// change at least once, and in order but for those that it has refused (package feed).
// Requests are signed as Standard Webhooks describes it (standardwebhooks.com, "v1"):
// HMAC-SHA256 over id, time and body.
// A receiver that is down delays its own hook and nothing else. The package must
// not log an address with its secrets, a body, or an answer of a receiver.
package webhook
