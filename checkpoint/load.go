package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// CorruptionError says that a part of the checkpoint could not be read. What
// could be read is used; files whose last record was in the damaged part fall
// back to the one before it, and their lines since then are read again.
type CorruptionError struct {
	Path   string
	Offset int64 // of the first damaged byte
	Bytes  int64 // how many bytes could not be used
	// Torn says that the damage is an unfinished record at the end, as a
	// power failure leaves it: nothing in it had been relied on.
	Torn bool
	Err  error
}

// Error names the file, the place and the reason.
func (e *CorruptionError) Error() string {
	return fmt.Sprintf("checkpoint %s is damaged at byte %d (%d bytes unusable): %v", e.Path, e.Offset, e.Bytes, e.Err)
}

// Unwrap gives the reason.
func (e *CorruptionError) Unwrap() error { return e.Err }

// state is what a log says.
type state struct {
	spaces map[string]map[uint64]Entry
	clean  bool
}

func newState() state { return state{spaces: map[string]map[uint64]Entry{}} }

func (s *state) apply(r record) {
	e := r.entry
	s.clean = r.kind == kindClean
	switch r.kind {
	case kindPut:
		if s.spaces[e.Namespace] == nil {
			s.spaces[e.Namespace] = map[uint64]Entry{}
		}
		s.spaces[e.Namespace][e.ID] = e
	case kindDelete:
		delete(s.spaces[e.Namespace], e.ID)
	}
}

// distrust marks every entry so that all that was read counts as uncertain.
func (s *state) distrust(damaged bool) {
	for _, files := range s.spaces {
		for id, e := range files {
			if e.Sent = max(e.Sent, e.Limit); damaged {
				e.Sent = math.MaxInt64
			}
			files[id] = e
		}
	}
}

// decode reads a log. Damage does not stop it where the next record can be told:
// each record stands for itself.
func decode(b []byte) (state, *CorruptionError, error) {
	s := newState()
	var damage *CorruptionError
	note := func(at, n int, torn bool, err error) {
		if damage == nil {
			damage = &CorruptionError{Offset: int64(at), Torn: torn, Err: err}
		}
		damage.Torn = damage.Torn && torn
		damage.Bytes += int64(n)
	}
	if err := checkHeader(b); err != nil {
		if v := errVersion(0); errors.As(err, &v) {
			return s, nil, err
		}
		note(0, min(headerBytes, len(b)), false, err)
	}
	for at := min(headerBytes, len(b)); at < len(b); {
		payload, size, incomplete, err := nextRecord(b[at:])
		var r record
		if err == nil {
			r, err = decodeRecord(payload)
		}
		if err == nil {
			s.apply(r)
			at += size
			continue
		}
		if size == 0 || !goodRecordAt(b, at+size) {
			note(at, len(b)-at, incomplete || allZero(b[at:]), err)
			break
		}
		note(at, size, false, err)
		at += size
	}
	s.clean = s.clean && damage == nil
	return s, damage, nil
}

// goodRecordAt says whether the length of the damaged record before can be
// believed, since another one follows it.
func goodRecordAt(b []byte, at int) bool {
	if at >= len(b) {
		return false
	}
	_, _, _, err := nextRecord(b[at:])
	return err == nil
}

// allZero recognises a file that had grown when the power failed, its new bytes
// not yet written.
func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

const (
	logName     = "checkpoint"
	tmpName     = "checkpoint.new"
	damagedName = "checkpoint.damaged"
	pidName     = "naru.pid"
)

// Read lists the entries of the checkpoint in dir, in order of namespace and
// path, without locking it; a running naru may be at work. There are none when
// there is no checkpoint. With a *CorruptionError the entries that could be read
// are returned too.
func Read(dir string) ([]Entry, error) {
	path := filepath.Join(dir, logName)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	s, damage, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint %s: %w", path, err)
	}
	var all []Entry
	for _, files := range s.spaces {
		for _, e := range files {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, compareEntries)
	if damage != nil && !damage.Torn { // a torn end may be a record being written
		damage.Path = path
		return all, damage
	}
	return all, nil
}

func compareEntries(a, b Entry) int {
	if c := strings.Compare(a.Namespace, b.Namespace); c != 0 {
		return c
	}
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return a.FirstSeen.Compare(b.FirstSeen)
}
