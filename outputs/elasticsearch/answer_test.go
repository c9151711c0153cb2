package elasticsearch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// referenceAnswer is what encoding/json makes of an answer.
type referenceAnswer struct {
	Errors *bool
	Items  []map[string]struct {
		Status int
		Error  json.RawMessage
	}
}

func TestAnswer(t *testing.T) {
	long := strings.Repeat("한", 5000)
	tests := []struct {
		name, text string
		items      int
		want       string // statuses, or the beginning of the error
	}{
		{"Elasticsearch, all well", `{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":200}}]}`, 2, "201 200"},
		{"all well says the answer, an item does not", `{"errors":false,"items":[{"create":{"status":429}}]}`, 1, "429[unknown ]"},
		{"no filter_path", `{"took":3,"errors":false,"items":[{"create":{"_index":"x","status":201}}]}`, 1, "201"},
		{"OpenSearch order, all well", `{"items":[{"create":{"status":201}}],"errors":false}`, 1, "201"},
		{"some failed", `{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"type":"t","reason":"r"}}}]}`, 2, "201 400[t r]"},
		{"white space", " {\n\t\"errors\" : true , \"items\" : [ { \"create\" : { \"status\" : 429 } } ] }\r\n", 1, "429[unknown ]"},
		{"fields in between", `{"took":1.5e3,"x":{"a":[1,{"b":null}],"c":"}\"]"},"errors":true,"items":[{"create":{"_id":"a","error":{"caused_by":{"type":"no","reason":"no"},"type":"t","index":"i","reason":"r"},"status":400}}],"ingest_took":4}`, 1, "400[t r]"},
		{"error is text", `{"errors":true,"items":[{"create":{"status":404,"error":"gone"}}]}`, 1, "404[ gone]"},
		{"escapes", `{"errors":true,"items":[{"create":{"status":400,"error":{"type":"\u0074\/","reason":"\ud83d\ude00\ud83d \ude00\n\u00e9"}}}]}`, 1, "400[t/ 😀\ufffd \ufffd\né]"},
		{"reason of null", `{"errors":true,"items":[{"create":{"status":400,"error":{"type":null,"reason":null}}}]}`, 1, "400[ ]"},
		{"long reason is cut", `{"errors":true,"items":[{"create":{"status":400,"error":{"type":"t","reason":"` + long + `"}}}]}`, 1, "400[t " + long[:maxReason/3*3] + "]"},
		{"count", `{"errors":true,"items":[{"create":{"status":201}}]}`, 2, "the answer has another number of items than the request: 1, not 2"},
		{"count, all well", `{"errors":false,"items":[{"create":{"status":201}}]}`, 2, "the answer has another number of items than the request: 1, not 2"},
		{"nothing", ``, 1, "the answer is not that of a bulk request: it ends too early"},
		{"cut", `{"errors":true,"items":[{"create":{"status":201}}`, 1, "the answer is not that of a bulk request: it ends too early"},
		{"cut, all well", `{"errors":false,"items":[{"create":{"status":201`, 1, "the answer is not that of a bulk request: it ends too early"},
		{"no status", `{"errors":true,"items":[{"create":{}}]}`, 1, "the answer is not that of a bulk request: item 0 has no status"},
		{"status is no number", `{"errors":true,"items":[{"create":{"status":"ok"}}]}`, 1, "the answer is not"},
		{"long status", `{"errors":true,"items":[{"create":{"status":2010}}]}`, 1, "the answer is not"},
		{"more after the end", `{"errors":true,"items":[{"create":{"status":201}}]}x`, 1, "the answer is not"},
	}
	for _, tt := range tests {
		for _, in := range []struct {
			name string
			r    io.Reader
		}{{"", strings.NewReader(tt.text)}, {", byte by byte", iotest.OneByteReader(strings.NewReader(tt.text))}} {
			t.Run(tt.name+in.name, func(t *testing.T) {
				var a answer
				items := make([]item, tt.items)
				if got := describe(&a, items, a.read(in.r, items)); !strings.HasPrefix(got, tt.want) || strings.Contains(tt.want, "[") && got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			})
		}
	}
}

