package format

import (
	"fmt"
	"strings"
	"time"
)

// apacheNicknames are the formats that Debian's and Apache's own configuration
// define.
var apacheNicknames = map[string]string{
	"common":         `%h %l %u %t "%r" %>s %b`,
	"combined":       `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`,
	"combinedio":     `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %I %O`,
	"vhost_combined": `%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`,
	"vhost_common":   `%v %h %l %u %t "%r" %>s %b`,
	"ssl_request":    `%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x "%r" %b`,
	"referer":        `%{Referer}i -> %U`,
	"agent":          `%{User-agent}i`,
}

// Apache compiles the format of a LogFormat, CustomLog or TransferLog directive
// of Apache 2.2 or 2.4: the nickname of one that Apache's own configuration
// defines, or the string with or without the backslashes before its quotes.
func Apache(s string) (*Format, error) {
	if known, ok := apacheNicknames[s]; ok {
		s = known
	}
	b := &builder{f: Format{Escape: ApacheText, Module: "apache"}}
	for i := 0; i < len(s); {
		switch s[i] {
		case '%':
			n, err := b.apache(s, i)
			if err != nil {
				return nil, err
			}
			i += n
		case '\\':
			text, n := apacheEscape(s[i:])
			b.text(text)
			i += n
		default:
			b.text(s[i : i+1])
			i++
		}
	}
	return b.finish()
}

// apacheEscape reads a backslash in a format.
func apacheEscape(s string) (string, int) {
	if len(s) < 2 {
		return s, 1
	}
	switch s[1] {
	case '"', '\\':
		return s[1:2], 2
	case 'n':
		return "\n", 2
	case 't':
		return "\t", 2
	case 'r':
		return "\r", 2
	}
	return s[:1], 1
}

// directive is one %… of Apache.
type directive struct {
	final  bool   // %>: of the request after internal redirects
	arg    string // between braces
	braces bool
	name   string
	text   string // as written
}

// modifiers reads what stands between the percent sign and the name, in any
// order, and gives where the name begins; -1 when a brace is not closed.
func (d *directive) modifiers(s string, i int) int {
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '{' && !d.braces:
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return -1
			}
			d.arg, d.braces = s[i+1:i+end], true
			i += end
		case c == '>':
			d.final = true
		case c == '<' || c == '!' || c == ',' || '0' <= c && c <= '9':
		default:
			return i
		}
	}
	return i
}

// apache reads a directive and gives its length.
func (b *builder) apache(s string, at int) (int, error) {
	var d directive
	i := d.modifiers(s, at+1)
	if i < 0 {
		return 0, &Error{s[at:], at, "has a { that is not closed by }"}
	}
	n := 1
	if i < len(s) && s[i] == '^' {
		n = 3
	}
	if i+n > len(s) {
		return 0, &Error{s[at:], at, "has no letter that says what it is"}
	}
	d.name, d.text = s[i:i+n], s[at:i+n]
	if d.name == "%" {
		b.text("%")
		return i + n - at, nil
	}
	f, problem := d.field()
	if problem != "" {
		return 0, &Error{d.text, at, problem}
	}
	f.Directive, f.At = d.text, at
	if d.name == "t" && !d.braces {
		b.text("[")
		b.add(f)
		b.text("]")
	} else {
		b.add(f)
	}
	return i + n - at, nil
}

// plain are directives that take no argument.
var plain = map[string]Field{
	"a": word(sourceField),
	"A": localAddress(),
	"b": integer(bodyField),
	"B": integer(bodyField),
	"D": duration(durationField, time.Microsecond),
	"f": text("apache.access.file"),
	"h": word(sourceField).or(1, "apache.access.remote_host"),
	"H": {Shape: Word, Meaning: Version, Path: versionField},
	"I": integer("http.request.bytes"),
	"k": integer("apache.access.keepalive_requests"),
	"l": text("apache.access.user.identity"),
	"L": word("apache.access.error_log_id"),
	"m": word(methodField),
	"O": integer("http.response.bytes"),
	"p": integer(portField),
	"P": integer("process.pid"),
	"q": {Shape: Query, Meaning: Arguments, Path: "url.query"},
	"r": {Shape: Text, Meaning: Request},
	"R": word("apache.access.handler"),
	"s": integer(statusField),
	"S": integer("network.bytes"),
	"T": duration(durationField, time.Second),
	"t": clockField(Time, clf),
	"u": text("user.name"),
	"U": text("url.path"),
	"v": word(domainField),
	"V": word(domainField).or(1, "apache.access.server_name"),
	"X": {Shape: Flag, Meaning: Connection, Path: "apache.access.connection_status"},
	// mod_logio's time to the first byte.
	"^FB": duration("apache.access.time_to_first_byte", time.Microsecond),
}

// field gives the meaning of a directive, or says what is wrong with it.
func (d *directive) field() (f Field, problem string) {
	if d.braces {
		if f, problem, known := d.argument(); known {
			return f, problem
		}
	}
	f, ok := plain[d.name]
	if !ok {
		if needsArgument(d.name) {
			return f, fmt.Sprintf("needs a name in braces: %%{Name}%s", d.name)
		}
		return f, "is not a directive of Apache's LogFormat"
	}
	switch {
	case d.name == "s" && !d.final:
		return f.or(1, "apache.access.original_status"), ""
	case d.name == "u" && d.final:
		return f.or(1, "apache.access.user.final"), ""
	case d.name == "r" && d.final:
		return text("apache.access.final_request"), ""
	case d.name == "U" && d.final:
		return f.or(1, "apache.access.final_path"), ""
	}
	return f, ""
}

