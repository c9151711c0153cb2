package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/pipelines"
)

func TestThePipelinesOfTheTableLoad(t *testing.T) {
	vars := map[string]string{"path": "/var/log/access.log", "sink": "http://127.0.0.1:9200", "database": ""}
	for _, j := range table {
		if j.builtin != "" {
			continue
		}
		t.Run(j.pipeline, func(t *testing.T) {
			file := filepath.Join("..", "pipelines", j.pipeline+".hcl")
			cfg, diags := config.Load([]string{file}, config.Options{Kinds: agent.Kinds(), Vars: declared(t, file, vars), Builtin: pipelines.FS(), Env: os.LookupEnv})
			if diags.HasErrors() {
				t.Fatal(diags.Diagnostics)
			}
			if diags := agent.Check(cfg); diags.HasErrors() {
				t.Fatal(diags)
			}
		})
	}
}

// declared gives the variables that a file declares.
func declared(t *testing.T, file string, all map[string]string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{}
	for name, value := range all {
		if strings.Contains(string(text), "variable \""+name+"\"") {
			vars[name] = value
		}
	}
	return vars
}

func TestChosen(t *testing.T) {
	f := func(only, want string) {
		t.Helper()
		jobs, err := chosen(only)
		var names []string
		for _, j := range jobs {
			names = append(names, j.pipeline)
		}
		if got := strings.Join(names, ","); got != want || (err != nil) != (want == "") {
			t.Errorf("chosen(%q) = %s, %v; want %s", only, got, err, want)
		}
	}
	f("", "tail,parse,ship,ship-gzip,geoip,full,builtin")
	f("full,tail", "full,tail")
	f("full,ful", "")
}
