package discover

import (
	"path"
	"strings"
)

// nginxConf reads a configuration of Nginx, as far as logs are concerned.
type nginxConf struct {
	files   *tree
	report  *Report
	dir     string // of the file that is read first: includes start there
	prefix  string // paths of logs start there
	read    int
	formats map[string]namedFormat
}

// nginxLogs are the logs in force in a block, nil where none is set: then those
// of the block around it are.
type nginxLogs struct {
	access, errors []nginxDirective
}

func readNginx(files *tree, in *instance, r *Report) {
	n := &nginxConf{files: files, report: r, dir: path.Dir(in.config), prefix: in.prefix, formats: map[string]namedFormat{}}
	all := n.file(Place{File: in.config}, in.config, 0)
	for _, g := range in.extra { // -g 'daemon off; error_log …;'
		given, err := nginxDirectives("the command line", []byte(g))
		if err != nil {
			r.problem(Place{File: "the command line"}, "%v", err)
		}
		all = append(all, given...)
	}
	top := own(all)
	for _, d := range all {
		switch d.name {
		case "http":
			n.define(d.block)
			n.http(d.block, top)
		case "stream", "mail":
			if logs := own(d.block); len(logs.access) > 0 {
				r.problem(place(logs.access[0]), "logs of %s blocks are not read: they are not those of a web server", d.name)
			}
		}
	}
	n.errors(top.errors)
}

func place(d nginxDirective) Place { return Place{d.file, d.line} }

// file reads a file with all that it includes put in its place.
func (n *nginxConf) file(from Place, name string, depth int) []nginxDirective {
	if depth > maxDepth || n.read >= maxFiles {
		n.report.problem(from, "%s is not read: too many includes", name)
		return nil
	}
	n.read++
	text, err := n.files.read(name)
	if err != nil {
		n.report.problem(from, "read %s: %v", name, err)
		return nil
	}
	all, err := nginxDirectives(name, text)
	if err != nil {
		n.report.problem(Place{name, lineOf(err)}, "%v", err)
	}
	return n.included(all, depth)
}

// included puts the directives of included files in the place of include.
func (n *nginxConf) included(all []nginxDirective, depth int) []nginxDirective {
	var flat []nginxDirective
	for _, d := range all {
		if d.block != nil {
			d.block = n.included(d.block, depth)
		}
		if d.name != "include" || len(d.args) != 1 {
			flat = append(flat, d)
			continue
		}
		pattern := absolute(n.dir, d.args[0])
		names, err := n.files.glob(pattern)
		if err != nil {
			n.report.problem(place(d), "include %s: %v", pattern, err)
		}
		if len(names) == 0 && err == nil && !strings.ContainsAny(pattern, "*?[") {
			n.report.problem(place(d), "include %s: there is no such file", pattern)
		}
		for _, name := range names {
			flat = append(flat, n.file(place(d), name, depth+1)...)
		}
	}
	return flat
}

// own gives the logs that a block itself sets.
func own(block []nginxDirective) (l nginxLogs) {
	for _, d := range block {
		switch {
		case len(d.args) == 0:
		case d.name == "access_log":
			l.access = append(l.access, d)
		case d.name == "error_log":
			l.errors = append(l.errors, d)
		}
	}
	return l
}

// define takes the log_format directives.
func (n *nginxConf) define(http []nginxDirective) {
	for _, d := range http {
		if d.name != "log_format" || len(d.args) < 2 {
			continue
		}
		text := strings.Join(d.args[1:], "")
		if strings.HasPrefix(d.args[1], "escape=") {
			text = d.args[1] + " " + strings.Join(d.args[2:], "")
		}
		n.formats[d.args[0]] = namedFormat{text, place(d)}
	}
}

// http finds the logs of servers, and of locations that have their own.
func (n *nginxConf) http(block []nginxDirective, around nginxLogs) {
	around = inherit(own(block), around)
	for _, d := range block {
		if d.name == "server" {
			logs := inherit(own(d.block), around)
			if logs.access == nil { // Nginx's default
				logs.access = []nginxDirective{{name: "access_log", args: []string{"/var/log/nginx/access.log"}}}
			}
			n.access(logs.access)
			n.errors(logs.errors)
			n.locations(d.block)
		}
	}
}

// locations finds the logs that blocks within a server set for themselves.
func (n *nginxConf) locations(block []nginxDirective) {
	for _, d := range block {
		logs := own(d.block)
		n.access(logs.access)
		n.errors(logs.errors)
		n.locations(d.block)
	}
}

func inherit(l, around nginxLogs) nginxLogs {
	if l.access == nil {
		l.access = around.access
	}
	if l.errors == nil {
		l.errors = around.errors
	}
	return l
}

func (n *nginxConf) access(logs []nginxDirective) {
	for _, d := range logs {
		target, ok := n.target(d)
		if !ok {
			continue
		}
		l := Log{Kind: Access, Path: target, Format: "combined", FormatName: "combined", At: place(d)}
		compressed := false
		for i, arg := range d.args[1:] {
			switch {
			case i == 0 && !strings.Contains(arg, "="):
				l.FormatName = arg
			case arg == "gzip" || strings.HasPrefix(arg, "gzip="):
				compressed = true
			}
		}
		if compressed {
			n.report.problem(l.At, "%s is compressed as it is written, and so cannot be followed while the server runs", target)
			continue
		}
		if f, ok := n.formats[l.FormatName]; ok {
			l.Format, l.FormatAt = f.text, f.at
		} else if l.FormatName != "combined" {
			n.report.problem(l.At, "there is no log_format %q", l.FormatName)
			continue
		}
		n.report.Logs = append(n.report.Logs, l)
	}
}

func (n *nginxConf) errors(logs []nginxDirective) {
	for _, d := range logs {
		if target, ok := n.target(d); ok {
			n.report.Logs = append(n.report.Logs, Log{Kind: Error, Path: target, At: place(d)})
		}
	}
}

// target gives the path of a log, a glob where there are variables in it.
func (n *nginxConf) target(d nginxDirective) (string, bool) {
	name := d.args[0]
	switch {
	case name == "off" || name == "/dev/null" || strings.HasPrefix(name, "memory:"):
		return "", false
	case name == "stderr":
		n.report.problem(place(d), "the log goes to standard error; naru follows files")
		return "", false
	case strings.HasPrefix(name, "syslog:"):
		n.report.problem(place(d), "the log goes to syslog; naru follows files")
		return "", false
	}
	return variableGlob(n.absolute(name)), true
}

// absolute finds the directory that a relative path starts at: the prefix is
// compiled into Nginx unless it is given on the command line.
func (n *nginxConf) absolute(name string) string {
	if n.prefix != "" || path.IsAbs(name) {
		return absolute(n.prefix, name)
	}
	prefixes := []string{"/usr/share/nginx", "/etc/nginx", "/var/lib/nginx", "/usr/local/nginx"}
	for _, prefix := range prefixes {
		if p := absolute(prefix, name); n.files.isDir(path.Dir(p)) {
			return p
		}
	}
	return absolute(prefixes[0], name)
}

// variableGlob makes a name with $variables a glob.
func variableGlob(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); {
		if name[i] != '$' {
			b.WriteByte(name[i])
			i++
			continue
		}
		i++
		if i < len(name) && name[i] == '{' {
			if end := strings.IndexByte(name[i:], '}'); end > 0 {
				i += end + 1
			}
		} else {
			for i < len(name) && isNameRune(rune(name[i])) {
				i++
			}
		}
		if !strings.HasSuffix(b.String(), "*") {
			b.WriteByte('*')
		}
	}
	return b.String()
}
