package lens

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// condition is one comparison of a KQL query.
type condition struct {
	field, operator, value string
	negated                bool
}

// comparison is the part of KQL that our dashboards use: comparisons of a field
// with a word, a number or quoted text, also negated, and whether it is there
// (field : *).
var comparison = regexp.MustCompile(`^\s*((?i)not\s+)?([\w@.]+)\s*(:|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|[\w.-]+|\*)\s*$`)

// conjunction separates comparisons.
var conjunction = regexp.MustCompile(`(?i)\s+and\s+`)

func parseKQL(text string) ([]condition, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var all []condition
	for _, part := range conjunction.Split(text, -1) {
		m := comparison.FindStringSubmatch(part)
		if m == nil || m[4] == "*" && m[3] != ":" {
			return nil, fmt.Errorf("KQL %q: only comparisons joined by and are understood here", text)
		}
		value := m[4]
		if strings.HasPrefix(value, `"`) {
			if err := json.Unmarshal([]byte(value), &value); err != nil {
				return nil, fmt.Errorf("KQL %q: %w", text, err)
			}
		}
		if m[4] == "*" {
			m[3] = "exists"
		}
		all = append(all, condition{m[2], m[3], value, m[1] != ""})
	}
	return all, nil
}

// QueryFields names the fields of a KQL query.
func QueryFields(kql string) ([]string, error) {
	conditions, err := parseKQL(kql)
	if err != nil {
		return nil, err
	}
	var fields []string
	for _, c := range conditions {
		fields = append(fields, c.field)
	}
	return fields, nil
}

// filter gives the Elasticsearch query of KQL queries that must all hold.
func filter(kql ...string) (map[string]any, error) {
	clauses := []any{}
	for _, text := range kql {
		conditions, err := parseKQL(text)
		if err != nil {
			return nil, err
		}
		for _, c := range conditions {
			clauses = append(clauses, c.clause())
		}
	}
	return map[string]any{"bool": map[string]any{"filter": clauses}}, nil
}

func (c condition) clause() map[string]any {
	if c.negated {
		c.negated = false
		return map[string]any{"bool": map[string]any{"must_not": c.clause()}}
	}
	switch c.operator {
	case "exists":
		return map[string]any{"exists": map[string]any{"field": c.field}}
	case ":":
		return map[string]any{"match": map[string]any{c.field: c.value}}
	}
	name := map[string]string{"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}[c.operator]
	return map[string]any{"range": map[string]any{c.field: map[string]any{name: c.value}}}
}
