// Package draft writes the pipelines for logs that were discovered: the built-in
// ones, with all that was found out put in.
package draft

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/internal/discover"
	"github.com/naru-log/naru/pipelines"
)

// ErrNothing says that no log was found that a pipeline could follow.
var ErrNothing = errors.New("no log of a web server was found")

// group is the logs that one pipeline follows: those of one format.
type group struct {
	model model
	logs  []discover.Log
}

// File is a file of pipelines.
type File struct {
	Text      []byte
	Pipelines []string // their names
	BuiltIn   []string // the built-in pipelines that they are made of
}

// Write writes a file for the logs of a report. The problems of the report are
// in it as comments.
func Write(r *discover.Report) (*File, error) {
	out := &File{}
	var body bytes.Buffer
	locals := map[string]string{}
	taken := map[string]bool{}
	for _, g := range groups(r.Logs) {
		name := g.name(taken)
		in, err := g.inline(name)
		if err != nil {
			return nil, err
		}
		for local, text := range in.Locals {
			if other, taken := locals[local]; taken && other != text {
				return nil, fmt.Errorf("the built-in pipelines use the local %s for %s and for %s", local, other, text)
			}
			locals[local] = text
		}
		fmt.Fprintf(&body, "\n%s%s", g.comment(), in.Pipeline)
		out.Pipelines = append(out.Pipelines, name)
		if !slices.Contains(out.BuiltIn, g.model.file) {
			out.BuiltIn = append(out.BuiltIn, g.model.file)
		}
	}
	if len(out.Pipelines) == 0 {
		return nil, ErrNothing
	}
	text := header(r) + "\nlocals {\n"
	for _, local := range slices.Sorted(maps.Keys(locals)) {
		text += local + " = " + locals[local] + "\n"
	}
	text += "}\n"
	var err error
	if out.Text, err = tidy(append([]byte(text), body.Bytes()...)); err != nil {
		return nil, err
	}
	return out, nil
}

// tidy checks the file, leaves out filters whose conditions are over fields that
// the formats do not give, and brings it into canonical layout.
func tidy(text []byte) ([]byte, error) {
	const name = "naru.hcl"
	cfg, said := config.Parse(name, text, config.Options{Kinds: agent.Kinds(), Env: os.LookupEnv})
	diags := said.Diagnostics
	if !diags.HasErrors() {
		diags = append(diags, agent.Check(cfg)...)
	}
	if diags.HasErrors() {
		return nil, fmt.Errorf("check the pipelines: %w", diags)
	}
	text, diags = config.WithoutFilters(name, text, diags)
	if diags.HasErrors() {
		return nil, fmt.Errorf("tidy the pipelines: %w", diags)
	}
	text, diags = config.Format(name, text)
	if diags.HasErrors() {
		return nil, fmt.Errorf("format the pipelines: %w", diags)
	}
	return text, nil
}

// groups puts together the logs that are read in the same way, in the order in
// which they were found. Logs of a kind that no pipeline is for are left out.
func groups(logs []discover.Log) []*group {
	var all []*group
next:
	for _, l := range logs {
		m, ok := modelFor(l)
		if !ok {
			continue
		}
		for _, g := range all {
			first := g.logs[0]
			if first.Server == l.Server && first.Kind == l.Kind && first.Format == l.Format && first.Version == l.Version {
				g.logs = append(g.logs, l)
				continue next
			}
		}
		all = append(all, &group{m, []discover.Log{l}})
	}
	return all
}

// name makes up a name that is not taken: that of the built-in pipeline, then
// with the name of the format, then with a number.
func (g *group) name(taken map[string]bool) string {
	names := []string{g.model.pipeline}
	if nickname := identifier(g.logs[0].FormatName); nickname != "" {
		names = append(names, g.model.pipeline+"_"+nickname)
	}
	for n := 2; ; n++ {
		for _, name := range names {
			if !taken[name] {
				taken[name] = true
				return name
			}
		}
		names = []string{fmt.Sprintf("%s_%d", g.model.pipeline, n)}
	}
}

// identifier makes a name of letters, digits and underscores.
func identifier(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, s), "_")
}

// inline gives the built-in pipeline with what was found put in.
func (g *group) inline(name string) (*config.Inlined, error) {
	file := g.model.file + ".hcl"
	src, err := fs.ReadFile(pipelines.FS(), file)
	if err != nil {
		return nil, fmt.Errorf("read the built-in pipeline: %w", err)
	}
	paths := make([]string, len(g.logs))
	for i, l := range g.logs {
		paths[i] = l.Path
	}
	return config.Inline(file, src, g.model.pipeline, name, g.model.values(paths, g.logs[0]))
}

// comment says where the logs and their format are set.
func (g *group) comment() string {
	var b strings.Builder
	first := g.logs[0]
	fmt.Fprintf(&b, "# %s of %s", g.model.what, title(first.Server))
	if first.Kind == discover.Access {
		b.WriteString(formatComment(first))
	}
	b.WriteString(".\n")
	for _, l := range g.logs {
		at := l.At.String()
		if at == "" {
			at = "the default of " + title(l.Server)
		}
		fmt.Fprintf(&b, "#   %s\n#     set in %s\n", clean(l.Path), clean(at))
	}
	return b.String()
}

func formatComment(l discover.Log) string {
	what, at := "the format", l.FormatAt.String()
	if l.FormatName != "" {
		what = fmt.Sprintf("the format %q", l.FormatName)
	}
	if at == "" {
		return fmt.Sprintf(" in %s, which %s defines", what, title(l.Server))
	}
	return fmt.Sprintf(" in %s of %s", clean(what), clean(at))
}

func title(server string) string {
	if server == discover.UWSGI {
		return "uWSGI"
	}
	return strings.ToUpper(server[:1]) + server[1:]
}

// clean keeps what a configuration says within its comment.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffd' {
			return '?'
		}
		return r
	}, s)
}

func header(r *discover.Report) string {
	var b strings.Builder
	b.WriteString("# Written by naru init, from the configuration of these servers:\n")
	for _, s := range r.Servers {
		fmt.Fprintf(&b, "#   %s", title(s.Name))
		if s.PID != 0 {
			fmt.Fprintf(&b, ", process %d", s.PID)
		}
		fmt.Fprintf(&b, ", %s\n", clean(s.Config))
	}
	b.WriteString(`# It is yours to change. Look at what comes out of it, then ship:
#   naru run naru.hcl --once --stdout
#   ELASTICSEARCH_HOSTS=https://es1:9200 naru run naru.hcl
# After a change of the server's log formats write it again, or change "apache",
# "nginx", "tomcat" or "uwsgi" in the filters log_format below.
`)
	if len(r.Problems) > 0 {
		b.WriteString("#\n# Not read or not understood:\n")
		for _, p := range r.Problems {
			fmt.Fprintf(&b, "#   %s\n", clean(p.String()))
		}
	}
	return b.String()
}
