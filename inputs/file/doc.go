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
package file
