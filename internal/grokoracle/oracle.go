//go:build unix

// Package grokoracle asks the reference grok engine, the grok library of
// Elasticsearch, what it thinks of a pattern and a line. The engine runs as a
// long-lived Java child that speaks JSON lines; its distribution comes from
// Maven Central. It is for tests and benchmarks alone.
package grokoracle

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/naru-log/naru/internal/servers/maven"
)

// Distribution is the Elasticsearch release whose engine is the reference.
const Distribution = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.19.21:zip"

//go:embed Oracle.java
var program []byte

// An Oracle is a running reference engine. Its methods, and those of its
// patterns, may be called by several goroutines; the engine answers one at a
// time. Close it.
type Oracle struct {
	cmd    *exec.Cmd
	dir    string
	stderr *bytes.Buffer // read only after cmd.Wait

	mu  sync.Mutex
	in  io.WriteCloser
	out *bufio.Reader
}

// Start fetches the engine if need be and starts it. The engine is killed
// when ctx ends. Start needs a JDK 17 or newer and the Maven client.
func Start(ctx context.Context) (*Oracle, error) {
	dist, err := maven.FetchUnzipped(ctx, Distribution)
	if err != nil {
		return nil, fmt.Errorf("start the reference grok engine: %w", err)
	}
	libs, err := filepath.Glob(filepath.Join(dist, "*", "lib"))
	if err != nil || len(libs) != 1 {
		return nil, fmt.Errorf("start the reference grok engine: no single lib folder in %s", dist)
	}
	o, err := launch(ctx, libs[0])
	if err != nil {
		return nil, fmt.Errorf("start the reference grok engine: %w", err)
	}
	return o, nil
}

func launch(ctx context.Context, lib string) (*Oracle, error) {
	java, err := javaCommand()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "naru-grokoracle-")
	if err != nil {
		return nil, err
	}
	o := &Oracle{dir: dir, stderr: new(bytes.Buffer)}
	if err := o.run(ctx, java, lib); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return o, nil
}

// javaCommand honours the variable that Elasticsearch's own scripts honour.
func javaCommand() (string, error) {
	for _, home := range []string{os.Getenv("ES_JAVA_HOME"), os.Getenv("JAVA_HOME")} {
		if home != "" {
			return filepath.Join(home, "bin", "java"), nil
		}
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", fmt.Errorf("find java (install a JDK 17 or newer, or set JAVA_HOME): %w", err)
	}
	return java, nil
}

func (o *Oracle) run(ctx context.Context, java, lib string) error {
	source := filepath.Join(o.dir, "Oracle.java")
	if err := os.WriteFile(source, program, 0o644); err != nil {
		return err
	}
	o.cmd = exec.CommandContext(ctx, java, "-Xss4m", "-Xmx512m", "-XX:+UseSerialGC",
		"-cp", filepath.Join(lib, "*"), source)
	o.cmd.Stderr = o.stderr
	in, err := o.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	o.in, o.out = in, bufio.NewReaderSize(out, 1<<20)
	return o.cmd.Start()
}

// Close ends the engine, waits for it and removes what it wrote.
func (o *Oracle) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.in.Close() // the program ends with its input
	_, _ = io.Copy(io.Discard, o.out)
	var err error
	if o.cmd.ProcessState == nil {
		if err = o.cmd.Wait(); err != nil {
			err = fmt.Errorf("end the reference grok engine: %w: %s", err, o.stderr)
		}
	}
	return errors.Join(err, os.RemoveAll(o.dir))
}

type request struct {
	Op          string            `json:"op"`
	Bank        string            `json:"bank"`
	Definitions map[string]string `json:"definitions,omitempty"`
	Expression  string            `json:"expression"`
	LimitMillis int64             `json:"limit,omitempty"`
	Pattern     int64             `json:"pattern,omitempty"`
	Lines       []string          `json:"lines,omitempty"`
	Millis      int64             `json:"millis,omitempty"`
}

type response struct {
	Error    string            `json:"error"`
	Message  string            `json:"message"`
	Bank     map[string]string `json:"bank"`
	Pattern  int64             `json:"pattern"`
	Results  []result          `json:"results"`
	Nanosecs float64           `json:"ns"`
}

// ask sends one request and reads its answer. A refusal of the engine is an
// *Error; any other error means that the engine is gone.
func (o *Oracle) ask(r request) (response, error) {
	var answer response
	line, err := json.Marshal(r)
	if err != nil {
		return answer, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		return answer, o.gone(fmt.Errorf("ask the reference grok engine: %w", err))
	}
	line, err = o.out.ReadBytes('\n')
	if err != nil {
		return answer, o.gone(fmt.Errorf("read the reference grok engine's answer: %w", err))
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return answer, fmt.Errorf("decode the reference grok engine's answer %.200q: %w", line, err)
	}
	if answer.Error != "" {
		return answer, &Error{Kind: Kind(answer.Error), Message: answer.Message}
	}
	return answer, nil
}

// gone adds what the engine said when it ended. The caller holds mu.
func (o *Oracle) gone(err error) error {
	if o.cmd.ProcessState == nil {
		err = errors.Join(err, o.cmd.Wait())
	}
	return fmt.Errorf("%w\n%s", err, o.stderr)
}

// Bank returns the definitions of a bank of the engine, "ecs-v1" or "disabled"
// (the legacy names).
func (o *Oracle) Bank(name BankName) (map[string]string, error) {
	answer, err := o.ask(request{Op: "bank", Bank: string(name)})
	return answer.Bank, err
}

// BankName is the engine's own name of a set of patterns.
type BankName string

// The engine's banks, and none at all.
const (
	ECS    BankName = "v1"
	Legacy BankName = "disabled"
	Empty  BankName = ""
)

// Options of a pattern.
type Options struct {
	Bank        BankName
	Definitions map[string]string // on top of the bank, before it
	Limit       time.Duration     // for each line; half a second when zero
}

// Compile compiles a grok expression. It fails with an *Error of kind
// CompileError when the engine refuses the expression.
func (o *Oracle) Compile(expression string, opt Options) (*Pattern, error) {
	if opt.Limit == 0 {
		opt.Limit = 500 * time.Millisecond
	}
	answer, err := o.ask(request{
		Op: "compile", Bank: string(opt.Bank), Definitions: opt.Definitions,
		Expression: expression, LimitMillis: opt.Limit.Milliseconds(),
	})
	if err != nil {
		return nil, err
	}
	return &Pattern{oracle: o, id: answer.Pattern}, nil
}
