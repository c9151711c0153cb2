package setup

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestSimplify(t *testing.T) {
	body := `{"a": {"type": "wildcard"}, "b": {"type": "constant_keyword"}, "c": {"type": "match_only_text"}}`
	for said, want := range map[string]string{
		"No handler for type [wildcard] declared on field [a]":                            `{"a": {"type": "keyword"}, "b": {"type": "constant_keyword"}, "c": {"type": "match_only_text"}}`,
		"The mapper type [match_only_text] declared on field [c] does not exist":          `{"a": {"type": "wildcard"}, "b": {"type": "constant_keyword"}, "c": {"type": "text"}}`,
		"Failed to parse mapping [_doc]: Field [b] is missing required parameter [value]": `{"a": {"type": "wildcard"}, "b": {"type": "keyword"}, "c": {"type": "match_only_text"}}`,
		"index template [x] has unknown settings":                                         "",
		"No handler for type [scaled_float] declared on field [d]":                        "",
	} {
		got, missing, ok := simplify([]byte(body), errors.New(said))
		if string(got) != want && ok || ok != (want != "") {
			t.Errorf("%s: got %s (%q, %t), want %s", said, got, missing, ok, want)
		}
	}
	// A body without the type cannot get simpler: the error is the user's to see.
	if _, _, ok := simplify([]byte(`{}`), errors.New("No handler for type [wildcard]")); ok {
		t.Error("a body without the field type is tried again for ever")
	}
}

func TestIndexTemplate(t *testing.T) {
	for _, c := range []struct {
		stream, name, pattern string
		managed               bool
	}{
		{"logs-apache.access-default", "logs-apache.access", "logs-apache.access-*", true},
		{"logs-nginx.access-prod-eu", "logs-nginx.access", "logs-nginx.access-*", false},
		{"logs-my.app-default", "logs-my.app", "logs-my.app-*", true},
	} {
		name, body, err := indexTemplate(c.stream, c.managed)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			IndexPatterns []string `json:"index_patterns"`
			ComposedOf    []string `json:"composed_of"`
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		if name != c.name || len(got.IndexPatterns) != 1 || got.IndexPatterns[0] != c.pattern || len(got.ComposedOf) != 1 {
			t.Errorf("%s: template %s is %s", c.stream, name, body)
		}
		if strings.Contains(string(body), policyName) != c.managed {
			t.Errorf("%s: names the lifecycle policy: want %t: %s", c.stream, c.managed, body)
		}
	}
	if _, _, err := indexTemplate("weblogs", false); err == nil {
		t.Error("a stream without a data set gets a template")
	}
}
