package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/expr"
)

// Load reads the files that args name: an .hcl file, a folder of them or the
// name of a built-in pipeline. The Config is usable when the diagnostics have no
// errors; it is never nil, so that its Files serve to print them.
func Load(args []string, o Options) (*Config, *Diagnostics) {
	l := newLoader(o)
	sources, diags := l.sources(args)
	l.diags = append(l.diags, diags...)
	return l.load(sources)
}

// Parse reads text as Load reads a file of that name in the working directory.
func Parse(name string, text []byte, o Options) (*Config, *Diagnostics) {
	return newLoader(o).load([]source{{name: name, dir: ".", bytes: text}})
}

func newLoader(o Options) *loader {
	return &loader{
		options:   o,
		config:    &Config{Agent: DefaultAgent(), Files: make(map[string]*hcl.File)},
		pipelines: make(map[string]hcl.Range),
	}
}

func (l *loader) load(sources []source) (*Config, *Diagnostics) {
	files := l.parse(sources)
	l.checkVars(files)
	for _, f := range files {
		l.evaluate(f)
		l.decode(f)
	}
	if len(l.config.Pipelines) == 0 && !l.diags.HasErrors() {
		l.errorf(nil, "No pipeline", `The files have no pipeline block. The smallest is: pipeline "name" { input "file" { paths = ["…"] }  output "stdout" {} }`)
	}
	inOrder(l.diags, sources)
	return l.config, l.config.NewDiagnostics(l.diags)
}

// inOrder sorts diagnostics by file, as the files were read, and line. Those
// without a place come first.
func inOrder(diags hcl.Diagnostics, sources []source) {
	place := func(d *hcl.Diagnostic) (file, at int) {
		if d.Subject == nil {
			return -1, 0
		}
		file = slices.IndexFunc(sources, func(s source) bool { return s.name == d.Subject.Filename })
		return file, d.Subject.Start.Byte
	}
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		fileA, atA := place(a)
		fileB, atB := place(b)
		return cmp.Or(cmp.Compare(fileA, fileB), cmp.Compare(atA, atB))
	})
}

// loader collects what the files say and what is wrong with them. It goes on
// after an error, so that all of them are reported at once.
type loader struct {
	options   Options
	config    *Config
	diags     hcl.Diagnostics
	pipelines map[string]hcl.Range // names that are taken
	agent     *hcl.Range           // the agent block seen first
}

// file is one source with its own variables and locals.
type file struct {
	source
	body    *hclsyntax.Body
	content *hcl.BodyContent
	vars    map[string]*hcl.Block // variable blocks by name
	ctx     *hcl.EvalContext
}

var fileSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "agent"},
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "locals"},
	{Type: "pipeline", LabelNames: []string{"name"}},
	{Type: "test", LabelNames: []string{"name"}},
}}

func (l *loader) parse(sources []source) []*file {
	var files []*file
	for _, src := range sources {
		parsed, diags := hclsyntax.ParseConfig(hideReferences(src.bytes), src.name, hcl.InitialPos)
		l.diags = append(l.diags, diags...)
		l.config.Files[src.name] = parsed
		body, ok := parsed.Body.(*hclsyntax.Body)
		if !ok || diags.HasErrors() {
			l.config.Files[src.name] = &hcl.File{Bytes: src.bytes}
			continue
		}
		parsed.Bytes = src.bytes
		restoreReferences(body)
		content, diags := body.Content(fileSchema)
		l.diags = append(l.diags, diags...)
		files = append(files, &file{source: src, body: body, content: content, vars: l.variableBlocks(content)})
	}
	return files
}

func (l *loader) variableBlocks(content *hcl.BodyContent) map[string]*hcl.Block {
	vars := make(map[string]*hcl.Block)
	for _, b := range content.Blocks.OfType("variable") {
		name := b.Labels[0]
		if first, twice := vars[name]; twice {
			l.errorf(&b.DefRange, "Duplicate variable", "Variable %q is declared already, at %s.", name, first.DefRange)
			continue
		}
		if !hclsyntax.ValidIdentifier(name) {
			l.errorf(&b.LabelRanges[0], "Invalid name", "The name of a variable is a letter followed by letters, digits, _ and -.")
			continue
		}
		vars[name] = b
	}
	return vars
}

// checkVars reports values from the command line that no file asks for.
func (l *loader) checkVars(files []*file) {
	declared := make(map[string]bool)
	for _, f := range files {
		for name := range f.vars {
			declared[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.options.Vars)) {
		if declared[name] || l.diags.HasErrors() {
			continue
		}
		hint := expr.Suggest(name, slices.Collect(maps.Keys(declared)))
		if hint == "" && len(declared) > 0 {
			hint = fmt.Sprintf(" There are: %s.", listed(declared))
		}
		l.errorf(nil, "Unknown variable", "--var %s=… sets a variable that no file declares.%s", name, hint)
	}
}

func (l *loader) decode(f *file) {
	var here []*Pipeline
	for _, b := range f.content.Blocks {
		switch b.Type {
		case "agent":
			l.agentBlock(f, b)
		case "pipeline":
			if p := l.pipeline(f, b); p != nil {
				here = append(here, p)
			}
		}
	}
	l.config.Pipelines = append(l.config.Pipelines, here...)
	l.tests(f, here)
}

func (l *loader) agentBlock(f *file, b *hcl.Block) {
	if l.agent != nil {
		l.errorf(&b.DefRange, "Duplicate agent block", "There is one agent block for all files; the other is at %s.", l.agent)
		return
	}
	l.agent = &b.DefRange
	_, diags := decodeBody(b.Body.(*hclsyntax.Body), b.DefRange, &l.config.Agent, f.ctx)
	l.diags = append(l.diags, diags...)
	if diags.HasErrors() {
		return
	}
	if err := l.config.Agent.Validate(); err != nil {
		block := &Block{Kind: "agent", Range: b.DefRange, what: "agent", body: b.Body.(*hclsyntax.Body)}
		l.diags = append(l.diags, block.Diagnose(err)...)
	}
}

func (l *loader) errorf(at *hcl.Range, summary, format string, args ...any) {
	l.diags = append(l.diags, errorAt(at, summary, format, args...))
}

func errorAt(at *hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: at}
}
