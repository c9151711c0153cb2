package docgen

import (
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/bytesize"
)

type sample struct {
	Paths  []string        `hcl:"paths" doc:"files, a|b"`
	Hosts  []string        `hcl:"hosts" doc:"nodes"`
	Size   bytesize.Size   `hcl:"size" doc:"how much"`
	Wait   time.Duration   `hcl:"wait,optional" doc:"how long"`
	Only   expr.Expression `hcl:"only,optional" doc:"which"`
	Set    expr.Fields     `hcl:"set" doc:"what"`
	Keep   bool            `hcl:"keep" doc:"whether"`
	TLS    *inner          `hcl:"tls,block" doc:"certificates"`
	Routes []inner         `hcl:"route,block" doc:"ways"`
	hidden int
}

type inner struct {
	File string `hcl:"file" doc:"the file"`
}

func TestMarkdown(t *testing.T) {
	text := string(Markdown(config.Kinds{
		Filters: map[string]config.Kind{"sample": {Doc: "tries everything", Config: func() any {
			return &sample{Hosts: []string{"http://localhost"}, Size: 1 << 20, Wait: time.Minute, hidden: 1}
		}}},
		Outputs: map[string]config.Kind{"plain": {Doc: "Prints.", Config: func() any { return &struct{}{} }}},
	}, map[string]Example{"sample": {Path: "sample.hcl", Text: `pipeline "p" {
  filter "other" {
    a = 1
  }

  filter "sample" {
    tls {
      file = "a"
    }
  }

  filter "sample" {}
  filter "sample2" {}
}
`}}))
	for _, want := range []string{
		"### filter `sample`\n\nTries everything.\n\n```hcl\nfilter \"sample\" {\n  tls {\n    file = \"a\"\n  }\n}\n\nfilter \"sample\" {}\n```\n\n[With lines and what becomes of them](sample.hcl)\n\n| name",
		"| `paths` | list of strings | **required** | files, a\\|b |\n",
		"| `hosts` | list of strings | `[\"http://localhost\"]` | nodes |\n",
		"| `size` | size | `\"1MiB\"` | how much |\n",
		"| `wait` | duration | `\"1m\"` | how long |\n",
		"| `only` | expression |  | which |\n",
		"| `set` | map of expressions | **required** | what |\n",
		"| `keep` | bool | `false` | whether |\n",
		"| `tls` | block |  | certificates |\n",
		"| `route` | block, repeatable |  | ways |\n",
		"#### Block `tls` in filter `sample`\n\nCertificates.\n\n| name | type | default | |\n|---|---|---|---|\n| `file` | string | **required** | the file |\n",
		"### output `plain`\n\nPrints.\n\n| name | type | default | |\n|---|---|---|---|\n| `when` |",
		"| `max_in_flight` | size | `\"32MiB\"` |",
		"`startswith`",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
