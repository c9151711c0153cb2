// Package deadletter keeps documents that an output cannot deliver, with the
// reason, in bounded NDJSON segments on disk.
//
// # Files
//
// A directory holds segments N.ndjson in order of N, one Record per line. A
// segment that a replay has taken is called N.replaying. The last line of a
// segment may be torn by a crash: it was never acknowledged, so readers pass
// over it. The file "lock" orders appends against each other and against the
// moment in which a replay takes the segments, over processes; "replay.lock" is
// held by a replay.
package deadletter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Record is one document that was refused.
type Record struct {
	Time     time.Time `json:"time"`
	Pipeline string    `json:"pipeline"`
	Output   string    `json:"output"`
	// Index is the index or data stream that the document was meant for.
	Index string `json:"index,omitempty"`
	// ID is the document's _id: sent again, the document is still stored once.
	ID string `json:"_id,omitempty"`
	// Status, Type and Reason are what the far end said.
	Status int    `json:"status,omitempty"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
	// Document is the encoded document. One that is not JSON is kept too, as
	// text.
	Document []byte `json:"-"`
}

// line is a Record as it is stored.
type line struct {
	Record
	Document json.RawMessage `json:"document,omitempty"`
	Text     string          `json:"text,omitempty"`
}

// appendLine appends the record and a newline.
func (r *Record) appendLine(dst *bytes.Buffer) error {
	l := line{Record: *r}
	if json.Valid(r.Document) {
		l.Document = r.Document
	} else {
		l.Text = string(r.Document)
	}
	enc := json.NewEncoder(dst) // compact, and ends with a newline
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&l); err != nil {
		return fmt.Errorf("encode dead letter %s: %w", r.ID, err)
	}
	return nil
}

func parseLine(b []byte) (Record, error) {
	var l line
	if err := json.Unmarshal(b, &l); err != nil {
		return Record{}, err
	}
	r := l.Record
	r.Document = l.Document
	if l.Document == nil {
		r.Document = []byte(l.Text)
	}
	return r, nil
}
