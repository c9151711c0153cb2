// Package ecs gives the field definitions of the Elastic Common Schema, as
// Elastic publishes them on npm, for tests that compare documents with them.
package ecs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"

	"github.com/naru-log/naru/internal/servers/npm"
)

// The published versions next to the one that our documents follow, 8.17: what
// both define alike was so in between. There is no package of 8.17 itself.
const (
	Before = "@elastic/ecs@8.11.5"
	After  = "@elastic/ecs@9.4.0"
)

// Field is the definition of a field.
type Field struct {
	Type      string   `json:"type"`
	Normalize []string `json:"normalize"`
}

// Array says whether the field always holds a list.
func (f Field) Array() bool { return slices.Contains(f.Normalize, "array") }

// Fields gives the fields that Before and After define with the same type, by
// dotted name. It needs npm and node.
func Fields(ctx context.Context) (map[string]Field, error) {
	before, err := read(ctx, Before)
	if err != nil {
		return nil, err
	}
	after, err := read(ctx, After)
	if err != nil {
		return nil, err
	}
	both := map[string]Field{}
	for name, f := range after {
		if b, ok := before[name]; ok && b.Type == f.Type {
			both[name] = f
		}
	}
	return both, nil
}

func read(ctx context.Context, spec string) (map[string]Field, error) {
	dir, err := npm.Fetch(ctx, spec)
	if err != nil {
		return nil, fmt.Errorf("get ECS field definitions: %w", err)
	}
	cmd := exec.CommandContext(ctx, "node", "-e", `process.stdout.write(JSON.stringify(require("./build/commonjs/index.js").EcsFlat))`)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("read ECS field definitions of %s: %w\n%s", spec, err, stderr.Bytes())
	}
	var fields map[string]Field
	if err := json.Unmarshal(out, &fields); err != nil {
		return nil, fmt.Errorf("read ECS field definitions of %s: %w", spec, err)
	}
	return fields, nil
}
