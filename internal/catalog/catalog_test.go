package catalog

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/dashboards/lens"
	"github.com/naru-log/naru/pipelines"
)

// TestPageIsUpToDate writes the page again: every pipeline is in it, with a line
// and the document that the line gives now.
func TestPageIsUpToDate(t *testing.T) {
	all, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pipelines.Names() {
		if !slices.ContainsFunc(all, func(e Example) bool { return e.BuiltIn == name }) {
			t.Errorf("the pipeline %s is missing", name)
		}
	}
	want, err := Page(all)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/catalog.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/catalog.md is not what the pipelines give: run make catalog")
	}
}

// TestPicturesAreUpToDate compares the panels of each picture with those of its
// dashboard.
func TestPicturesAreUpToDate(t *testing.T) {
	all, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{"408.svg": true}
	for _, e := range all {
		if e.Dashboard == nil {
			continue
		}
		there[e.PictureName()] = true
		text, err := os.ReadFile(filepath.Join("../../docs/catalog", e.PictureName()))
		if err != nil {
			t.Errorf("%v: run make catalog", err)
			continue
		}
		panels, texts := drawn(t, text)
		var want []string
		for _, p := range e.Dashboard.Panels {
			want = append(want, p.ID)
			if p.Kind != "lnsMetric" && !slices.Contains(texts, p.Title) {
				t.Errorf("%s: the panel %q is missing", e.PictureName(), p.Title)
			}
		}
		if !slices.Equal(panels, want) {
			t.Errorf("%s has the panels %v, the dashboard has %v: run make catalog", e.PictureName(), panels, want)
		}
	}
	files, err := os.ReadDir("../../docs/catalog")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !there[f.Name()] {
			t.Errorf("docs/catalog/%s belongs to no dashboard", f.Name())
		}
	}
}

// drawn reads a picture: the ids of its panels, and its texts.
func drawn(t *testing.T, svg []byte) (panels, texts []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return panels, texts
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				if a.Name.Local == "data-panel" {
					panels = append(panels, a.Value)
				}
			}
		case xml.CharData:
			texts = append(texts, string(token))
		}
	}
}

// TestPictureEscapes draws what logs may hold.
func TestPictureEscapes(t *testing.T) {
	const evil = `</text><script>alert("1")</script>&` + "\x00\xff"
	p := Panel{
		Panel: lens.Panel{
			ID: evil, Title: evil, Kind: "lnsDatatable", Grid: lens.Grid{W: 48, H: 20}, Order: []string{"a", "b"},
			Columns: map[string]lens.Column{"a": {Label: "URL", Operation: "terms"}, "b": {Label: "Requests", Operation: "count"}},
		},
		Rows: []lens.Row{{Keys: []string{evil}, Values: map[string]float64{"Requests": 1234567}}, {Keys: []string{"none"}}},
	}
	svg := Picture(evil, []Panel{p})
	_, texts := drawn(t, svg)
	if bytes.Contains(svg, []byte("<script")) || !slices.Contains(texts, "1,234,567") || !slices.Contains(texts, "–") || !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "<script>") }) {
		t.Errorf("drawn as %s", svg)
	}
}

// TestEmptyPanels draws what has no rows.
func TestEmptyPanels(t *testing.T) {
	columns := map[string]lens.Column{"t": {Operation: "date_histogram", Field: "@timestamp"}, "n": {Label: "Requests", Operation: "count"}}
	for _, kind := range []string{"lnsMetric", "lnsXY", "lnsPie", "lnsChoropleth", "lnsDatatable"} {
		p := Panel{Panel: lens.Panel{ID: kind, Title: kind, Kind: kind, Grid: lens.Grid{W: 10, H: 10}, Order: []string{"t", "n"}, Columns: columns}}
		if panels, _ := drawn(t, Picture(kind, []Panel{p})); len(panels) != 1 {
			t.Errorf("%s: %v", kind, panels)
		}
	}
}
