package discover

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// process is what /proc tells of a process.
type process struct {
	pid     int
	args    []string
	exe     string            // empty when it may not be read
	cwd     string            // the same
	env     map[string]string // the same
	rootDir string            // its root directory, as a path on this machine
	root    fs.FileInfo       // of rootDir; nil when it may not be looked at
	apart   bool              // its root is not ours
	server  string            // name and configuration of the server that it is of
}

// sameServer tells whether both belong to one server.
func (p process) sameServer(other process) bool {
	return p.server == other.server && p.apart == other.apart && (!p.apart || os.SameFile(p.root, other.root))
}

// processes lists the processes of /proc in order of their number.
func processes(files *tree, r *Report) []process {
	names, err := files.entries("/proc")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.problem(Place{File: "/proc"}, "list the processes: %v", err)
	}
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	var all []process
	for _, pid := range pids {
		dir := path.Join("/proc", strconv.Itoa(pid))
		line, err := files.read(path.Join(dir, "cmdline"))
		if err != nil || len(line) == 0 {
			continue // it has ended, or is the kernel's
		}
		p := process{pid: pid, args: strings.Split(strings.TrimRight(string(line), "\x00 "), "\x00")}
		if !plausible(p.args) {
			continue
		}
		real, err := files.at(dir)
		if err != nil {
			continue
		}
		p.exe, _ = os.Readlink(path.Join(real, "exe"))
		p.cwd, _ = os.Readlink(path.Join(real, "cwd"))
		p.env = environment(files, path.Join(dir, "environ"))
		p.rootDir = path.Join(real, "root")
		p.settleRoot(files)
		all = append(all, p)
	}
	return all
}

// plausible spares all but web servers a closer look.
func plausible(args []string) bool {
	name := path.Base(args[0])
	return isApache(name) || name == "nginx" || name == "java" || isUWSGI(name) || strings.HasPrefix(args[0], nginxTitle)
}

// settleRoot finds out whether the root of a process is another directory than
// that of the tree. What may not be looked at counts as the same.
func (p *process) settleRoot(files *tree) {
	its, err := os.Stat(p.rootDir)
	if err != nil {
		return
	}
	ours, err := os.Stat(files.dir)
	p.root, p.apart = its, err == nil && !os.SameFile(its, ours)
}

func environment(files *tree, name string) map[string]string {
	text, err := files.read(name)
	if err != nil {
		return nil
	}
	env := map[string]string{}
	for entry := range bytes.SplitSeq(text, []byte{0}) {
		if k, v, ok := strings.Cut(string(entry), "="); ok {
			env[k] = v
		}
	}
	return env
}

// isApache knows the names of the program; SUSE has one for each way of
// handling processes.
func isApache(name string) bool {
	return slices.Contains([]string{"apache2", "httpd", "httpd-prefork", "httpd-worker", "httpd-event"}, name)
}

func isUWSGI(name string) bool { return name == "uwsgi" || name == "uwsgi-core" }

// uwsgiProcess takes the last file of the command line, which is the
// application's, for the configuration.
func uwsgiProcess(p process) *instance {
	in := &instance{name: UWSGI, prefix: p.cwd, extra: p.args[1:], config: strings.Join(p.args, " ")}
	for _, arg := range in.extra {
		if strings.HasSuffix(arg, ".ini") {
			in.config = absolute(in.prefix, strings.TrimPrefix(arg, "--ini="))
		}
	}
	return in
}

// recognise tells the server that a process is the first one of.
func recognise(p process) (*instance, bool) {
	switch name := path.Base(p.args[0]); {
	case isApache(name):
		return apacheProcess(p), true
	case strings.HasPrefix(p.args[0], nginxTitle):
		return nginxProcess(p, titleArguments(strings.TrimPrefix(p.args[0], nginxTitle))), true
	case name == "nginx": // before it has given itself a title
		return nginxProcess(p, p.args), true
	case name == "java":
		return tomcatProcess(p)
	case isUWSGI(name):
		return uwsgiProcess(p), true
	}
	return nil, false
}

// nginxTitle is what the first process of Nginx calls itself, followed by its
// command line in one piece.
const nginxTitle = "nginx: master process "

// titleArguments splits a command line whose quotes are lost: what -g is given
// goes on to the next option.
func titleArguments(title string) []string {
	var args []string
	directives := false
	for _, word := range strings.Fields(title) {
		if directives && args[len(args)-1] != "-g" && !strings.HasPrefix(word, "-") {
			args[len(args)-1] += " " + word
			continue
		}
		directives = word == "-g" || directives && args[len(args)-1] == "-g"
		args = append(args, word)
	}
	return args
}