func needsArgument(name string) bool {
	switch name {
	case "i", "o", "C", "e", "n", "x", "c", "^ti", "^to":
		return true
	}
	return false
}

// argument gives the meaning of a directive with braces. It is not known for
// those that ignore what stands in them.
func (d *directive) argument() (f Field, problem string, known bool) {
	const access = "apache.access."
	switch d.name {
	case "i":
		return requestHeader("apache", d.arg), "", true
	case "o":
		return responseHeader("apache", d.arg), "", true
	case "C":
		return text(access + "cookies." + name(d.arg)), "", true
	case "e":
		if rest, ok := strings.CutPrefix(name(d.arg), "ssl_"); ok {
			return tlsVariable("apache", rest), "", true
		}
		return text(access + "env." + name(d.arg)), "", true
	case "n":
		return note(d.arg), "", true
	case "x":
		rest, _ := strings.CutPrefix(name(d.arg), "ssl_")
		return tlsVariable("apache", rest), "", true
	case "c":
		old := map[string]string{"version": "protocol", "cipher": "cipher", "subjectdn": "client_s_dn", "issuerdn": "client_i_dn"}
		if variable, ok := old[d.arg]; ok {
			return tlsVariable("apache", variable), "", true
		}
		return tlsVariable("apache", name(d.arg)), "", true
	case "^ti":
		return text(access + "request_trailers." + name(d.arg)), "", true
	case "^to":
		return text(access + "response_trailers." + name(d.arg)), "", true
	case "a":
		if d.arg == "c" {
			return word(sourceField).or(2, access+"peer_address"), "", true
		}
		return f, "has an unknown argument: use %a or %{c}a", true
	case "h":
		return plain["h"], "", true
	case "p":
		return d.port()
	case "P":
		return d.process()
	case "t":
		return apacheTime(d.arg)
	case "T":
		return elapsed(d.arg, map[string]time.Duration{"s": time.Second, "ms": time.Millisecond, "us": time.Microsecond})
	}
	return f, "", false
}

func (d *directive) port() (Field, string, bool) {
	switch strings.ToLower(d.arg) {
	case "canonical":
		return integer(portField), "", true
	case "local":
		return integer(portField).or(1, "apache.access.local_port"), "", true
	case "remote":
		return integer("source.port"), "", true
	}
	return Field{}, "has an unknown argument: use canonical, local or remote", true
}

func (d *directive) process() (Field, string, bool) {
	switch strings.ToLower(d.arg) {
	case "pid":
		return integer("process.pid"), "", true
	case "tid":
		return integer("process.thread.id"), "", true
	case "hextid":
		return word("apache.access.thread"), "", true
	}
	return Field{}, "has an unknown argument: use pid, tid or hextid", true
}

// elapsed is the time that a request took.
func elapsed(unit string, units map[string]time.Duration) (Field, string, bool) {
	u, ok := units[unit]
	if !ok {
		return Field{}, fmt.Sprintf("has an unknown unit %q: use s, ms or us", unit), true
	}
	return duration(durationField, u), "", true
}

// apacheTime is %{…}t: strftime, or one of the tokens of Apache 2.4.
func apacheTime(s string) (Field, string, bool) {
	meaning := Time
	if rest, ok := strings.CutPrefix(s, "begin:"); ok {
		s = rest
	} else if rest, ok := strings.CutPrefix(s, "end:"); ok {
		s, meaning = rest, EndTime
	}
	if c, ok := timeTokens[s]; ok {
		return clockField(meaning, c), "", true
	}
	if s == "" {
		s = "[%d/%b/%Y:%H:%M:%S %z]"
	}
	c, err := strftime(s)
	if err != nil {
		return Field{}, err.Error(), true
	}
	return clockField(meaning, c), "", true
}

// timeTokens are the words that Apache and Tomcat know beside a date format.
var timeTokens = map[string]clock{
	"sec":       {{kind: epoch, min: 1, max: 10}},
	"msec":      {{kind: epochMilli, min: 1, max: 13}},
	"usec":      {{kind: epochMicro, min: 1, max: 16}},
	"msec_frac": {{kind: fraction, min: 3, max: 3}},
	"usec_frac": {{kind: fraction, min: 6, max: 6}},
}

// note is a note of a module. Those of mod_jk tell how the load spreads.
func note(s string) Field {
	n := name(s)
	jk, ok := strings.CutPrefix(n, "jk_")
	if !ok {
		return text("apache.access.notes." + n)
	}
	switch jk {
	case "request_duration":
		return duration("mod_jk.request.duration", time.Second)
	case "worker_name", "worker_route", "worker_type":
		return text("mod_jk.worker." + jk[len("worker_"):])
	}
	for _, which := range []string{"first", "last"} {
		what, ok := strings.CutPrefix(jk, "lb_"+which+"_")
		if !ok {
			continue
		}
		path := "mod_jk.lb." + which + "." + what
		switch what {
		case "value", "accessed", "read", "transferred", "errors", "busy":
			return integer(path)
		}
		return text(path)
	}
	return text("mod_jk." + jk)
}
