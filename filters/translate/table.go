package translate

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/naru-log/naru/internal/datafile"
)

// maxFile bounds the size of a file, in bytes.
const maxFile = 64 << 20

// read reads a table from a file.
func read(path string) (table, error) {
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
	var t table
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".csv":
		t, err = parseCSV(string(text))
	case ".json":
		t, err = parseJSON(text)
	case ".yaml", ".yml":
		t, err = parseYAML(text)
	default:
		return nil, fmt.Errorf("read table %s: its name does not say what it is: let it end in .csv, .json, .yaml or .yml", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", path, err)
	}
	return t, nil
}

// parseCSV reads rows of a value and what it becomes. Of a value that comes again
// the last row counts.
func parseCSV(text string) (table, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = 2
	t := table{}
	for {
		row, err := r.Read()
		switch {
		case err == io.EOF:
			return t, nil
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d has %d columns: write a value, a comma, and what it becomes", line, len(row))
		case err != nil:
			return nil, err
		}
		t[row[0]] = row[1]
	}
}

func parseJSON(text []byte) (table, error) {
	var entries map[string]any
	if err := json.Unmarshal(text, &entries); err != nil {
		return nil, err
	}
	return scalars(entries)
}

func parseYAML(text []byte) (table, error) {
	// Nodes keep what was written: 1.10 stays 1.10, and yes stays yes.
	var entries map[string]yaml.Node
	if err := yaml.Unmarshal(text, &entries); err != nil {
		return nil, err
	}
	t := make(table, len(entries))
	for key, node := range entries {
		if node.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: %q is no single value", node.Line, key)
		}
		t[key] = node.Value
	}
	return t, nil
}

func scalars(entries map[string]any) (table, error) {
	t := make(table, len(entries))
	for key, value := range entries {
		switch v := value.(type) {
		case string:
			t[key] = v
		case float64, bool:
			b, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("entry %q: %w", key, err)
			}
			t[key] = string(b)
		default:
			return nil, fmt.Errorf("entry %q is no single value", key)
		}
	}
	return t, nil
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
	t, err := read(f.watch.Path())
	if err != nil {
		f.log.Error("table was replaced by one that cannot be used, the one in memory stays in use", "path", f.watch.Path(), "error", err)
		return
	}
	f.table.Store(&t)
	f.log.Info("table read anew", "path", f.watch.Path(), "entries", len(t))
}
