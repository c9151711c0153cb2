// Package discover finds the web servers of a machine and what they log: the
// processes that run, their configuration as they read it, and of that the logs
// with their formats.
//
// Nothing is started and nothing is written. What cannot be read or is not
// understood becomes a Problem with its file and line; the rest goes on.
package discover

import (
	"cmp"
	"fmt"
	"slices"
)

// Names of servers, and kinds of logs.
const (
	Apache = "apache"
	Nginx  = "nginx"
	Tomcat = "tomcat"
	UWSGI  = "uwsgi"

	Access = "access"
	Error  = "error" // of Tomcat, what the server itself and its applications say
	ModJK  = "mod_jk"
)

// Place is a line of a file; a Line of 0 is the file as a whole.
type Place struct {
	File string
	Line int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Server is a server that runs, or whose configuration was found.
type Server struct {
	Name   string
	PID    int    // 0 when no process was found
	Config string // the file that was read first
	Apart  bool   // it sees other files than naru does: it runs in a container
}

// Log is a log that a server writes.
type Log struct {
	Server     string
	Kind       string // Access, Error or ModJK
	Path       string // a path, or a glob where the server puts dates into names
	Format     string // of an access log: as the filter log_format takes it
	FormatName string // the name that the configuration gives the format; may be empty
	Version    int    // Tomcat's major version; 0 when unknown
	At         Place  // where the log is set
	FormatAt   Place  // where the format is set; zero for the server's default
}

// Problem is something that could not be read or was not understood.
type Problem struct {
	Place
	Text string
}

func (p Problem) String() string {
	if p.File == "" {
		return p.Text
	}
	return p.Place.String() + ": " + p.Text
}

// Report is what was found, in the order of processes and of the configuration.
type Report struct {
	Servers  []Server
	Logs     []Log
	Problems []Problem
}

// problem notes what stands in the way at a place.
func (r *Report) problem(at Place, format string, args ...any) {
	p := Problem{at, fmt.Sprintf(format, args...)}
	if !slices.Contains(r.Problems, p) {
		r.Problems = append(r.Problems, p)
	}
}

// add notes a log. Several directives may name one file: the first counts, and
// one of another format is a problem, since a file is read in one way.
func (r *Report) add(l Log) {
	for _, have := range r.Logs {
		if have.Path != l.Path {
			continue
		}
		if have.Format != l.Format || have.Kind != l.Kind {
			r.problem(l.At, "%s is written in another format too, by %s; this one is left out", l.Path, have.At)
		}
		return
	}
	r.Logs = append(r.Logs, l)
}

// Find looks at the machine whose files lie below root: "/" for this one. The
// processes are those of root's /proc. Where no process of a server is found,
// its configuration is looked for where the distributions keep it.
func Find(root string) *Report {
	r := &Report{}
	files := &tree{dir: root}
	running := map[string]bool{}
	var seen []process // the first of each server: a server has many processes
	for _, p := range processes(files, r) {
		in, known := recognise(p)
		if !known {
			continue
		}
		running[in.name] = true
		at := files
		if p.apart {
			at = &tree{dir: p.rootDir}
		}
		in.settle(at)
		p.server = in.name + " " + in.config
		if slices.ContainsFunc(seen, p.sameServer) {
			continue
		}
		seen = append(seen, p)
		in.read(at, r, Server{Name: in.name, PID: p.pid, Config: in.config, Apart: p.apart})
	}
	for _, usual := range usualPlaces() {
		if !running[usual.name] && files.exists(usual.config) {
			running[usual.name] = true
			usual.read(files, r, Server{Name: usual.name, Config: usual.config})
		}
	}
	return r
}

// instance is a server with how it was started.
type instance struct {
	name   string
	config string            // the file that is read first
	prefix string            // Apache's ServerRoot, Nginx's prefix, CATALINA_BASE
	home   string            // CATALINA_HOME
	env    map[string]string // environment of Apache, properties of Tomcat
	define []string          // Apache's -D
	extra  []string          // directives on the command line; all of uWSGI's
}

// read reads the configuration of a server and checks the logs it names.
func (in *instance) read(files *tree, r *Report, s Server) {
	r.Servers = append(r.Servers, s)
	found := &Report{}
	switch in.name {
	case Apache:
		readApache(files, in, found)
	case Nginx:
		readNginx(files, in, found)
	case Tomcat:
		readTomcat(files, in, found)
	case UWSGI:
		readUWSGI(files, in, found)
	}
	for _, p := range found.Problems {
		r.problem(p.Place, "%s", p.Text)
	}
	for _, l := range found.Logs {
		l.Server = in.name
		if whyNot := files.unfit(l.Path); whyNot != "" {
			r.problem(l.At, "%s %s", l.Path, whyNot)
			continue
		}
		if l.Kind == Access {
			if err := checkFormat(l); err != nil {
				r.problem(cmp.Or(l.FormatAt, l.At), "the format of %s: %v", l.Path, err)
				continue
			}
		}
		if denied := files.denied(l.Path); denied != "" {
			r.problem(l.At, "%s", denied)
		}
		r.add(l)
	}
	if s.Apart {
		r.problem(Place{File: s.Config}, "%s (process %d) runs in a container: paths are as it sees them, so run naru beside it with the directories of the logs shared", s.Name, s.PID)
	}
}
