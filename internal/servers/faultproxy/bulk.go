package faultproxy

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// FailItems takes a share of a bulk's operations out, passes the others on, and
// answers as Elasticsearch does when its queues were full for some shards: 200,
// with the status given (429, …) for each operation that was taken out.
func FailItems(share float64, status int) Fault {
	return func(x *exchange) error {
		ops, err := x.operations()
		if err != nil {
			return err
		}
		failed := make([]bool, len(ops))
		var rest bytes.Buffer
		for i, op := range ops {
			failed[i] = x.random.Float64() < share
			if !failed[i] {
				rest.Write(op.raw)
			}
		}
		answer, resp, err := x.bulk(rest.Bytes())
		if err != nil {
			return err
		}
		if resp != nil { // the whole request was refused: that is the answer
			x.head(resp)
			_, err := x.w.Write(answer.raw)
			return err
		}
		return x.answerBulk(mergeItems(ops, failed, answer.Items, status))
	}
}

// ShortAnswer passes a bulk on and leaves the last item out of the answer.
func ShortAnswer() Fault {
	return func(x *exchange) error {
		body, err := x.body()
		if err != nil {
			return err
		}
		answer, resp, err := x.bulk(body)
		if err != nil {
			return err
		}
		if resp != nil || len(answer.Items) == 0 {
			return errors.New("the target gave no items to leave out")
		}
		return x.answerBulk(answer.Items[:len(answer.Items)-1])
	}
}

// operation is one operation of a bulk: its lines, newlines included.
type operation struct {
	name string // create, index, update, delete
	raw  []byte
}

// body reads the request's body, decompressed.
func (x *exchange) body() ([]byte, error) {
	var from io.Reader = x.r.Body
	if x.r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(x.r.Body)
		if err != nil {
			return nil, err
		}
		from = z
		x.r.Header.Del("Content-Encoding")
	}
	return io.ReadAll(from)
}

func (x *exchange) operations() ([]operation, error) {
	body, err := x.body()
	if err != nil {
		return nil, err
	}
	return splitBulk(body)
}

// splitBulk cuts a bulk's body into its operations.
func splitBulk(body []byte) ([]operation, error) {
	var ops []operation
	for len(body) > 0 {
		var action map[string]json.RawMessage
		end := bytes.IndexByte(body, '\n') + 1
		if end == 0 {
			return nil, errors.New("the bulk does not end with a newline")
		}
		if err := json.Unmarshal(body[:end], &action); err != nil || len(action) != 1 {
			return nil, fmt.Errorf("bulk action %q is no object with one key: %v", body[:end], err)
		}
		op := operation{}
		for name := range action {
			op.name = name
		}
		if op.name != "delete" {
			n := bytes.IndexByte(body[end:], '\n') + 1
			if n == 0 {
				return nil, fmt.Errorf("bulk action %q has no document", body[:end])
			}
			end += n
		}
		op.raw, body = body[:end], body[end:]
		ops = append(ops, op)
	}
	return ops, nil
}

type bulkAnswer struct {
	Items []json.RawMessage
	raw   []byte
}

// bulk sends operations to the target. The response is nil unless the target
// refused the request as a whole.
func (x *exchange) bulk(body []byte) (bulkAnswer, *http.Response, error) {
	if len(body) == 0 {
		return bulkAnswer{}, nil, nil
	}
	x.r.Header.Del("Accept-Encoding") // the answer has to be read here
	resp, err := x.forward(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return bulkAnswer{}, nil, err
	}
	defer resp.Body.Close()
	var answer bulkAnswer
	if answer.raw, err = io.ReadAll(resp.Body); err != nil {
		return bulkAnswer{}, nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return answer, resp, nil
	}
	if err := json.Unmarshal(answer.raw, &answer); err != nil {
		return bulkAnswer{}, nil, fmt.Errorf("read the target's bulk answer: %w", err)
	}
	return answer, nil, nil
}

// mergeItems puts the target's items and the made-up failures in the order of
// the operations.
func mergeItems(ops []operation, failed []bool, passed []json.RawMessage, status int) []json.RawMessage {
	items := make([]json.RawMessage, 0, len(ops))
	for i, op := range ops {
		switch {
		case failed[i]:
			items = append(items, json.RawMessage(fmt.Sprintf(
				`{%q:{"status":%d,"error":{"type":"es_rejected_execution_exception","reason":"rejected on purpose"}}}`, op.name, status)))
		case len(passed) > 0:
			items = append(items, passed[0])
			passed = passed[1:]
		}
	}
	return items
}

// answerBulk answers 200 with the items.
func (x *exchange) answerBulk(items []json.RawMessage) error {
	answer := struct {
		Took   int               `json:"took"`
		Errors bool              `json:"errors"`
		Items  []json.RawMessage `json:"items"`
	}{Items: items}
	for _, item := range items {
		answer.Errors = answer.Errors || bytes.Contains(item, []byte(`"error":`))
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	x.w.Header().Set("X-Elastic-Product", "Elasticsearch")
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, err = x.w.Write(body)
	return err
}
