package format

import (
	"fmt"
	"strings"
	"time"
)

// tomcatNames are the patterns that the valve knows by name.
var tomcatNames = map[string]string{
	"common":   `%h %l %u %t "%r" %s %b`,
	"combined": `%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"`,
}

// Tomcat compiles the pattern of an access log valve. Until version 9 the valve
// wrote %D in milliseconds, since version 10 in microseconds.
func Tomcat(s string, version int) (*Format, error) {
	if known, ok := tomcatNames[s]; ok {
		s = known
	}
	b := &builder{f: Format{Escape: TomcatText, Module: "tomcat"}}
	for i := 0; i < len(s); {
		if s[i] != '%' {
			b.text(s[i : i+1])
			i++
			continue
		}
		n, err := b.tomcat(s, i, version)
		if err != nil {
			return nil, err
		}
		i += n
	}
	return b.finish()
}

// tomcat reads one code and gives its length.
func (b *builder) tomcat(s string, at, version int) (int, error) {
	i, arg, braces := at+1, "", false
	if i < len(s) && s[i] == '{' {
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return 0, &Error{s[at:], at, "has a { that is not closed by }"}
		}
		arg, braces = s[i+1:i+end], true
		i += end + 1
	}
	if i >= len(s) {
		return 0, &Error{s[at:], at, "has no letter that says what it is"}
	}
	code := s[at : i+1]
	if code == "%%" {
		b.text("%")
		return 2, nil
	}
	var f Field
	var problem string
	if braces {
		f, problem = tomcatArgument(s[i], arg)
	} else {
		f, problem = tomcatCode(s[i], version)
	}
	if problem != "" {
		return 0, &Error{code, at, problem}
	}
	f.Directive, f.At = code, at
	if s[i] == 't' && !braces {
		b.text("[")
		b.add(f)
		b.text("]")
	} else {
		b.add(f)
	}
	return len(code), nil
}

func tomcatCode(c byte, version int) (Field, string) {
	switch c {
	case 'D':
		if version < 10 {
			return duration(durationField, time.Millisecond), ""
		}
		return duration(durationField, time.Microsecond), ""
	case 'F':
		return duration("tomcat.access.time_to_commit", time.Millisecond), ""
	case 'I':
		return text("process.thread.name"), ""
	case 'l':
		return text("tomcat.access.user.identity"), ""
	case 'S':
		return word("tomcat.access.session_id"), ""
	case 'U': // as it was sent, unlike Apache's
		return Field{Shape: Text, Meaning: Raw, Path: urlField}, ""
	case 'h':
		return word(sourceField).or(1, "tomcat.access.remote_host"), ""
	case 'X':
		return Field{Shape: Flag, Meaning: Connection, Path: "tomcat.access.connection_status"}, ""
	case 'a', 'A', 'b', 'B', 'H', 'm', 'p', 'q', 'r', 's', 'T', 't', 'u', 'v':
		return plain[string(c)], ""
	case 'c', 'i', 'o', 'L', 'P':
		return Field{}, fmt.Sprintf("needs a name in braces: %%{name}%c", c)
	}
	return Field{}, "is not a code of Tomcat's access log valve"
}

func tomcatArgument(c byte, arg string) (Field, string) {
	const access = "tomcat.access."
	switch c {
	case 'i':
		return requestHeader("tomcat", arg), ""
	case 'o':
		return responseHeader("tomcat", arg), ""
	case 'c':
		return text(access + "cookies." + name(arg)), ""
	case 'r':
		return text(access + "attributes." + name(arg)), ""
	case 's':
		return text(access + "session." + name(arg)), ""
	case 'L':
		return tomcatIdentifier(arg)
	case 'a':
		if arg == "peer" {
			return word(sourceField).or(2, access+"peer_address"), ""
		}
		return plain["a"], ""
	case 'p':
		if arg == "remote" {
			return integer("source.port"), ""
		}
		return integer(portField), ""
	case 'T':
		f, problem, _ := elapsed(arg, map[string]time.Duration{"s": time.Second, "fracsec": time.Second, "ms": time.Millisecond, "us": time.Microsecond, "ns": time.Nanosecond})
		return f, problem
	case 't':
		return tomcatTime(arg)
	}
	return Field{}, "is not a code of Tomcat's access log valve"
}

func tomcatIdentifier(arg string) (Field, string) {
	switch arg {
	case "c":
		return word("tomcat.access.connection_id"), ""
	case "s":
		return word("tomcat.access.stream_id"), ""
	}
	return Field{}, "has an unknown argument: use c for the connection or s for the stream"
}

// tomcatTime is %{…}t: SimpleDateFormat, or one of a few words.
func tomcatTime(s string) (Field, string) {
	meaning := Time
	if rest, ok := strings.CutPrefix(s, "begin:"); ok {
		s = rest
	} else if rest, ok := strings.CutPrefix(s, "end"); ok {
		s, meaning = strings.TrimPrefix(rest, ":"), EndTime
	}
	if s == "begin" {
		s = ""
	}
	if c, ok := timeTokens[s]; ok {
		return clockField(meaning, c), ""
	}
	if s == "" {
		return clockField(meaning, clf), ""
	}
	c, err := simpleDate(s)
	if err != nil {
		return Field{}, err.Error()
	}
	return clockField(meaning, c), ""
}
