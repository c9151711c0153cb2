package difftest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// sharedFolder returns a folder of the data that lies beside the repository
// (../shared from its root), or below NARU_SHARED.
func sharedFolder(t testing.TB, name string) string {
	t.Helper()
	base := os.Getenv("NARU_SHARED")
	if base == "" {
		base = filepath.Join(repositoryRoot(t), "..", "shared")
	}
	dir := filepath.Join(base, filepath.FromSlash(name))
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the shared folder %s is missing: put it at ../shared beside the repository, or set NARU_SHARED: %v", name, err)
	}
	return dir
}

func repositoryRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test: the repository's root is unknown")
		}
		dir = parent
	}
}

// A recording is one recorded answer of the reference engine.
type recording struct {
	bank        string
	pattern     string
	definitions map[string]string
	line        string
	want        outcome
}

func (r recording) String() string {
	return fmt.Sprintf("%s %s on %q", r.bank, r.pattern, r.line)
}

// recordings reads the cases and the errors that were recorded.
func recordings(t testing.TB) (cases, refusals []recording) {
	t.Helper()
	dir := sharedFolder(t, "conformance/grok")
	return readRecordings(t, filepath.Join(dir, "cases.jsonl")), readRecordings(t, filepath.Join(dir, "errors.jsonl"))
}

func readRecordings(t testing.TB, path string) []recording {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []recording
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		r, err := decodeRecording(lines.Bytes())
		if err != nil {
			t.Fatalf("%s:%d: %v", path, n, err)
		}
		list = append(list, r)
	}
	if err := lines.Err(); err != nil || len(list) == 0 {
		t.Fatalf("read %s: %d lines, %v", path, len(list), err)
	}
	return list
}

func decodeRecording(data []byte) (recording, error) {
	var raw struct {
		Bank        string                     `json:"bank"`
		Pattern     string                     `json:"pattern"`
		Definitions map[string]string          `json:"definitions"`
		Line        string                     `json:"line"`
		Match       bool                       `json:"match"`
		Captures    json.RawMessage            `json:"captures"`
		Types       map[string]json.RawMessage `json:"types"`
		Error       string                     `json:"error"`
		Message     string                     `json:"message"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return recording{}, err
	}
	r := recording{bank: raw.Bank, pattern: raw.Pattern, definitions: raw.Definitions, line: raw.Line}
	switch {
	case raw.Error == "timeout":
		r.want = outcome{kind: timeout}
	case raw.Error != "":
		r.want = outcome{kind: kind(raw.Error + " error"), message: raw.Message}
	case !raw.Match:
		r.want = outcome{kind: mismatched}
	default:
		captures, err := decodeCaptures(raw.Captures, raw.Types)
		if err != nil {
			return recording{}, err
		}
		r.want = outcome{kind: matched, captures: captures}
	}
	return r, nil
}

// decodeCaptures reads an object with its order.
func decodeCaptures(object json.RawMessage, types map[string]json.RawMessage) ([]capture, error) {
	in := json.NewDecoder(bytes.NewReader(object))
	in.UseNumber()
	if _, err := in.Token(); err != nil {
		return nil, err
	}
	var list []capture
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, err
		}
		var value any
		if err := in.Decode(&value); err != nil {
			return nil, err
		}
		values, ok := value.([]any)
		if !ok {
			values = []any{value}
		}
		c := capture{name: name.(string)}
		for i, v := range values {
			typed, err := typedValue(v, typeAt(types[c.name], i))
			if err != nil {
				return nil, fmt.Errorf("capture %s: %w", c.name, err)
			}
			c.values = append(c.values, typed)
		}
		list = append(list, c)
	}
	if _, err := in.Token(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return list, nil
}

// typeAt is the type of the i-th value of a name: types holds one type for
// all, or a list of types, or nothing for strings.
func typeAt(types json.RawMessage, i int) string {
	var one string
	if json.Unmarshal(types, &one) == nil {
		return one
	}
	var each []string
	if json.Unmarshal(types, &each) == nil && i < len(each) {
		return each[i]
	}
	return ""
}

func typedValue(v any, typ string) (any, error) {
	if b, ok := v.(bool); ok && typ == "boolean" {
		return b, nil
	}
	text := fmt.Sprint(v)
	switch typ {
	case "int":
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err
	case "long":
		return strconv.ParseInt(text, 10, 64)
	case "float":
		n, err := strconv.ParseFloat(text, 32)
		return float32(n), err
	case "double":
		return strconv.ParseFloat(text, 64)
	case "", "string":
		return text, nil
	}
	return nil, fmt.Errorf("value %v has the unknown type %q", v, typ)
}
