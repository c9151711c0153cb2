package mapping

import (
	"encoding/json"
	"maps"
	"testing"
)

func TestTemplateFields(t *testing.T) {
	got, err := Template([]byte(`{"template":{"mappings":{"date_detection":false,"properties":{
		"@timestamp":{"type":"date"},
		"http":{"properties":{"response":{"properties":{"status_code":{"type":"long"}}}}},
		"user_agent":{"type":"object","properties":{"original":{"type":"keyword","fields":{"text":{"type":"text"}}}}}}}}}`))
	want := map[string]string{
		"@timestamp": "date", "http.response.status_code": "long",
		"user_agent.original": "keyword", "user_agent.original.text": "text",
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestTemplateWithoutMappings(t *testing.T) {
	if got, err := Template([]byte(`{"template":{}}`)); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v, want no fields", got, err)
	}
	if _, err := Template([]byte(`{"template":`)); err == nil {
		t.Error("half a template is read without an error")
	}
}

func TestLeaves(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(`{"a":{"b":1,"c":["x","y"]},"d.e":"z","at":{"lat":1,"lon":2}}`), &doc); err != nil {
		t.Fatal(err)
	}
	got := Leaves(doc, map[string]string{"at": "geo_point"})
	if len(got) != 4 || got["at"] == nil || got["a.b"] != 1.0 || got["d.e"] != "z" || len(got["a.c"].([]any)) != 2 {
		t.Errorf("got %v", got)
	}
}
