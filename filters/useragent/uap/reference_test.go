package uap

import (
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// reference is the matcher that the specification describes: each rule in turn, with package regexp. Its rules come
// from a YAML library, so that it also checks the reading of the file.
type reference struct {
	sections [sections][]referenceRule
}

type referenceRule struct {
	re        *regexp.Regexp
	templates []string
}

func newReference(t testing.TB, file []byte) *reference {
	t.Helper()
	var doc map[string][]map[string]string
	if err := yaml.Unmarshal(file, &doc); err != nil {
		t.Fatalf("parse the rules as YAML: %v", err)
	}
	ref := &reference{}
	for s, name := range sectionNames {
		for _, m := range doc[name] {
			expr := m["regex"]
			if m["regex_flag"] != "" {
				expr = "(?" + m["regex_flag"] + ")" + expr
			}
			r := referenceRule{re: regexp.MustCompile(expr)}
			for i, key := range fieldKeys[s] {
				text := m[key]
				if text == "" {
					text = defaultTemplates[s][i]
				}
				r.templates = append(r.templates, text)
			}
			ref.sections[s] = append(ref.sections[s], r)
		}
	}
	return ref
}

var placeholder = regexp.MustCompile(`\$[1-9]`)

func (ref *reference) first(s section, ua string) (fields [maxFields]string) {
	for _, r := range ref.sections[s] {
		m := r.re.FindStringSubmatch(ua)
		if m == nil {
			continue
		}
		for i, text := range r.templates {
			fields[i] = strings.TrimSpace(placeholder.ReplaceAllStringFunc(text, func(p string) string {
				if n := int(p[1] - '0'); n < len(m) {
					return m[n]
				}
				return ""
			}))
		}
		break
	}
	if fields[0] == "" {
		fields[0] = Other
	}
	return fields
}

func (ref *reference) parse(ua string) Result {
	a, o, d := ref.first(agents, ua), ref.first(systems, ua), ref.first(devices, ua)
	return Result{
		Family: a[0], Version: Version{a[1], a[2], a[3], a[4]},
		OS: o[0], OSVersion: Version{o[1], o[2], o[3], o[4]},
		Device: d[0], Brand: d[1], Model: d[2],
	}
}
