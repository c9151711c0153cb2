package translate

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/naru-log/naru/internal/datafile"
)

// maxFile bounds the size of a file, in bytes.
const maxFile = 64 << 20

// entry is a row of a table.
type entry struct{ key, value string }

// table finds what a value becomes.
type table struct {
	exact    map[string]string
	patterns []pattern // instead of exact, in the order in which they are tried
}

type pattern struct {
	expr *regexp.Regexp
	to   string
}

// newTable makes a table of entries, whose keys are regular expressions if regex.
// Of a key that comes again the last entry counts.
func newTable(entries []entry, regex bool) (*table, error) {
	t := &table{exact: make(map[string]string, len(entries))}
	if !regex {
		for _, e := range entries {
			t.exact[e.key] = e.value
		}
		return t, nil
	}
	for _, e := range entries {
		expr, err := regexp.Compile(e.key)
		if err != nil {
			return nil, fmt.Errorf("entry %q: %w", e.key, err)
		}
		t.patterns = append(t.patterns, pattern{expr, e.value})
	}
	return t, nil
}

// find looks a value up.
func (t *table) find(key []byte) (to string, ok bool) {
	for i := range t.patterns {
		if p := &t.patterns[i]; p.expr.Match(key) {
			return p.to, true
		}
	}
	to, ok = t.exact[string(key)]
	return to, ok
}

func (t *table) len() int { return len(t.exact) + len(t.patterns) }

// read reads a table from a file.
func read(path string, regex bool) (*table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", path, err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("read table %s: it is larger than %d MiB", path, maxFile>>20)
	}
	if len(bytes.TrimSpace(text)) == 0 { // as while somebody writes it
		return nil, fmt.Errorf("read table %s: the file is empty", path)
	}
	var entries []entry
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".csv":
		entries, err = parseCSV(string(text))
	case ".json":
		entries, err = parseJSON(text)
	case ".yaml", ".yml":
		entries, err = parseYAML(text)
	default:
		return nil, fmt.Errorf("read table %s: its name does not say what it is: let it end in .csv, .json, .yaml or .yml", path)
	}
	var t *table
	if err == nil {
		t, err = newTable(entries, regex)
	}
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", path, err)
	}
	return t, nil
}

// parseCSV reads rows of a value and what it becomes.
func parseCSV(text string) ([]entry, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = 2
	var entries []entry
	for {
		row, err := r.Read()
		switch {
		case err == io.EOF:
			return entries, nil
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d has %d columns: write a value, a comma, and what it becomes", line, len(row))
		case err != nil:
			return nil, err
		}
		entries = append(entries, entry{row[0], row[1]})
	}
}

// parseJSON reads an object, whose members keep their order.
func parseJSON(text []byte) ([]entry, error) {
	var whole map[string]json.RawMessage
	err := json.Unmarshal(text, &whole)
	if fault, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, fmt.Errorf("line %d: %w", 1+bytes.Count(text[:min(fault.Offset, int64(len(text)))], []byte("\n")), err)
	}
	if err != nil || whole == nil {
		return nil, errors.New(`it holds no object: write {"value": "what it becomes"}`)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()                        // 1.10 stays 1.10
	if _, err := d.Token(); err != nil { // the brace, for it is an object
		return nil, err
	}
	var entries []entry
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		text, ok := scalar(value)
		if !ok {
			return nil, fmt.Errorf("entry %q is no single value", key)
		}
		entries = append(entries, entry{key.(string), text})
	}
	return entries, nil
}

func scalar(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// parseYAML reads a mapping, whose members keep their order. Nodes keep what was
// written: 1.10 stays 1.10, and yes stays yes.
func parseYAML(text []byte) ([]entry, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("it holds no mapping: write lines such as value: what it becomes")
	}
	var whole map[string]yaml.Node // says what comes twice
	if err := root.Decode(&whole); err != nil {
		return nil, err
	}
	var entries []entry
	for members := root.Content[0].Content; len(members) > 1; members = members[2:] {
		key, value := members[0], members[1]
		if value.Kind != yaml.ScalarNode || value.ShortTag() == "!!null" {
			return nil, fmt.Errorf("line %d: %q is no single value", value.Line, key.Value)
		}
		entries = append(entries, entry{key.Value, value.Value})
	}
	return entries, nil
}

// Run looks for a replaced file until ctx ends.
func (f *Filter) Run(ctx context.Context) error {
	if f.watch == nil {
		<-ctx.Done()
		return nil
	}
	ticker := time.NewTicker(f.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			f.refresh()
		}
	}
}

func (f *Filter) refresh() {
	change, err := f.watch.Look()
	switch change {
	case datafile.Same:
		return
	case datafile.Gone:
		f.log.Warn("table is gone, the one in memory stays in use", "path", f.watch.Path(), "error", err)
		return
	}
	t, err := read(f.watch.Path(), f.regex)
	if err != nil {
		f.log.Error("table was replaced by one that cannot be used, the one in memory stays in use", "path", f.watch.Path(), "error", err)
		return
	}
	f.table.Store(t)
	f.log.Info("table read anew", "path", f.watch.Path(), "entries", t.len())
}
