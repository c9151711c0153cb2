package discover

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"strconv"
	"strings"
)

// maxDepth bounds includes within includes, maxFiles the files of one
// configuration.
const (
	maxDepth = 32
	maxFiles = 5000
)

// httpd reads a configuration of Apache, as far as logs are concerned.
type httpd struct {
	files   *tree
	report  *Report
	in      *instance
	root    string // ServerRoot
	env     map[string]string
	defines map[string]string
	modules map[string]bool
	read    int // files

	nesting []section
	hosts   int               // number of virtual hosts so far
	host    int               // the one that is being read; 0 for the main server
	formats map[int]formatSet // by host
	logs    []httpdLog
	others  []Log // but access logs
}

type section struct {
	name    string
	skipped bool // its condition does not hold, or that of one around it
}

type namedFormat struct {
	text string
	at   Place
}

type formatSet map[string]namedFormat

// httpdLog is a CustomLog or TransferLog whose format is looked up at the end:
// Apache takes definitions in any order.
type httpdLog struct {
	host        int
	target      string
	format      string
	formatGiven bool
	at          Place
}

const apacheCommon = `%h %l %u %t "%r" %>s %b`

func readApache(files *tree, in *instance, r *Report) {
	h := &httpd{
		files: files, report: r, in: in, root: in.prefix,
		env: maps.Clone(in.env), defines: map[string]string{}, formats: map[int]formatSet{},
		modules: map[string]bool{},
	}
	if h.env == nil {
		h.env = map[string]string{}
	}
	// What is compiled in does not appear in the configuration.
	for _, m := range []string{"core", "so", "log_config", "logio", "version", "unixd", "http", "watchdog", "mpm_event", "mpm_worker", "mpm_prefork"} {
		h.modules[m+"_module"], h.modules["mod_"+m+".c"] = true, true
	}
	for _, d := range in.define {
		h.defines[d] = ""
	}
	h.readEnvvars()
	h.lines(Place{File: "the command line"}, httpdDirectives([]byte(strings.Join(in.extra, "\n"))), 0)
	h.file(Place{}, in.config, 0)
	h.finish()
}

// readEnvvars reads what Debian's apache2ctl puts into the environment.
func (h *httpd) readEnvvars() {
	name := path.Join(path.Dir(h.in.config), "envvars")
	text, err := h.files.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		h.report.problem(Place{File: name}, "read the environment of Apache: %v", err)
		return
	}
	if _, suffix, ok := strings.Cut(path.Base(path.Dir(h.in.config)), "apache2-"); ok { // another instance
		h.env["SUFFIX"] = "-" + suffix
	}
	shellExports(text, h.env)
}

func (h *httpd) file(from Place, name string, depth int) {
	if depth > maxDepth || h.read >= maxFiles {
		h.report.problem(from, "%s is not read: too many includes", name)
		return
	}
	h.read++
	text, err := h.files.read(name)
	if err != nil {
		if from == (Place{}) {
			from = Place{File: name}
		}
		h.report.problem(from, "read %s: %v", name, err)
		return
	}
	h.lines(Place{File: name}, httpdDirectives(text), depth)
}

func (h *httpd) lines(at Place, all []httpdDirective, depth int) {
	outer := len(h.nesting)
	for _, d := range all {
		at.Line = d.line
		switch {
		case d.close:
			h.leave(d.name, outer)
		case d.open:
			h.enter(d, at)
		case !h.skipped():
			h.directive(d, at, depth)
		}
	}
	for len(h.nesting) > outer { // sections end with their file
		h.leave(h.nesting[len(h.nesting)-1].name, outer)
	}
}

func (h *httpd) skipped() bool { return len(h.nesting) > 0 && h.nesting[len(h.nesting)-1].skipped }

func (h *httpd) enter(d httpdDirective, at Place) {
	s := section{name: d.name, skipped: h.skipped() || !h.holds(d, at)}
	if d.name == "virtualhost" && !s.skipped {
		h.hosts++
		h.host = h.hosts
	}
	h.nesting = append(h.nesting, s)
}

func (h *httpd) leave(name string, outer int) {
	for i := len(h.nesting) - 1; i >= outer; i-- {
		if h.nesting[i].name == name {
			if name == "virtualhost" {
				h.host = 0
			}
			h.nesting = h.nesting[:i]
			return
		}
	}
}

// holds tells whether what stands in a section counts.
func (h *httpd) holds(d httpdDirective, at Place) bool {
	args, _ := h.expand(d.args)
	words := httpdWords(args)
	if len(words) == 0 {
		return true
	}
	condition, not := strings.CutPrefix(words[0], "!")
	switch d.name {
	case "ifmodule":
		return h.modules[condition] != not
	case "ifdefine":
		_, defined := h.defines[condition]
		return defined != not
	case "iffile":
		return h.files.exists(absolute(h.root, condition)) != not
	case "ifversion":
		return ifVersion(words)
	case "macro":
		h.report.problem(at, "the macro %s is not expanded: logs that it sets are missing", words[0])
		return false
	}
	return true
}

// ifVersion takes the server for a late 2.4. Regular expressions count as met.
func ifVersion(words []string) bool {
	operator := "="
	if len(words) > 1 {
		operator = words[0]
	}
	operator, not := strings.CutPrefix(operator, "!")
	order := 0
	for i, part := range strings.Split(words[len(words)-1], ".") {
		n, err := strconv.Atoi(part)
		if err != nil || i == len(assumedVersion) {
			break
		}
		if order = assumedVersion[i] - n; order != 0 {
			break
		}
	}
	holds := order == 0
	switch operator {
	case "<":
		holds = order < 0
	case "<=":
		holds = order <= 0
	case ">":
		holds = order > 0
	case ">=":
		holds = order >= 0
	}
	return holds != not
}

