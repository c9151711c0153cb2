// Package pipelines holds the pipelines that come with naru, with the index
// templates and Kibana objects that belong to their documents. All of it is
// plain files, embedded in the binary, and readable as examples.
package pipelines

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed *.hcl
var configs embed.FS

//go:embed templates/*.json
var templates embed.FS

//go:embed kibana/*.ndjson
var kibana embed.FS

// FS gives NAME.hcl for each built-in pipeline.
func FS() fs.FS { return configs }

// Names lists the built-in pipelines in alphabetical order.
func Names() []string {
	var names []string
	for _, e := range entries(configs, ".") {
		names = append(names, strings.TrimSuffix(e, ".hcl"))
	}
	return names
}

// Template is one index template or component template.
type Template struct {
	Name string
	Body []byte // as Elasticsearch's API takes it
}

// ComponentTemplates are the parts that index templates are composed of; they
// are put first.
func ComponentTemplates() ([]Template, error) { return readTemplates("component-") }

// IndexTemplates are the templates of the data streams that the built-in
// pipelines write to.
func IndexTemplates() ([]Template, error) { return readTemplates("index-") }

// SavedObjects gives Kibana's saved objects, one NDJSON file after the other.
func SavedObjects() ([]byte, error) {
	var all []byte
	for _, name := range entries(kibana, "kibana") {
		b, err := kibana.ReadFile(path.Join("kibana", name))
		if err != nil {
			return nil, fmt.Errorf("read saved objects %s: %w", name, err)
		}
		all = append(all, b...)
		if len(b) > 0 && b[len(b)-1] != '\n' {
			all = append(all, '\n')
		}
	}
	return all, nil
}

func readTemplates(prefix string) ([]Template, error) {
	var found []Template
	for _, file := range entries(templates, "templates") {
		name, ok := strings.CutPrefix(strings.TrimSuffix(file, ".json"), prefix)
		if !ok {
			continue
		}
		body, err := templates.ReadFile(path.Join("templates", file))
		if err != nil {
			return nil, fmt.Errorf("read template %s: %w", file, err)
		}
		found = append(found, Template{name, body})
	}
	return found, nil
}

// entries lists the files of an embedded folder, which cannot fail to exist.
func entries(f embed.FS, dir string) []string {
	found, _ := f.ReadDir(dir)
	names := make([]string, 0, len(found))
	for _, e := range found {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
