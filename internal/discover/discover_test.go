package discover

import (
	"archive/zip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestHTTPDWords(t *testing.T) {
	f := func(args string, want ...string) {
		t.Helper()
		if got := httpdWords(args); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
	f(`logs/access_log combined`, "logs/access_log", "combined")
	f(`"%h \"%r\" %>s" common`, `%h "%r" %>s`, "common")
	f(`'%h "%r"' x env=!quiet`, `%h "%r"`, "x", "env=!quiet")
	f(`"a\\b" c\\d e\"f`, `a\b`, `c\d`, `e\"f`)
	f(`"not closed`, "not closed")
	f(`"" x`, "", "x")
	f("  \t ")
}

func TestHTTPDDirectives(t *testing.T) {
	got := httpdDirectives([]byte("# no\n\nServerRoot \"/x\"\r\nLogFormat \"%h \\\n  %r\" c\n<IfModule !a.c>\n</IfModule>\n  Last \\"))
	want := []httpdDirective{
		{name: "serverroot", args: `"/x"`, line: 3},
		{name: "logformat", args: `"%h   %r" c`, line: 4},
		{name: "ifmodule", args: "!a.c", open: true, line: 6},
		{name: "ifmodule", close: true, line: 7},
		{name: "last", line: 8},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestIfVersion(t *testing.T) {
	f := func(condition string, want bool) {
		t.Helper()
		if got := ifVersion(strings.Fields(condition)); got != want {
			t.Errorf("%s: %v", condition, got)
		}
	}
	f("2.4", true)
	f(">= 2.4", true)
	f(">= 2.4.10", true)
	f("< 2.4", false)
	f("<= 2.2", false)
	f("!< 2.4", true)
	f("> 2.5", false)
}

func TestPipedLog(t *testing.T) {
	f := func(command, want string) {
		t.Helper()
		got, ok := pipedLog(command)
		if got != want || ok != (want != "") {
			t.Errorf("%s: got %q", command, got)
		}
	}
	f("|/usr/bin/rotatelogs /var/log/access.%Y-%m-%d 86400", "/var/log/access.*-*-*")
	f("|/usr/bin/rotatelogs -l -f -L /var/log/link /var/log/access 5M", "/var/log/access.*")
	f("||/usr/bin/rotatelogs -n 5 logs/access 5M", "logs/access")
	f("|rotatelogs -ct logs/access 5M", "logs/access")
	f("|$/usr/sbin/rotatelogs /var/log/%Y%m/a%%b.log 5M", "/var/log/*/a%b.log")
	f("|/usr/sbin/cronolog --symlink=/var/log/now -S /x /var/log/%Y/%m/access.log", "/var/log/*/*/access.log")
	f("|/bin/sh -c 'exec rotatelogs /var/log/a 5'", "")
	f("|/bin/sh -c 'rotatelogs /var/log/a 5'", "/var/log/a.*")
	f("|/usr/bin/logger -t apache", "")
	f("|", "")
	f("|rotatelogs -L", "")
}

func TestShellExports(t *testing.T) {
	env := map[string]string{"SUFFIX": "-b"}
	shellExports([]byte("SUFFIX=\nexport A=/var/log/apache2$SUFFIX\nexport B=\"${A}/x\"\nC=$(date)\n: ${D:=1}\nE=`x`\nif [ \"$X\" = y ]; then\nF='q'\n"), env)
	want := map[string]string{"SUFFIX": "-b", "A": "/var/log/apache2-b", "B": "/var/log/apache2-b/x", "F": "q"}
	if !reflect.DeepEqual(env, want) {
		t.Errorf("got %v, want %v", env, want)
	}
}

func TestNginxDirectives(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		all, err := nginxDirectives("f", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			return
		}
		var got []string
		for _, d := range all {
			got = append(got, d.name+" "+strings.Join(d.args, "|"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	f("a b; # c;\nd 'e f' \"g\\\"h\" ;", "a b", `d e f|g"h`)
	f(`log_format t '$a\t$b' 'c' d;`, "log_format t|$a\t$b|c|d")
	f("a ${b}c x#y;", "a ${b}c|x#y")
	f("a { b c; } d e;", "a ", "d e")
	f("a_by_lua_block { it's { } ok }\nb c;", "a_by_lua_block ", "b c")
	f(`a b\ c\;d;`, `a b\ c\;d`)
	bad := func(text string, line int) {
		t.Helper()
		if _, err := nginxDirectives("f", []byte(text)); err == nil || lineOf(err) != line {
			t.Errorf("%q: error %v at line %d, want one at %d", text, err, lineOf(err), line)
		}
	}
	bad("a b;\n{", 2)
	bad("a {\n b c;\n", 3)
	bad("a;\n}", 2)
	bad("a;\nb 'c\n;\n", 2)
	bad("a;\nb", 2)
	bad("x_by_lua_block {\n", 2)
	bad(strings.Repeat("a {", 200), 1)
}

func TestTitleArguments(t *testing.T) {
	got := titleArguments("/usr/sbin/nginx -c /a.conf -g daemon on; master_process on; -p /x")
	want := []string{"/usr/sbin/nginx", "-c", "/a.conf", "-g", "daemon on; master_process on;", "-p", "/x"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestDateGlob(t *testing.T) {
	for pattern, want := range map[string]string{".yyyy-MM-dd": ".*-*-*", "": "", ".yyyyMMdd'T'HH": ".*T*", "-''yyyy": "-'*"} {
		if got := dateGlob(pattern); got != want {
			t.Errorf("%s: got %s, want %s", pattern, got, want)
		}
	}
}

// TestTomcatVersion reads the version out of a jar.
func TestTomcatVersion(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "home/lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(root, "home/lib/catalina.jar"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	w, err := z.Create("org/apache/catalina/util/ServerInfo.properties")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("server.info=Apache Tomcat/9.0.70\nserver.number=9.0.70.0\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if got := tomcatVersion(&tree{dir: root}, &instance{home: "/home"}); got != 9 {
		t.Errorf("version %d, want 9", got)
	}
}

// TestContainers tells servers apart whose configuration has the same name in
// different roots.
func TestContainers(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for pid, log := range map[string]string{"11": "one", "12": "two"} {
		write("proc/"+pid+"/cmdline", "nginx: master process nginx\x00")
		write("proc/"+pid+"/root/etc/nginx/nginx.conf", "http { server { access_log /var/log/"+log+".log; } }")
	}
	r := Find(root)
	if len(r.Servers) != 2 || !r.Servers[0].Apart || len(r.Logs) != 2 || r.Logs[1].Path != "/var/log/two.log" {
		t.Errorf("got %+v", r)
	}
	if len(r.Problems) != 2 || !strings.Contains(r.Problems[0].Text, "container") {
		t.Errorf("problems %v", r.Problems)
	}
}

// The readers take anything, and what they give can be read again.

func FuzzHTTPD(f *testing.F) {
	f.Add("LogFormat \"%h \\\"%r\\\"\" x\n<IfModule !a>\nCustomLog \"|rotatelogs /a.%Y 5\" x\n</IfModule>\nInclude conf/*.conf\n${A} \\\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		for _, d := range httpdDirectives([]byte(text)) {
			if d.line < 1 || d.line > lines || d.open && d.close {
				t.Errorf("%+v of %d lines", d, lines)
			}
		}
		r := &Report{}
		root := t.TempDir()
		if err := os.WriteFile(filepath.Join(root, "httpd.conf"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		readApache(&tree{dir: root}, &instance{name: Apache, prefix: "/", config: "/httpd.conf"}, r)
		for _, l := range r.Logs {
			if !filepath.IsAbs(l.Path) {
				t.Errorf("the path %q is not absolute", l.Path)
			}
		}
	})
}

func FuzzNginx(f *testing.F) {
	f.Add("http { log_format a escape=json '$b' \"c\"; access_log /x/$host.log a; server { include y; } x_by_lua_block { ' } }")
	f.Fuzz(func(t *testing.T, text string) {
		root := t.TempDir()
		if err := os.WriteFile(filepath.Join(root, "nginx.conf"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := nginxDirectives("f", []byte(text)); err != nil && lineOf(err) == 0 {
			t.Errorf("no line: %v", err)
		}
		readNginx(&tree{dir: root}, &instance{name: Nginx, config: "/nginx.conf"}, &Report{})
	})
}

func FuzzServerXML(f *testing.F) {
	f.Add(`<Server><Valve className="a.AccessLogValve" pattern="&quot;%r&quot;" prefix="${x}" fileDateFormat="'"/></Server>`)
	f.Fuzz(func(t *testing.T, text string) {
		valves, _ := accessValves([]byte(text))
		for _, v := range valves {
			(&tomcat{in: &instance{prefix: "/t"}}).log(v, Place{})
		}
	})
}

func FuzzUWSGI(f *testing.F) {
	f.Add("[uwsgi]\n; no\na = %n%(a)\nb = %(a)%(a)\nlog-format = %(uri)\nlogto=%d/x")
	f.Fuzz(func(t *testing.T, text string) {
		for _, o := range uwsgiOptions("/etc/a.ini", []byte(text)) {
			if o.name == "" || o.at.Line == 0 {
				t.Errorf("%+v", o)
			}
		}
	})
}
