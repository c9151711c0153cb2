// Package file follows log files and emits their lines in batches.
//
// # Use
//
//	in, err := file.New(cfg, file.Deps{
//		Checkpoint: store.Namespace("pipeline/0"),
//		Budget:     budget,
//		Logger:     log,
//		Metrics:    reg,  // may be nil
//		Once:       once, // read what is there, then return from Run
//	})
//
// Run reads until its context ends. Acknowledgements may arrive during and
// after it; Close, called after the outputs have stopped, makes them durable.
// While Run works the checkpoint's Store has to Run too: it commits the
// watermarks.
//
// # What the lines are
//
// Batches hold lines without their \n or \r\n. A line's Offset is where it
// begins in the file's own bytes, whatever the encoding, so that (Source.ID,
// Offset) is the same whenever the line is read again and however the file was
// cut into chunks. Lines of files in UTF-8 are the file's bytes, which may not be
// valid: the worker passes them through event.Clean. Lines of other encodings
// are decoded, with Line.Flags telling when something had to be replaced.
//
// # How a file is known again
//
// A file has a random identity, durable before its first line is emitted. It is
// found again by device and inode, and that is believed only if the signature of
// its first bytes (up to 1 KiB) and the bytes just before the position are the
// same, which every single read compares. A file whose place holds something else
// (truncated, replaced, deleted and compressed) is looked for among the rotated
// files beside it and in rotated_dirs, by content, also inside .gz files; it goes
// on under its own identity where it was left. Content alone is never enough for
// two files that merely begin alike: see scanner.compare for when it is. The first
// bytes themselves are kept while the file is young, so that a copy is known even
// if it was made before the last of them were written.
//
// Generations that came and went while nobody looked are found by their names and
// times and read as files of their own. What cannot be read by anybody is lost:
// lines written between the copy and the truncation of copytruncate and not read
// in that moment, and files deleted before they were opened.
//
// # What is acknowledged
//
// The position that the checkpoint keeps moves on only when everything before it
// is acknowledged. Reading never goes further than a window beyond what is
// durable, so that after a crash the lines that may have been delivered already
// are bounded; their batches are marked as uncertain.
//
// # Last lines
//
// A last line without newline waits for its end, as long as partial_line_age
// allows; by default for ever, since sending half of a line would split it for
// good. It is sent as it is when the file has been rotated away and quiet for five
// minutes, and when reading once. Empty lines are left out. Runs of NUL bytes where
// a line would begin are skipped.
package file
