package format

import (
	"strings"
	"time"
)

// UWSGI compiles uWSGI's log-format. date is the log-date that %(ftime) follows
// when logformat-strftime is set, a format of strftime(3); without one it is
// written as %(ltime) is. uWSGI escapes nothing.
func UWSGI(s, date string) (*Format, error) {
	ftime := clf
	if date != "" {
		var err error
		if ftime, err = strftime(date); err != nil {
			return nil, &Error{"%(ftime)", max(0, strings.Index(s, "%(ftime)")), "is written by a log-date that " + err.Error()}
		}
	}
	b := &builder{f: Format{Escape: NoEscape, Module: "uwsgi"}}
	for i := 0; i < len(s); {
		if !strings.HasPrefix(s[i:], "%(") {
			b.text(s[i : i+1])
			i++
			continue
		}
		end := strings.IndexByte(s[i:], ')')
		if end < 0 {
			return nil, &Error{s[i:], i, "has a ( that is not closed by )"}
		}
		directive := s[i : i+end+1]
		f, ok := uwsgiVariable(directive[2:end])
		switch {
		case !ok:
			return nil, &Error{directive, i, "is a variable without a name"}
		case directive == "%(ftime)":
			f = clockField(Time, ftime)
		}
		f.Directive, f.At = directive, i
		b.add(f)
		i += len(directive)
	}
	return b.finish()
}

// uwsgiVariable gives the field of a variable. An application may set ones of its
// own, so none is unknown.
func uwsgiVariable(s string) (Field, bool) {
	const access = "uwsgi.access."
	if f, ok := uwsgiVariables[s]; ok {
		return f, true
	}
	if variable, ok := strings.CutPrefix(s, "var."); ok {
		if f, ok := uwsgiRequest[variable]; ok {
			return f, true
		}
		if header, ok := strings.CutPrefix(variable, "HTTP_"); ok && header != "" {
			return requestHeader("uwsgi", header), true
		}
		return text(access + "env." + name(variable)), variable != ""
	}
	if metric, ok := strings.CutPrefix(s, "metric."); ok {
		return integer(access + "metrics." + name(metric)), metric != ""
	}
	return text(access + "logvars." + name(s)), s != ""
}

// uwsgiVariables are the variables that uWSGI knows.
var uwsgiVariables = map[string]Field{
	"addr":      word(sourceField),
	"cl":        integer("http.request.body.bytes"),
	"core":      integer("uwsgi.access.core"),
	"ctime":     clockField(Time, mustStrftime("%c")),
	"epoch":     clockField(EndTime, clock{{kind: epoch, min: 1, max: 10}}),
	"headers":   integer("uwsgi.access.headers"),
	"host":      {Shape: Word, Meaning: HostPort, Path: domainField},
	"hsize":     integer("uwsgi.access.header_bytes"),
	"ioerr":     integer("uwsgi.access.errors.io"),
	"ltime":     clockField(Time, clf),
	"method":    word(methodField),
	"micros":    duration(durationField, time.Microsecond),
	"modifier1": integer("uwsgi.access.modifier1"),
	"modifier2": integer("uwsgi.access.modifier2"),
	"msecs":     duration(durationField, time.Millisecond),
	"pid":       integer("process.pid"),
	"pktsize":   integer("uwsgi.access.packet_bytes"),
	"proto":     {Shape: Word, Meaning: Version, Path: versionField},
	"referer":   text("http.request.referrer"),
	"rerr":      integer("uwsgi.access.errors.read"),
	"rsize":     integer(bodyField),
	"rss":       integer("uwsgi.access.memory.rss"),
	"rssM":      integer("uwsgi.access.memory.rss_mib"),
	"secs":      duration(durationField, time.Second),
	"size":      integer("http.response.bytes"),
	"status":    integer(statusField),
	"switches":  integer("uwsgi.access.switches"),
	"time":      clockField(Time, clock{{kind: epoch, min: 1, max: 10}}),
	"tmicros":   clockField(Time, clock{{kind: epochMicro, min: 7, max: 16}}),
	"tmsecs":    clockField(Time, clock{{kind: epochMilli, min: 4, max: 13}}),
	"uagent":    text("user_agent.original"),
	"uri":       {Shape: Text, Meaning: Raw, Path: urlField},
	"user":      text("user.name"),
	"vars":      integer("uwsgi.access.variables"),
	"vsz":       integer("uwsgi.access.memory.vsz"),
	"vszM":      integer("uwsgi.access.memory.vsz_mib"),
	"werr":      integer("uwsgi.access.errors.write"),
	"wid":       integer("uwsgi.access.worker"),
}

// uwsgiRequest are the variables of a request, as CGI names them.
var uwsgiRequest = map[string]Field{
	"CONTENT_LENGTH":  integer("http.request.body.bytes"),
	"PATH_INFO":       text("url.path"),
	"QUERY_STRING":    {Shape: Text, Meaning: Arguments, Path: "url.query"},
	"REMOTE_ADDR":     word(sourceField),
	"REMOTE_PORT":     integer("source.port"),
	"REMOTE_USER":     text("user.name"),
	"REQUEST_METHOD":  word(methodField),
	"REQUEST_SCHEME":  word("url.scheme"),
	"REQUEST_URI":     {Shape: Text, Meaning: Raw, Path: urlField},
	"SERVER_NAME":     word("uwsgi.access.server_name"),
	"SERVER_PORT":     integer(portField),
	"SERVER_PROTOCOL": {Shape: Word, Meaning: Version, Path: versionField},
}