func describe(a *answer, items []item, err error) string {
	if err != nil {
		return err.Error()
	}
	var all []string
	for i := range items {
		s := fmt.Sprint(items[i].status)
		if items[i].status >= 400 {
			kind, reason := a.why(i)
			s += "[" + kind + " " + reason + "]"
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// An answer of any size is read in little memory.
func TestAnswerOfAnySize(t *testing.T) {
	const n = maxDocuments
	head, tail := `{"errors":true,"items":[`, `]}`
	one := `{"create":{"_index":"x","status":400,"error":{"type":"document_parsing_exception","reason":"` + strings.Repeat("long ", 2000) + `"}}}`
	parts := []io.Reader{strings.NewReader(head)}
	for i := range n {
		if i > 0 {
			parts = append(parts, strings.NewReader(","))
		}
		parts = append(parts, strings.NewReader(one))
	}
	parts = append(parts, strings.NewReader(tail)) // 100 MB in all
	var a answer
	items := make([]item, n)
	if err := a.read(io.MultiReader(parts...), items); err != nil {
		t.Fatal(err)
	}
	if kept := cap(a.text); kept > 8<<20 {
		t.Errorf("%d bytes are kept of an answer", kept)
	}
	if kind, reason := a.why(n - 1); kind != "document_parsing_exception" || len(reason) == 0 {
		t.Errorf("the last item's error is %q %q", kind, reason)
	}
}

func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		`{"errors":false,"items":[{"create":{"status":201}}]}`,
		`{"took":1,"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"type":"a\u00e9\n","reason":"\ud83d\ude00"}}}]}`,
		`{"errors":true,"items":[{"create":{"error":"text","status":429}}],"x":[1,{},[],null,"}"]}`,
		`{"errors":true,"items":[]}`,
	} {
		f.Add([]byte(text), uint8(2))
	}
	f.Fuzz(func(t *testing.T, text []byte, n uint8) {
		var a answer
		items := make([]item, n)
		err := a.read(bytes.NewReader(text), items)
		var again answer
		other := make([]item, n)
		if slow := again.read(iotest.OneByteReader(bytes.NewReader(text)), other); (slow == nil) != (err == nil) || err == nil && describe(&a, items, nil) != describe(&again, other, nil) {
			t.Fatalf("whole: %v, byte by byte: %v", err, slow)
		}
		var ref referenceAnswer
		if json.Unmarshal(text, &ref) != nil || !comparable(text, &ref) {
			return // what is not JSON may be read, as long as the count is right
		}
		if len(ref.Items) != int(n) {
			if !errors.Is(err, errItemCount) {
				t.Fatalf("%d items, not %d, and no complaint: %v", len(ref.Items), n, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		for i, it := range ref.Items {
			for _, v := range it {
				if v.Status != int(items[i].status) {
					t.Errorf("item %d has status %d, want %d", i, items[i].status, v.Status)
				}
				compareError(t, &a, i, v.Status, v.Error)
			}
		}
	})
}

func compareError(t *testing.T, a *answer, i, status int, raw json.RawMessage) {
	if len(raw) == 0 || status == 409 {
		return
	}
	var want struct{ Type, Reason string }
	if raw[0] == '"' {
		if json.Unmarshal(raw, &want.Reason) != nil {
			return
		}
	} else if json.Unmarshal(raw, &want) != nil {
		return
	}
	if len(want.Type) > maxKind || len(want.Reason) > shortReason || !utf8.ValidString(string(raw)) {
		return
	}
	if kind, reason := a.why(i); kind != want.Type || reason != want.Reason {
		t.Errorf("item %d: %q %q, want %q %q", i, kind, reason, want.Type, want.Reason)
	}
}

// comparable reports whether an answer has the shape that servers give, so that
// encoding/json, which matches names without case, takes the last of two and
// takes null for anything, means the same.
func comparable(text []byte, ref *referenceAnswer) bool {
	if ref.Errors == nil || ref.Items == nil || bytes.Contains(text, []byte("null")) || bytes.ContainsRune(text, '\\') && bytes.Contains(text, []byte(`\u`)) && !utf8.Valid(text) {
		return false
	}
	for _, word := range []string{`errors`, `items`} {
		if bytes.Count(bytes.ToLower(text), []byte(word)) != 1 || !bytes.Contains(text, []byte(`"`+word+`"`)) {
			return false
		}
	}
	lower := bytes.ToLower(text)
	if bytes.Count(lower, []byte("status")) != len(ref.Items) || bytes.Count(text, []byte(`"status"`)) != len(ref.Items) {
		return false
	}
	for _, word := range []string{"error\"", "type", "reason"} {
		if bytes.Count(lower, []byte(word)) > len(ref.Items) || bytes.Count(lower, []byte(word)) != bytes.Count(text, []byte(word)) {
			return false
		}
	}
	if bytes.ContainsRune(text, '\u017f') || bytes.ContainsRune(text, '\u212a') { // fold to s and k
		return false
	}
	for _, it := range ref.Items {
		for _, v := range it {
			if len(it) != 1 || v.Status < 100 || v.Status > 999 || len(v.Error) > 0 && v.Error[0] != '{' && v.Error[0] != '"' {
				return false
			}
		}
		if len(it) != 1 {
			return false
		}
	}
	return true
}

func BenchmarkAnswer(b *testing.B) {
	well := []byte(`{"errors":false,"items":[` + strings.Repeat(`{"create":{"status":201}},`, 1099) + `{"create":{"status":201}}]}`)
	conflict := `{"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"[AWNjbh-gAAAAAAAAAAcAAAAAAAAA]: version conflict, document already exists (current version [1])","index_uuid":"x","shard":"0","index":".ds-logs-test-default-2026.01.01-000001"}}}`
	known := []byte(`{"errors":true,"items":[` + strings.Repeat(conflict+",", 1099) + conflict + `]}`)
	for _, bb := range []struct {
		name string
		text []byte
	}{{"AllWell", well}, {"AllThereAlready", known}} {
		b.Run(bb.name, func(b *testing.B) {
			var a answer
			items := make([]item, 1100)
			r := bytes.NewReader(bb.text)
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.text)))
			for b.Loop() {
				r.Reset(bb.text)
				if err := a.read(r, items); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
