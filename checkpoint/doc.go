// Package checkpoint keeps which bytes of which file are delivered.
//
// # Durability
//
// The checkpoint is one file in the state directory, a log of records with
// checksums. A commit appends what changed and syncs it once, for all inputs
// together; when the log has grown to three times what a new one would take it is
// written anew beside the old one, synced, renamed over it, and the directory
// synced. A log of our own rather than an embedded database: there is one writer,
// all of it is in memory anyway, it is read once, and a commit is one append.
//
// After an error of the disk nothing is known about what was written, so the
// next commit replaces the whole file. Until one succeeds nothing counts as
// durable.
//
// # What a restart finds
//
// Close ends the log with a mark. Without the mark the last run was killed, and
// lines beyond the watermarks may or may not have been delivered: Open says so by
// raising Entry.Sent. A record that a power failure cut short was never relied
// on. Other damage is reported, and what can be read is used.
package checkpoint
