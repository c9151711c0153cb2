// Package logformat takes access logs apart by the format string that the server
// was given: there is no pattern to write.
//
//	filter "log_format" {
//	  apache = "%h %l %u %t \"%r\" %>s %b %D \"%{Referer}i\" \"%{User-Agent}i\""
//	}
//
// Fields are named as the schema names them, "-" is absent, and the time goes
// straight to @timestamp. docs/servers.md lists what becomes of each directive.
//
// Text for people (user agents, referrers, names, headers) is given as the
// client sent it, with the server's escapes resolved, as long as that is UTF-8.
// url.original, and a request line that is none, stay as they were logged: they
// are looked for in logs, and an address with a byte that must be escaped is
// not a legal one.
package logformat

import (
	"errors"
	"fmt"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/logformat/format"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "log_format". Exactly one of Apache, Nginx,
// Tomcat and UWSGI is given.
type Config struct {
	Apache        string   `hcl:"apache,optional" doc:"format as in Apache's LogFormat, or the nickname \"common\", \"combined\", \"combinedio\", \"vhost_combined\", \"ssl_request\""`
	Nginx         string   `hcl:"nginx,optional" doc:"format as in Nginx's log_format, with \"escape=json \" before it where that is set, or \"combined\""`
	Tomcat        string   `hcl:"tomcat,optional" doc:"pattern as in Tomcat's AccessLogValve, or \"common\" or \"combined\""`
	TomcatVersion int      `hcl:"tomcat_version,optional" doc:"major version of Tomcat: %D is in milliseconds before 10"`
	UWSGI         string   `hcl:"uwsgi,optional" doc:"format as in uWSGI's log-format"`
	UWSGIDate     string   `hcl:"uwsgi_date,optional" doc:"uWSGI's log-date, where logformat-strftime makes %(ftime) follow it"`
	Field         string   `hcl:"field,optional" doc:"field to read"`
	Timezone      string   `hcl:"timezone,optional" doc:"zone of times that do not name theirs: a name such as \"Asia/Seoul\", or \"Local\" for the machine's own"`
	KeepSource    bool     `hcl:"keep_source,optional" doc:"keep the field that was read; otherwise it is removed when the format fits"`
	TagOnFailure  []string `hcl:"tag_on_failure,optional" doc:"tags for events that the format does not fit; with none of them such events stay as they are, without an error.message"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Field: "message", TomcatVersion: 10, Timezone: "Local", TagOnFailure: []string{"_logformatparsefailure"}}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	_, err := c.compile()
	_, zoneErr := c.zone()
	return errors.Join(err, zoneErr)
}

func (c *Config) zone() (*time.Location, error) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "" {
		return nil, attr.Errorf("timezone", `unknown time zone %q: use a name such as "Asia/Seoul", or "Local"`, c.Timezone)
	}
	return zone, nil
}

// compile reads the one format that is given.
func (c *Config) compile() (*format.Format, error) {
	var f *format.Format
	var err error
	given := ""
	for _, server := range []struct {
		name, text string
		compile    func(string) (*format.Format, error)
	}{
		{"apache", c.Apache, format.Apache},
		{"nginx", c.Nginx, format.Nginx},
		{"tomcat", c.Tomcat, func(s string) (*format.Format, error) { return format.Tomcat(s, c.TomcatVersion) }},
		{"uwsgi", c.UWSGI, func(s string) (*format.Format, error) { return format.UWSGI(s, c.UWSGIDate) }},
	} {
		if server.text == "" {
			continue
		}
		if given != "" {
			return nil, attr.Errorf(server.name, "%s is given too: a line is written by one server, so give one of apache, nginx, tomcat and uwsgi", given)
		}
		given = server.name
		if f, err = server.compile(server.text); err != nil {
			return nil, attr.Errorf(server.name, "%w", err)
		}
	}
	if given == "" {
		return nil, errors.New("give the format of the server: one of apache, nginx, tomcat and uwsgi")
	}
	return f, nil
}

// Filter is the block with its format compiled. It is shared by the workers.
type Filter struct {
	format *format.Format
	slots  []targets // by field
	zone   *time.Location

	source, reason event.Slot
	begin, end     event.Slot
	keep           bool
	quiet          bool // what does not fit is no failure
	failed         tagset.Set
}

// targets are the slots that one directive fills.
type targets [4]event.Slot

// New compiles the format and declares its fields.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{keep: c.KeepSource, quiet: len(c.TagOnFailure) == 0, failed: tagset.Declare(s, c.TagOnFailure), begin: event.Timestamp}
	var errs []error
	var err error
	if f.format, err = c.compile(); err != nil {
		return nil, err
	}
	if f.zone, err = c.zone(); err != nil {
		return nil, err
	}
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if f.reason, err = s.Slot("error.message", event.String); err != nil {
		errs = append(errs, err)
	}
	f.settleTimes(s)
	for i := range f.format.Fields {
		x := &f.format.Fields[i]
		slots, err := declare(s, f.format.Module, x)
		if err != nil {
			errs = append(errs, attr.Errorf(f.format.Module, "%s at character %d: %w", x.Directive, x.At+1, err))
		}
		f.slots = append(f.slots, slots)
	}
	return f, errors.Join(errs...)
}

// settleTimes decides where times go: the end of a request is its time when the
// format has no other.
func (f *Filter) settleTimes(s *event.Schema) {
	f.end = event.Timestamp
	for i := range f.format.Fields {
		if f.format.Fields[i].Meaning == format.Time {
			if slot, err := s.Slot("event.end", event.Time); err == nil {
				f.end = slot
			}
			return
		}
	}
}

// declare gives the slots of a directive, in the order in which set fills them.
func declare(s *event.Schema, module string, x *format.Field) (targets, error) {
	var to targets
	var errs []error
	for i, d := range fields(module, x) {
		slot, err := s.Slot(d.path, d.kind)
		errs = append(errs, err)
		to[i] = slot
	}
	return to, errors.Join(errs...)
}

// target is a field that a directive fills.
type target struct {
	path string
	kind event.Kind
}

func fields(module string, x *format.Field) []target {
	switch x.Meaning {
	case format.Skip, format.Time, format.EndTime:
		return nil
	case format.Request:
		return []target{{"http.request.method", event.String}, {"url.original", event.String}, {"http.version", event.String}, {module + ".access.request", event.String}}
	case format.Protocol:
		return []target{{"tls.version", event.String}, {"tls.version_protocol", event.String}}
	case format.HostPort:
		return []target{{x.Path, event.String}, {"destination.port", event.Int}}
	case format.Address:
		return []target{{x.Path, event.IP}, {"destination.address", event.String}}
	case format.Int, format.Duration:
		return []target{{x.Path, event.Int}}
	case format.Float:
		return []target{{x.Path, event.Float}}
	case format.Reused:
		return []target{{x.Path, event.Bool}}
	case format.Strings, format.Ints, format.Floats:
		return []target{{x.Path, event.List}}
	}
	return []target{{x.Path, event.String}}
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	return &processor{f: f, scanner: f.format.NewScanner(f.zone)}
}

// reasonOf says where a line ceased to fit.
func (f *Filter) reasonOf(dst []byte, stop format.Stop) []byte {
	if stop.Field < 0 {
		return append(dst, "line does not begin as the log format does"...)
	}
	x := &f.format.Fields[stop.Field]
	return fmt.Appendf(dst, "line does not fit the log format: %s stopped at byte %d", x.Directive, stop.At)
}
