// Package config reads pipelines written in HCL and checks them: what comes out
// is the description of pipelines that an agent can build, or diagnostics with
// file, line, snippet and what to do.
//
// Each file stands by itself: its variables and locals are seen by that file
// only. Names of pipelines are unique over all files that are loaded together.
package config

import (
	"errors"
	"io/fs"
	"log/slog"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/deadletter"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/bytesize"
)

// Kinds lists the components that a configuration may use, by the name that
// stands behind input, filter and output.
type Kinds struct {
	Inputs, Filters, Outputs map[string]Kind
}

// Kind describes one component.
type Kind struct {
	// Doc is one sentence for the reference.
	Doc string
	// Config returns a pointer to a new Config struct that holds the defaults.
	// See decode.go for the struct tags. A Validate method (error) on the pointer
	// is called after decoding.
	Config func() any
}

// Options is what Load needs besides the files.
type Options struct {
	Kinds   Kinds
	Vars    map[string]string                // from --var name=value
	Builtin fs.FS                            // NAME.hcl for each built-in pipeline; nil for none
	Env     func(name string) (string, bool) // such as os.LookupEnv; nil for an empty environment
}

// Config is everything that a set of files says.
type Config struct {
	Agent     Agent
	Pipelines []*Pipeline
	Tests     []*Test
	// Files holds the sources by name, for the snippets of diagnostics.
	Files map[string]*hcl.File
}

// Agent is the block that says how the process behaves.
type Agent struct {
	Workers     int           `hcl:"workers,optional" doc:"goroutines that parse and encode; 0 means one for each processor, up to 4"`
	MaxInFlight bytesize.Size `hcl:"max_in_flight,optional" doc:"bytes read but not yet delivered, over all pipelines; when they are reached inputs stop reading"`
	StateDir    string        `hcl:"state_dir,optional" doc:"directory of the checkpoint and the dead letters; without it /var/lib/naru for root, and naru under XDG_STATE_HOME for others"`
	Admin       string        `hcl:"admin,optional" doc:"address of /metrics, /healthz and /readyz; \"off\" for none"`
	LogLevel    slog.Level    `hcl:"log_level,optional" doc:"what is logged: \"debug\", \"info\", \"warn\" or \"error\""`

	DeadLetterBytes  bytesize.Size     `hcl:"dead_letter_max_bytes,optional" doc:"most bytes of documents that the output refused, kept in the state directory"`
	DeadLetterPolicy deadletter.Policy `hcl:"dead_letter_policy,optional" doc:"what happens when these are reached: \"block\" stops delivery until naru replay has made room, \"drop_oldest\" deletes the oldest"`
}

// DefaultAgent is what holds without an agent block.
func DefaultAgent() Agent {
	return Agent{MaxInFlight: 32 << 20, Admin: "127.0.0.1:9600", DeadLetterBytes: deadletter.DefaultMaxBytes, DeadLetterPolicy: deadletter.Block}
}

// Validate checks what the types do not say.
func (a *Agent) Validate() error {
	var errs []error
	if a.Workers < 0 {
		errs = append(errs, attr.Errorf("workers", "a number of goroutines cannot be negative"))
	}
	if a.MaxInFlight < 1<<20 {
		errs = append(errs, attr.Errorf("max_in_flight", "%s is too little to work with: give at least 1MB", a.MaxInFlight))
	}
	return errors.Join(errs...)
}

// Pipeline is one way from inputs through filters to outputs.
type Pipeline struct {
	Name                     string
	Inputs, Filters, Outputs []*Block
	Range                    hcl.Range // of the header
}

// Block is one component of a pipeline.
type Block struct {
	Kind   string          // such as "grok"
	Config any             // what Kind.Config returned, decoded and valid
	When   expr.Expression // not set: always
	Range  hcl.Range       // of the header

	what    string // input, filter or output
	body    *hclsyntax.Body
	secrets []string
}

// Test is a block that says what documents come of lines.
type Test struct {
	Name     string
	Pipeline *Pipeline
	Lines    []string
	// Expect has one entry for each line.
	Expect  [][]Expectation
	Absent  []string // fields that no document has
	Tags    []string // tags that every document has
	Dropped bool     // the lines give no documents
	Range   hcl.Range
}

// Expectation is the value that a field of a document must have.
type Expectation struct {
	Field string // dotted path
	// Value is as encoding/json decodes it into any: float64, string, bool, nil,
	// []any, map[string]any.
	Value any
	Range hcl.Range
}
