package deadletter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// readChunk is about how many bytes of a segment go to one call of Read's fn.
const readChunk = 1 << 20

// ErrCorrupt is wrapped by the error of Read for segments that hold lines which
// are not records, other than a torn last one. Such a segment is replayed
// otherwise, and kept.
var ErrCorrupt = errors.New("dead letters are corrupt")

// Read takes every segment of the directory, gives its records to fn in order,
// some at a time, and removes a segment once fn has returned nil for all of it:
// fn returns nil when it has delivered the records, or stored them elsewhere. An
// error of fn ends Read; the segment and those after it stay and come again with
// the next Read, also after a crash. A running agent may append meanwhile; it
// does so to new segments, which a later Read takes. A second Read of the same
// directory waits for the first.
//
// The records and their bytes belong to fn.
func Read(ctx context.Context, dir string, fn func(ctx context.Context, records []Record) error) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil // nothing was ever refused
	}
	unlock, err := lock(ctx, filepath.Join(dir, "replay.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	segs, err := take(ctx, dir)
	if err != nil {
		return err
	}
	var bad error
	for _, seg := range segs {
		err := readSegment(ctx, seg.path, fn)
		if errors.Is(err, ErrCorrupt) {
			bad = errors.Join(bad, err, os.Rename(seg.path, strings.TrimSuffix(seg.path, taken)+".corrupt"))
			continue
		}
		if err == nil {
			err = os.Remove(seg.path)
		}
		if err != nil {
			return errors.Join(bad, fmt.Errorf("replay dead letters: %w", err))
		}
	}
	return errors.Join(bad, syncDir(dir))
}

// take renames the segments that are there, so that nobody appends to them.
func take(ctx context.Context, dir string) ([]segment, error) {
	unlock, err := lock(ctx, filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	fresh, _, err := segments(dir)
	if err != nil {
		return nil, err
	}
	for _, seg := range fresh {
		if err := os.Rename(seg.path, strings.TrimSuffix(seg.path, sealed)+taken); err != nil {
			return nil, fmt.Errorf("take dead letters for replay: %w", err)
		}
	}
	if err := syncDir(dir); err != nil {
		return nil, fmt.Errorf("take dead letters for replay: %w", err)
	}
	segs, _, err := list(dir, taken)
	return segs, err
}

func readSegment(ctx context.Context, path string, fn func(context.Context, []Record) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 64<<10)
	var records []Record
	var corrupt error
	gathered := 0
	for number := 1; ; number++ {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // text is a torn line, or nothing
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		r, err := parseLine(bytes.TrimSuffix(text, []byte{'\n'}))
		if err != nil {
			corrupt = errors.Join(corrupt, fmt.Errorf("%w: %s line %d: %v", ErrCorrupt, path, number, err))
			continue
		}
		records = append(records, r)
		if gathered += len(text); gathered >= readChunk {
			if err := fn(ctx, records); err != nil {
				return err
			}
			records, gathered = nil, 0
		}
	}
	if len(records) > 0 {
		if err := fn(ctx, records); err != nil {
			return err
		}
	}
	return corrupt
}
