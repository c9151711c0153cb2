package elasticsearch

import "net/http"

// verdict is what becomes of a document after an answer.
type verdict uint8

const (
	accepted  verdict = iota // it is stored now
	present                  // it was stored before
	refused                  // it never will be: a dead letter
	undecided                // it is sent again
)

// judge says what the status of an item means. It is the one place that
// decides.
func judge(status uint16) verdict {
	switch {
	case status >= 200 && status < 300:
		return accepted
	case status == http.StatusConflict:
		return present // a document with this id: the same line, sent before
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return undecided // the cluster is busy
	case status >= 400 && status < 500:
		return refused // the document does not fit the index, and never will
	}
	return undecided // 5xx: the cluster is in trouble, not the document
}
