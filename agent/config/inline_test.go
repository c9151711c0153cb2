package config

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

const inlineSource = `
# The file.
variable "paths" { default = ["/a"] }
variable "format" { default = "" }
variable "on" { default = false }

locals {
  hosts = split(",", env("HOSTS", "a,b"))
  user  = env("USER", var.paths[0])
  twice = "${local.once}${local.once}"
  once  = var.on ? "yes" : "no"
}

# The one.
pipeline "one" {
  input "file" {
    paths = var.paths
  }

  # Only with a format.
  filter "log_format" {
    when   = var.format != ""
    apache = var.format != "" ? var.format : "common"
  }

  # Only without.
  filter "grok" {
    when  = var.format == ""
    match = ["%{IP:source.ip}"]
  }

  filter "set" {
    when   = var.format != "" && (has(a) || var.on)
    fields = { "b" = "${var.format}: ${a}" }
  }

  filter "drop" {
    when = has(a) && var.on
  }

  output "file" {
    path = "${local.twice}/${local.user}"
    mode = local.once
  }
}

pipeline "two" {}
`

func TestInline(t *testing.T) {
	f := func(values map[string]any, want string) {
		t.Helper()
		in, err := Inline("f.hcl", []byte(inlineSource), "one", "mine", values)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(in.Pipeline); got != strings.TrimLeft(want, "\n") {
			t.Errorf("got\n%s", got)
		}
		locals := map[string]string{"hosts": `split(",", env("HOSTS", "a,b"))`, "user": `env("USER", "/a")`}
		if got := in.Locals; !maps.Equal(got, locals) && values == nil {
			t.Errorf("locals %v", got)
		}
	}
	f(nil, `
pipeline "mine" {
  input "file" {
    paths = ["/a"]
  }

  # Only without.
  filter "grok" {
    match = ["%{IP:source.ip}"]
  }

  output "file" {
    path = "${"nono"}/${local.user}"
    mode = "no"
  }
}
`)
	f(map[string]any{"paths": []string{"/b", "/c"}, "format": `%h "%{Referer}i" %{%d/%b}t ${x}`}, `
pipeline "mine" {
  input "file" {
    paths = ["/b", "/c"]
  }

  # Only with a format.
  filter "log_format" {
    apache = "%h \"%{Referer}i\" %%{%d/%b}t $${x}"
  }

  filter "set" {
    when   = (has(a) || false)
    fields = { "b" = "${"%h \"%{Referer}i\" %%{%d/%b}t $${x}"}: ${a}" }
  }

  output "file" {
    path = "${"nono"}/${local.user}"
    mode = "no"
  }
}
`)
}

func TestInlineErrors(t *testing.T) {
	f := func(src, pipeline string, values map[string]any, want string) {
		t.Helper()
		if _, err := Inline("f.hcl", []byte(src), pipeline, "x", values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f(inlineSource, "three", nil, `no pipeline "three"`)
	f(inlineSource, "one", map[string]any{"nosuch": 1}, "no variable nosuch")
	f(`variable "a" {}`+"\npipeline \"one\" {}\n", "one", nil, "variable a needs a value")
	f("pipeline {", "one", nil, "read f.hcl")
}

func TestWithoutFilters(t *testing.T) {
	src := "pipeline \"p\" {\n  filter \"a\" {}\n\n  # About b.\n  # Two lines.\n  filter \"b\" {\n    when = x\n  }\n\n  filter \"c\" {}\n}\n"
	at := strings.Index(src, "when")
	diags := hcl.Diagnostics{{Subject: &hcl.Range{Start: hcl.Pos{Byte: at}, End: hcl.Pos{Byte: at + 1}}}, {Summary: "no place"}}
	got, bad := WithoutFilters("f.hcl", []byte(src), diags)
	if bad.HasErrors() {
		t.Fatal(bad)
	}
	if want := "pipeline \"p\" {\n  filter \"a\" {}\n\n  filter \"c\" {}\n}\n"; string(got) != want {
		t.Errorf("got\n%s", got)
	}
}
