// Package setup prepares a cluster and Kibana for the documents of pipelines:
// lifecycle policy, index templates, data streams, dashboards. All of it may be
// repeated.
package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/outputs/elasticsearch"
	"github.com/naru-log/naru/outputs/elasticsearch/kibana"
	"github.com/naru-log/naru/pipelines"
)

// Options says what to set up besides the clusters that the pipelines name.
type Options struct {
	Kibana string // URL; empty leaves the dashboards out
	Out    io.Writer
	Log    *slog.Logger
}

// policyName is the lifecycle policy that our templates name where there is
// index lifecycle management.
const policyName = "naru-logs"

// policy only rolls over: deleting somebody's logs is for them to decide.
const policy = `{"policy":{"phases":{"hot":{"actions":{"rollover":{"max_primary_shard_size":"50gb","max_age":"30d"}}}},"_meta":{"managed_by":"naru"}}}`

// Run sets up every Elasticsearch output of the pipelines.
func Run(ctx context.Context, cfg *config.Config, o Options) error {
	found := false
	for _, p := range cfg.Pipelines {
		for _, b := range p.Outputs {
			c, ok := b.Config.(*elasticsearch.Config)
			if !ok {
				continue
			}
			found = true
			if err := one(ctx, *c, o); err != nil {
				return fmt.Errorf("pipeline %q: %w", p.Name, err)
			}
		}
	}
	if !found {
		return fmt.Errorf("no output \"elasticsearch\" in these pipelines: there is nothing to set up")
	}
	return nil
}

func one(ctx context.Context, c elasticsearch.Config, o Options) error {
	s, err := elasticsearch.NewSetup(c, o.Log)
	if err != nil {
		return err
	}
	defer s.Close()
	managed, err := s.PutLifecycle(ctx, policyName, []byte(policy))
	if err != nil {
		return err
	}
	if managed {
		fmt.Fprintf(o.Out, "lifecycle policy %s\n", policyName)
	}
	if err := putComponents(ctx, s, o); err != nil {
		return err
	}
	if name, static := c.StaticName(); static && c.DataStream.IsSet() {
		if err := putStream(ctx, s, name, managed, o); err != nil {
			return err
		}
	}
	if o.Kibana == "" {
		return nil
	}
	objects, err := pipelines.SavedObjects()
	if err != nil {
		return err
	}
	n, err := kibana.Import(ctx, s.RoundTripper(), o.Kibana, objects)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%d dashboards and their parts in Kibana\n", n)
	return nil
}

// putComponents puts the component templates, with simpler field types where the
// cluster lacks some.
func putComponents(ctx context.Context, s *elasticsearch.Setup, o Options) error {
	components, err := pipelines.ComponentTemplates()
	if err != nil {
		return err
	}
	for _, t := range components {
		body := t.Body
		for {
			err := s.PutComponentTemplate(ctx, t.Name, body)
			if err == nil {
				break
			}
			simpler, what, ok := simplify(body, err)
			if !ok {
				return err
			}
			fmt.Fprintf(o.Out, "the cluster does not take the field type %s: using %s\n", what, fallbacks()[what])
			body = simpler
		}
		fmt.Fprintf(o.Out, "component template %s\n", t.Name)
	}
	return nil
}

// fallbacks are field types that small distributions lack, and what comes
// nearest.
func fallbacks() map[string]string {
	return map[string]string{"wildcard": "keyword", "match_only_text": "text", "constant_keyword": "keyword"}
}

// simplify replaces the field type that an error complains of.
func simplify(body []byte, err error) (simpler []byte, missing string, ok bool) {
	for missing, fallback := range fallbacks() {
		if !slices.ContainsFunc(complaints(missing), func(c string) bool { return strings.Contains(err.Error(), c) }) {
			continue
		}
		replaced := strings.ReplaceAll(string(body), `"type": "`+missing+`"`, `"type": "`+fallback+`"`)
		return []byte(replaced), missing, replaced != string(body)
	}
	return nil, "", false
}

// complaints are what clusters say about a field type that they do not take.
func complaints(kind string) []string {
	said := []string{"No handler for type [" + kind + "]", "type [" + kind + "] declared on field"}
	if kind == "constant_keyword" {
		// OpenSearch wants its value in the template; ours comes with the first document.
		said = append(said, "is missing required parameter [value]")
	}
	return said
}

// putStream puts the index template of a data stream and makes the stream.
func putStream(ctx context.Context, s *elasticsearch.Setup, stream string, managed bool, o Options) error {
	name, body, err := indexTemplate(stream, managed)
	if err != nil {
		return err
	}
	if err := s.PutTemplate(ctx, name, body); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "index template %s\n", name)
	if err := s.CreateDataStream(ctx, stream); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "data stream %s\n", stream)
	return nil
}

// indexTemplate gives the template for a data stream: the one that comes with
// naru, or for a data set of the user's one of the same shape.
func indexTemplate(stream string, managed bool) (name string, body []byte, err error) {
	parts := strings.SplitN(stream, "-", 3)
	if len(parts) != 3 {
		return "", nil, fmt.Errorf("data stream %q is not named type-dataset-namespace, as in logs-apache.access-default: give it a template of your own", stream)
	}
	name = parts[0] + "-" + parts[1]
	templates, err := pipelines.IndexTemplates()
	if err != nil {
		return "", nil, err
	}
	var shape map[string]any
	for _, t := range templates {
		if shape == nil || t.Name == name {
			shape = nil
			if err := json.Unmarshal(t.Body, &shape); err != nil {
				return "", nil, fmt.Errorf("read template %s: %w", t.Name, err)
			}
		}
	}
	shape["index_patterns"] = []string{name + "-*"}
	if managed {
		index := shape["template"].(map[string]any)["settings"].(map[string]any)["index"].(map[string]any)
		index["lifecycle"] = map[string]any{"name": policyName}
	}
	if body, err = json.Marshal(shape); err != nil {
		return "", nil, fmt.Errorf("write template %s: %w", name, err)
	}
	return name, body, nil
}
