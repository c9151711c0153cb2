package discover

import (
	"path"
	"strings"
)

// uwsgiOption is an option of uWSGI, of the command line or of an ini file.
type uwsgiOption struct {
	name, value string
	at          Place
}

// maxValue bounds the value of an option in bytes, since options may refer to
// others.
const maxValue = 1 << 16

// uwsgiOptions reads the section [uwsgi] of an ini file, in which %n and its kind
// stand for parts of the file's name and %(name) for options before.
func uwsgiOptions(file string, text []byte) []uwsgiOption {
	var all []uwsgiOption
	section, number := "", 0
	base := path.Base(file)
	magic := []string{
		"%p", file, "%s", base, "%d", path.Dir(file) + "/", "%n", strings.TrimSuffix(base, path.Ext(base)),
		"%e", strings.TrimPrefix(path.Ext(base), "."), "%c", path.Base(path.Dir(file)), "%%", "%",
	}
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); name == "" || section != "[uwsgi]" || strings.ContainsAny(name[:1], "#;") {
			continue
		}
		value = strings.TrimSpace(value)
		if name != "log-format" && name != "logformat" { // its %(…) are uWSGI's for requests
			value = strings.NewReplacer(magic...).Replace(value)
			for _, o := range all {
				name := "%(" + o.name + ")"
				if len(value)+strings.Count(value, name)*len(o.value) < maxValue {
					value = strings.ReplaceAll(value, name, o.value)
				}
			}
		}
		all = append(all, uwsgiOption{name, value, Place{file, number}})
	}
	return all
}

// uwsgiArguments reads a command line. Files that end in .ini are read where
// they stand.
func uwsgiArguments(files *tree, in *instance, r *Report) []uwsgiOption {
	var all []uwsgiOption
	at := Place{File: "the command line of uWSGI"}
	ini := func(name string) {
		name = absolute(in.prefix, name)
		text, err := files.read(name)
		if err != nil {
			r.problem(Place{File: name}, "read: %v", err)
			return
		}
		all = append(all, uwsgiOptions(name, text)...)
	}
	for i := 0; i < len(in.extra); i++ {
		arg := in.extra[i]
		name, long := strings.CutPrefix(arg, "--")
		switch {
		case !long && strings.HasSuffix(arg, ".ini"):
			ini(arg)
		case !long && arg == "-d" && i+1 < len(in.extra):
			i++
			all = append(all, uwsgiOption{"daemonize", in.extra[i], at})
		case long:
			name, value, inline := strings.Cut(name, "=")
			if !inline && i+1 < len(in.extra) && !strings.HasPrefix(in.extra[i+1], "-") {
				i++
				value = in.extra[i]
			}
			if name == "ini" {
				ini(value)
			} else {
				all = append(all, uwsgiOption{name, value, at})
			}
		}
	}
	return all
}

func readUWSGI(files *tree, in *instance, r *Report) {
	format, name := namedFormat{}, "default"
	var logs []Log
	for _, o := range uwsgiArguments(files, in, r) {
		switch o.name {
		case "log-format", "logformat":
			format, name = namedFormat{o.value, o.at}, ""
		case "logto", "logto2", "daemonize", "daemonize2":
			logs = append(logs, Log{Kind: Access, Path: absolute(in.prefix, o.value), At: o.at})
		case "logger", "req-logger", "logger-req":
			kind, target, ok := strings.Cut(o.value, ":")
			if !ok || !strings.HasSuffix(kind, "file") {
				r.problem(o.at, "the log goes to %s; naru follows files", o.value)
				continue
			}
			logs = append(logs, Log{Kind: Access, Path: absolute(in.prefix, target), At: o.at})
		}
	}
	for _, l := range logs {
		l.Format, l.FormatAt, l.FormatName = format.text, format.at, name
		r.Logs = append(r.Logs, l)
	}
}
