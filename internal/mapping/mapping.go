// Package mapping reads the field types out of Elasticsearch mappings.
package mapping

import (
	"encoding/json"
	"fmt"
)

type property struct {
	Type       string              `json:"type"`
	Properties map[string]property `json:"properties"`
	Fields     map[string]property `json:"fields"`
}

// Fields gives the type of each field of a mapping ({"properties": …}) by its
// dotted name, multi-fields included.
func Fields(mappings []byte) (map[string]string, error) {
	var root property
	if err := json.Unmarshal(mappings, &root); err != nil {
		return nil, fmt.Errorf("read mappings: %w", err)
	}
	fields := map[string]string{}
	collect(fields, "", root)
	return fields, nil
}

func collect(into map[string]string, prefix string, p property) {
	for _, children := range []map[string]property{p.Properties, p.Fields} {
		for name, child := range children {
			if child.Type != "" && child.Type != "object" {
				into[prefix+name] = child.Type
			}
			collect(into, prefix+name+".", child)
		}
	}
}

// Template gives the fields of an index template or component template, by
// dotted name.
func Template(body []byte) (map[string]string, error) {
	var t struct {
		Template struct {
			Mappings json.RawMessage `json:"mappings"`
		} `json:"template"`
	}
	if err := json.Unmarshal(body, &t); err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	if t.Template.Mappings == nil {
		return map[string]string{}, nil
	}
	return Fields(t.Template.Mappings)
}

// Leaves gives the fields that have a value in a document, by dotted name. An
// object is taken for a value where fields has a type for it, as for a
// geo_point.
func Leaves(doc map[string]any, fields map[string]string) map[string]any {
	leaves := map[string]any{}
	walk(leaves, "", doc, fields)
	return leaves
}

func walk(into map[string]any, prefix string, object map[string]any, fields map[string]string) {
	for name, v := range object {
		inner, ok := v.(map[string]any)
		if ok && fields[prefix+name] == "" {
			walk(into, prefix+name+".", inner, fields)
			continue
		}
		into[prefix+name] = v
	}
}
