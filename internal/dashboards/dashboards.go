// Package dashboards makes Kibana's saved objects of the dashboards that are
// written in YAML: it runs the compiler, which knows every panel but maps, turns
// the tables whose id ends in -map into region maps, and adds the data view that
// all panels use.
package dashboards

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// DataView is the id of the data view that the panels name.
const DataView = "naru-logs"

// dataView shows durations, which ECS keeps in nanoseconds, in milliseconds.
const dataView = `{"attributes":{"fieldFormatMap":"{\"event.duration\":{\"id\":\"duration\",\"params\":{\"inputFormat\":\"nanoseconds\",\"outputFormat\":\"asMilliseconds\",\"outputPrecision\":1,\"showSuffix\":true,\"useShortSuffix\":true}},\"mod_jk.request.duration\":{\"id\":\"duration\",\"params\":{\"inputFormat\":\"nanoseconds\",\"outputFormat\":\"asMilliseconds\",\"outputPrecision\":1,\"showSuffix\":true,\"useShortSuffix\":true}},\"http.response.body.bytes\":{\"id\":\"bytes\"}}","name":"naru logs","timeFieldName":"@timestamp","title":"logs-*"},"coreMigrationVersion":"8.8.0","id":"` + DataView + `","managed":false,"references":[],"type":"index-pattern","typeMigrationVersion":"8.0.0"}`

// compileLimit is how long the compiler may take. It takes seconds; for a formula
// it may take for ever.
const compileLimit = 5 * time.Minute

// Compile compiles every YAML file of src with the command of Compiler and
// returns the saved objects as NDJSON, the same for the same input.
func Compile(ctx context.Context, compiler []string, src string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, compileLimit)
	defer cancel()
	dir, err := os.MkdirTemp("", "naru-dashboards-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for compiled dashboards: %w", err)
	}
	defer os.RemoveAll(dir)
	args := append(slices.Clone(compiler[1:]), "compile", "--input-dir", src, "--output-dir", dir, "--output-file", "all.ndjson")
	cmd := exec.CommandContext(ctx, compiler[0], args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile dashboards: %w\n%s", err, out)
	}
	compiled, err := os.ReadFile(filepath.Join(dir, "all.ndjson"))
	if err != nil {
		return nil, fmt.Errorf("read compiled dashboards: %w", err)
	}
	return finish(compiled)
}

// finish makes of the compiler's objects what Kibana is given.
func finish(compiled []byte) ([]byte, error) {
	out := bytes.NewBufferString(dataView + "\n")
	for line := range bytes.Lines(compiled) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var object map[string]any
		if err := json.Unmarshal(line, &object); err != nil {
			return nil, fmt.Errorf("read compiled object: %w", err)
		}
		for _, volatile := range []string{"created_at", "created_by", "updated_at", "updated_by", "version"} {
			delete(object, volatile)
		}
		if err := finishPanels(object); err != nil {
			return nil, err
		}
		enc := json.NewEncoder(out) // keys sorted, one line
		enc.SetEscapeHTML(false)
		if err := enc.Encode(object); err != nil {
			return nil, fmt.Errorf("write object: %w", err)
		}
	}
	return out.Bytes(), nil
}

// finishPanels turns tables into region maps, and has Kibana show the first and
// the last of times as times.
func finishPanels(object map[string]any) error {
	attributes, ok := object["attributes"].(map[string]any)
	if !ok {
		return fmt.Errorf("object %v has no attributes", object["id"])
	}
	text, _ := attributes["panelsJSON"].(string)
	var panels []map[string]any
	if err := json.Unmarshal([]byte(text), &panels); err != nil {
		return fmt.Errorf("read panels of %v: %w", object["id"], err)
	}
	for _, p := range panels {
		markTimes(p)
		if id, _ := p["panelIndex"].(string); strings.HasSuffix(id, "-map") {
			if err := drawMap(p); err != nil {
				return fmt.Errorf("panel %s: %w", id, err)
			}
		}
	}
	drawn, err := json.Marshal(panels)
	if err != nil {
		return fmt.Errorf("write panels: %w", err)
	}
	attributes["panelsJSON"] = string(drawn)
	return nil
}

// markTimes tells Kibana that the smallest and largest of times are times, which
// the compiler takes for numbers.
func markTimes(value any) {
	switch v := value.(type) {
	case map[string]any:
		if op := v["operationType"]; (op == "min" || op == "max") && v["sourceField"] == "@timestamp" {
			v["dataType"] = "date"
		}
		for _, inner := range v {
			markTimes(inner)
		}
	case []any:
		for _, inner := range v {
			markTimes(inner)
		}
	}
}

// drawMap makes a table of country codes and a number a map of the world, with
// Elastic's boundaries of countries joined by ISO 3166-1 alpha-2.
func drawMap(panel map[string]any) error {
	config, _ := panel["embeddableConfig"].(map[string]any)
	attributes, _ := config["attributes"].(map[string]any)
	state, _ := attributes["state"].(map[string]any)
	table, _ := state["visualization"].(map[string]any)
	columns, _ := table["columns"].([]any)
	if len(columns) != 2 {
		return fmt.Errorf("a map is made of a table with two columns, not %d", len(columns))
	}
	column := func(i int) any { return columns[i].(map[string]any)["columnId"] }
	attributes["visualizationType"] = "lnsChoropleth"
	state["visualization"] = map[string]any{
		"layerId": table["layerId"], "layerType": "data",
		"emsLayerId": "world_countries", "emsField": "iso2",
		"regionAccessor": column(0), "valueAccessor": column(1),
	}
	return nil
}