func apacheProcess(p process) *instance {
	debian := path.Base(p.args[0]) == "apache2"
	in := &instance{name: Apache, env: p.env, prefix: "/etc/httpd"}
	conf := "conf/httpd.conf"
	switch exe := path.Dir(p.exe); {
	case debian:
		in.prefix, conf = "/etc/apache2", "apache2.conf"
	case strings.HasSuffix(exe, "/bin") && exe != "/usr/bin" && exe != "/bin": // built from source
		in.prefix = path.Dir(exe)
	}
	options(p.args[1:], "fdDCckE", func(flag byte, value string) {
		switch flag {
		case 'f':
			conf = value
		case 'd':
			in.prefix = value
		case 'D':
			in.define = append(in.define, value)
		case 'C', 'c':
			in.extra = append(in.extra, value)
		}
	})
	in.config = absolute(in.prefix, conf)
	return in
}

// settle looks for the configuration where distributions keep it, when it is not
// where it would be on Debian or Red Hat: the place is compiled into the server.
func (in *instance) settle(files *tree) {
	if files.exists(in.config) {
		return
	}
	for _, usual := range usualPlaces() {
		if usual.name == in.name && in.name != Tomcat && files.exists(usual.config) {
			in.config, in.prefix = usual.config, usual.prefix
			return
		}
	}
}

func nginxProcess(p process, args []string) *instance {
	in := &instance{name: Nginx, config: "/etc/nginx/nginx.conf"}
	options(args[min(1, len(args)):], "cpgse", func(flag byte, value string) {
		switch flag {
		case 'c':
			in.config = value
		case 'p':
			in.prefix = absolute(p.cwd, value)
		case 'g':
			in.extra = append(in.extra, value)
		}
	})
	in.config = absolute(in.prefix, in.config)
	return in
}

func tomcatProcess(p process) (*instance, bool) {
	in := &instance{name: Tomcat, env: map[string]string{}}
	started := false
	config := "conf/server.xml"
	for i, arg := range p.args {
		if property, ok := strings.CutPrefix(arg, "-D"); ok {
			k, v, _ := strings.Cut(property, "=")
			in.env[k] = v
		}
		if arg == "org.apache.catalina.startup.Bootstrap" {
			started = true
		}
		if started && arg == "-config" && i+1 < len(p.args) {
			config = p.args[i+1]
		}
	}
	in.home = in.env["catalina.home"]
	in.prefix = in.env["catalina.base"]
	if in.prefix == "" {
		in.prefix = in.home
	}
	in.config = absolute(in.prefix, config)
	return in, started && in.prefix != ""
}

// options calls set for the options of a command line that take a value, in the
// same argument or the next; the others are passed over.
func options(args []string, valued string, set func(flag byte, value string)) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' || strings.IndexByte(valued, arg[1]) < 0 {
			continue
		}
		switch {
		case len(arg) > 2:
			set(arg[1], arg[2:])
		case i+1 < len(args):
			i++
			set(arg[1], args[i])
		}
	}
}

// absolute puts a directory before a path that is relative.
func absolute(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join("/", dir, name)
}

// usualPlaces lists where distributions keep the configuration of servers, the
// most likely first.
func usualPlaces() []*instance {
	apache := func(prefix, config string) *instance {
		return &instance{name: Apache, prefix: prefix, config: config}
	}
	places := []*instance{
		apache("/etc/apache2", "/etc/apache2/apache2.conf"),                // Debian, Ubuntu
		apache("/etc/httpd", "/etc/httpd/conf/httpd.conf"),                 // Red Hat and its kin
		apache("/var/www", "/etc/apache2/httpd.conf"),                      // Alpine; SUSE
		apache("/usr/local/apache2", "/usr/local/apache2/conf/httpd.conf"), // from source, and the official image
		{name: Nginx, config: "/etc/nginx/nginx.conf"},
		{name: Nginx, config: "/usr/local/nginx/conf/nginx.conf", prefix: "/usr/local/nginx"},
	}
	// Debian, Red Hat, the official image, by hand: CATALINA_BASE and CATALINA_HOME.
	for _, dirs := range [][2]string{
		{"/var/lib/tomcat11", "/usr/share/tomcat11"}, {"/var/lib/tomcat10", "/usr/share/tomcat10"}, {"/var/lib/tomcat9", "/usr/share/tomcat9"},
		{"/usr/share/tomcat", "/usr/share/tomcat"}, {"/usr/local/tomcat", "/usr/local/tomcat"}, {"/opt/tomcat", "/opt/tomcat"},
	} {
		places = append(places, &instance{name: Tomcat, prefix: dirs[0], home: dirs[1], config: dirs[0] + "/conf/server.xml"})
	}
	return places
}
