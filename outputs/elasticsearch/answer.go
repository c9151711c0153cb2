package elasticsearch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// answer reads what the cluster says to a bulk request. A sender owns one and
// uses it again and again. Its memory is bounded however long the answer is.
type answer struct {
	scan    scanner
	refusal []refusal // why items were refused, in order of items
	text    []byte    // backing of refusals
}

// refusal is the error of one item.
type refusal struct {
	item         int
	kind, reason []byte
}

// Bounds of what is kept of an answer.
const (
	maxKind     = 200
	maxReason   = 2000
	shortReason = 200
	maxText     = 1 << 20 // beyond it reasons are short
)

// Errors of answers that cannot be trusted: nothing is known about the items.
var (
	errNotAnswer = errors.New("the answer is not that of a bulk request")
	errItemCount = errors.New("the answer has another number of items than the request")
)

// read takes in the answer to a request of the items given and sets their
// status. It reads to the end of r. When it fails the statuses mean nothing.
func (a *answer) read(r io.Reader, items []item) error {
	a.refusal, a.text = a.refusal[:0], a.text[:0]
	s := &a.scan
	s.reset(r)
	count := -1 // of items, unknown
	err := s.object(func(key []byte) (err error) {
		if string(key) != "items" {
			return s.skip() // "errors" too: whether there are any is seen item by item
		}
		count, err = a.items(items)
		return err
	})
	if err == nil {
		err = s.end()
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errNotAnswer, err)
	case count != len(items):
		return fmt.Errorf("%w: %d, not %d", errItemCount, max(count, 0), len(items))
	}
	return nil
}

// created is the item of a document that was stored, in the very bytes that a
// server writes when nothing more is asked for. Nearly all items are this.
const created = `{"create":{"status":201}}`

// items reads the list of items and returns how many there are.
func (a *answer) items(items []item) (int, error) {
	n := 0
	set := func(status uint16) {
		if n < len(items) {
			items[n].status = status
		}
		n++
	}
	err := a.scan.array(func() error {
		status, err := a.item(n)
		set(status)
		for err == nil && a.scan.literally(","+created) {
			set(http.StatusCreated)
		}
		return err
	})
	return n, err
}

// item reads {"create":{"status":…,"error":{…}}}.
func (a *answer) item(n int) (status uint16, err error) {
	s := &a.scan
	err = s.object(func([]byte) error {
		return s.object(func(key []byte) error {
			switch string(key) {
			case "status":
				var err error
				status, err = s.status()
				return err
			case "error":
				if status == http.StatusConflict {
					return s.skip() // a whole request may consist of these
				}
				return a.refused(n)
			}
			return s.skip()
		})
	})
	if err == nil && status == 0 {
		err = fmt.Errorf("item %d has no status", n)
	}
	return status, err
}

// refused reads an item's error: an object, or a string in very old servers.
func (a *answer) refused(n int) error {
	s := &a.scan
	f := refusal{item: n}
	limit := maxReason
	if len(a.text) > maxText {
		limit = shortReason
	}
	var err error
	if s.peek() == '"' {
		f.reason, err = a.keep(limit)
	} else {
		err = s.object(func(key []byte) error {
			var err error
			switch {
			case s.peek() != '"':
				err = s.skip()
			case string(key) == "type":
				f.kind, err = a.keep(maxKind)
			case string(key) == "reason":
				f.reason, err = a.keep(limit)
			default:
				err = s.skip()
			}
			return err
		})
	}
	a.refusal = append(a.refusal, f)
	return err
}

// keep reads a string and keeps its beginning.
func (a *answer) keep(limit int) ([]byte, error) {
	start := len(a.text)
	text, err := a.scan.text(a.text, limit)
	a.text = text
	return text[start:len(text):len(text)], err
}

// why gives the error of an item.
func (a *answer) why(item int) (kind, reason string) {
	i, ok := slices.BinarySearchFunc(a.refusal, item, func(r refusal, item int) int { return r.item - item })
	if !ok {
		return "unknown", ""
	}
	return string(a.refusal[i].kind), string(a.refusal[i].reason)
}
