package discover

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// valve is an access log of Tomcat's server.xml.
type valve struct {
	class string // without its package
	attrs map[string]string
	line  int
}

// accessValves reads the valves of a server.xml that log requests.
func accessValves(text []byte) ([]valve, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // attributes that matter are ASCII
	var all []valve
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "Valve" {
			continue
		}
		line, _ := d.InputPos()
		v := valve{attrs: map[string]string{}, line: line}
		for _, a := range start.Attr {
			v.attrs[a.Name.Local] = a.Value
		}
		class := v.attrs["className"]
		v.class = class[strings.LastIndexByte(class, '.')+1:]
		if strings.HasSuffix(v.class, "AccessLogValve") {
			all = append(all, v)
		}
	}
}

func readTomcat(files *tree, in *instance, r *Report) {
	text, err := files.read(in.config)
	if err != nil {
		r.problem(Place{File: in.config}, "read: %v", err)
		return
	}
	valves, err := accessValves(text)
	if err != nil {
		at := Place{File: in.config}
		if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
			at.Line = syntax.Line
		}
		r.problem(at, "read: %v", err)
	}
	t := &tomcat{in: in, properties: properties(files, in), version: tomcatVersion(files, in)}
	if t.version == 0 && len(valves) > 0 {
		r.problem(Place{File: in.config}, "the version of Tomcat could not be found out from %s/lib/catalina.jar: it is taken for 10 or newer, where %%D is in microseconds", in.home)
	}
	for _, v := range valves {
		at := Place{in.config, v.line}
		if v.class != "AccessLogValve" {
			r.problem(at, "the valve %s is not understood: use AccessLogValve", v.class)
			continue
		}
		r.Logs = append(r.Logs, t.log(v, at))
	}
	t.own(files, r)
}

type tomcat struct {
	in         *instance
	properties map[string]string
	version    int
}

// log gives the log of a valve; what is not set has Tomcat's default.
func (t *tomcat) log(v valve, at Place) Log {
	get := func(name, otherwise string) string {
		if value, ok := v.attrs[name]; ok {
			value, _ = httpdExpand(value, func(name string) (string, bool) {
				p, ok := t.properties[name]
				return p, ok
			})
			return value
		}
		return otherwise
	}
	date := ""
	if get("rotatable", "true") == "true" && get("renameOnRotate", "false") != "true" {
		date = dateGlob(get("fileDateFormat", ".yyyy-MM-dd"))
	}
	dir := absolute(t.in.prefix, get("directory", "logs"))
	l := Log{
		Kind: Access, Path: path.Join(dir, get("prefix", "access_log")+date+get("suffix", "")),
		Format: get("pattern", "common"), Version: t.version, At: at, FormatAt: at,
	}
	if l.Format == "common" || l.Format == "combined" {
		l.FormatName = l.Format
	}
	return l
}

// own finds the logs of the server itself: where the scripts that start it send
// its output, and the files of logging.properties. What goes to catalina.out goes
// to the handler for catalina too; of the two the first is followed.
func (t *tomcat) own(files *tree, r *Report) {
	out := absolute(t.in.prefix, "logs/catalina.out")
	if files.exists(out) {
		r.Logs = append(r.Logs, Log{Kind: Error, Path: out, At: Place{File: t.in.config}})
	}
	name := path.Join(path.Dir(t.in.config), "logging.properties")
	text, err := files.read(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			r.problem(Place{File: name}, "read: %v", err)
		}
		return
	}
	for _, h := range fileHandlers(text) {
		get := func(name, otherwise string) string {
			value, ok := h.properties[name]
			if !ok {
				value = otherwise
			}
			value, _ = httpdExpand(value, func(name string) (string, bool) {
				p, ok := t.properties[name]
				return p, ok
			})
			return value
		}
		prefix := get("prefix", "juli.")
		if strings.HasPrefix(prefix, "catalina") && files.exists(out) {
			continue
		}
		date := ""
		if get("rotatable", "true") == "true" {
			date = "*-*-*"
		}
		file := path.Join(absolute(t.in.prefix, get("directory", "logs")), prefix+date+get("suffix", ".log"))
		r.Logs = append(r.Logs, Log{Kind: Error, Path: file, At: Place{name, h.line}})
	}
}

// fileHandler is a handler of logging.properties that writes files.
type fileHandler struct {
	properties map[string]string // of its own, without its name
	line       int               // where it is first named
}

// fileHandlers reads the handlers of JULI, in order.
func fileHandlers(text []byte) []fileHandler {
	var all []fileHandler
	index := map[string]int{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		at := strings.LastIndexByte(key, '.')
		if !ok || at < 0 || strings.HasPrefix(key, "#") || !strings.HasSuffix(key[:at], "FileHandler") {
			continue
		}
		i, known := index[key[:at]]
		if !known {
			i = len(all)
			index[key[:at]] = i
			all = append(all, fileHandler{properties: map[string]string{}, line: number})
		}
		all[i].properties[strings.TrimSpace(key[at+1:])] = strings.TrimSpace(value)
	}
	return all
}

// dateGlob makes a pattern of Java's SimpleDateFormat a glob: runs of letters
// are numbers or names, quoted text is itself.
func dateGlob(pattern string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch letter := c|0x20 >= 'a' && c|0x20 <= 'z'; {
		case c == '\'' && i+1 < len(pattern) && pattern[i+1] == '\'':
			b.WriteByte(c)
			i++
		case c == '\'':
			quoted = !quoted
		case !letter || quoted:
			b.WriteByte(c)
		case !strings.HasSuffix(b.String(), "*"):
			b.WriteByte('*')
		}
	}
	return b.String()
}

// properties are what ${name} in server.xml stands for.
func properties(files *tree, in *instance) map[string]string {
	all := map[string]string{"catalina.base": in.prefix, "catalina.home": in.home}
	text, err := files.read(path.Join(path.Dir(in.config), "catalina.properties"))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
				all[strings.TrimSpace(name)] = strings.TrimSpace(value)
			}
		}
	}
	for name, value := range in.env {
		all[name] = value
	}
	return all
}

// tomcatVersion gives the major version that catalina.jar names; 0 if unknown.
func tomcatVersion(files *tree, in *instance) int {
	f, err := files.open(path.Join("/", in.home, "lib/catalina.jar"))
	if err != nil {
		return 0
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	jar, err := zip.NewReader(f, info.Size())
	if err != nil {
		return 0
	}
	entry, err := jar.Open("org/apache/catalina/util/ServerInfo.properties")
	if err != nil {
		return 0
	}
	defer entry.Close()
	for lines := bufio.NewScanner(io.LimitReader(entry, maxFile)); lines.Scan(); {
		if number, ok := strings.CutPrefix(lines.Text(), "server.number="); ok {
			major, _, _ := strings.Cut(number, ".")
			version, _ := strconv.Atoi(major) // 0 is unknown
			return version
		}
	}
	return 0
}