// assumedVersion is the version of Apache that <IfVersion> compares with.
var assumedVersion = [3]int{2, 4, 62}

// expand puts in variables, and gives the names of those that are not set.
func (h *httpd) expand(args string) (string, []string) {
	return httpdExpand(args, func(name string) (string, bool) {
		if v, ok := h.defines[name]; ok {
			return v, true
		}
		v, ok := h.env[name]
		return v, ok
	})
}

func (h *httpd) directive(d httpdDirective, at Place, depth int) {
	args, missing := h.expand(d.args)
	words := httpdWords(args)
	if len(words) == 0 {
		return
	}
	switch d.name {
	case "include", "includeoptional":
		h.include(words[0], d.name == "includeoptional", at, depth)
	case "serverroot":
		h.root = absolute("/", words[0])
	case "define":
		h.defines[words[0]] = strings.Join(words[1:], " ")
	case "undefine":
		delete(h.defines, words[0])
	case "loadmodule":
		h.modules[words[0]] = true
		h.modules[strings.TrimSuffix(path.Base(words[len(words)-1]), ".so")+".c"] = true
	case "logformat":
		nickname := "" // without one it is for TransferLog
		if len(words) > 1 {
			nickname = words[1]
		}
		if h.formats[h.host] == nil {
			h.formats[h.host] = formatSet{}
		}
		h.formats[h.host][nickname] = namedFormat{words[0], at}
	case "errorlogformat":
		h.report.problem(at, "ErrorLogFormat is not read: the error log is taken for one in Apache's default format")
	case "customlog", "globallog", "transferlog", "errorlog", "jklogfile":
		if len(missing) > 0 {
			h.report.problem(at, "the path needs ${%s}, which is not set in the configuration, in envvars or in what can be seen of the environment of the server", missing[0])
			return
		}
		h.log(d.name, words, at)
	case "use":
		h.report.problem(at, "the macro %s is not expanded: logs that it sets are missing", words[0])
	}
}

func (h *httpd) include(pattern string, optional bool, at Place, depth int) {
	pattern = absolute(h.root, pattern)
	names, err := h.files.glob(pattern)
	if err != nil {
		h.report.problem(at, "include %s: %v", pattern, err)
	}
	if len(names) == 0 && err == nil && !optional && !strings.ContainsAny(pattern, "*?[") {
		h.report.problem(at, "include %s: there is no such file", pattern)
	}
	for _, name := range names {
		h.includePath(at, name, depth+1)
	}
}

// includePath reads a file, or all that is in a directory.
func (h *httpd) includePath(at Place, name string, depth int) {
	if !h.files.isDir(name) {
		h.file(at, name, depth)
		return
	}
	entries, err := h.files.entries(name)
	if err != nil {
		h.report.problem(at, "include %s: %v", name, err)
	}
	if depth > maxDepth {
		return
	}
	for _, e := range entries {
		h.includePath(at, path.Join(name, e), depth+1)
	}
}

func (h *httpd) log(directive string, words []string, at Place) {
	target, ok := h.target(words[0], at)
	if !ok {
		return
	}
	if kind := map[string]string{"errorlog": Error, "jklogfile": ModJK}[directive]; kind != "" {
		h.others = append(h.others, Log{Kind: kind, Path: target, At: at})
		return
	}
	l := httpdLog{host: h.host, target: target, at: at}
	if directive != "transferlog" && len(words) > 1 {
		l.format, l.formatGiven = words[1], true
	}
	h.logs = append(h.logs, l)
}

// target gives the path of a log.
func (h *httpd) target(name string, at Place) (string, bool) {
	switch {
	case strings.HasPrefix(name, "|"):
		file, ok := pipedLog(name)
		if !ok {
			h.report.problem(at, "the log goes to a program, and where that writes is not known: %s", name)
			return "", false
		}
		return absolute(h.root, file), true
	case name == "syslog" || strings.HasPrefix(name, "syslog:"):
		h.report.problem(at, "the log goes to syslog; naru follows files")
		return "", false
	case name == "/dev/null":
		return "", false
	}
	return absolute(h.root, name), true
}

// finish looks up the formats.
func (h *httpd) finish() {
	for _, l := range h.logs {
		name := l.format
		f, ok := h.formats[l.host][name]
		if !ok {
			f, ok = h.formats[0][name]
		}
		if !ok {
			f, name = h.unnamed(l)
		}
		if !strings.Contains(f.text, "%") {
			h.report.problem(l.at, "there is no LogFormat %q", f.text)
			continue
		}
		h.report.Logs = append(h.report.Logs, Log{Kind: Access, Path: l.target, Format: f.text, FormatName: name, At: l.at, FormatAt: f.at})
	}
	h.report.Logs = append(h.report.Logs, h.others...)
}

// unnamed is the format of a log that names none: written in its own directive,
// or the default.
func (h *httpd) unnamed(l httpdLog) (f namedFormat, name string) {
	if l.formatGiven && l.format != "CLF" {
		return namedFormat{l.format, l.at}, ""
	}
	return namedFormat{apacheCommon, Place{}}, "common"
}
