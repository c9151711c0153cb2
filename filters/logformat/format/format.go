// Package format reads the format strings in which web servers are told how to
// log a request (Apache's LogFormat, Nginx's log_format, the pattern of Tomcat's
// access log valve, uWSGI's log-format) and takes lines that were written by them apart again. It
// knows what each directive means in terms of field names, and nothing of
// events.
package format

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Shape is how the text of a directive looks, which is what tells where it ends.
type Shape uint8

// The shapes. Of each but Flag, Clock and Query a single "-" stands for nothing.
const (
	Text    Shape = iota // anything up to the text that follows
	Word                 // the same without spaces
	Number               // digits, with a sign perhaps
	Decimal              // digits, with a fraction perhaps
	Flag                 // one byte: X, + or -
	Clock                // a time: see clock
	Query                // nothing, or a question mark and text
	Path                 // text up to a question mark or to what follows the Query behind it
	Host                 // a word up to the slash with which the next directive begins
	Numbers              // decimals with ", " or " : " between them
	Words                // words with ", " or " : " between them
)

// Meaning is what the text of a directive becomes.
type Meaning uint8

// The meanings.
const (
	Skip       Meaning = iota // nothing: another directive says the same better
	String                    // text, with the server's escapes resolved
	Raw                       // text as it was logged
	Int                       // an integer
	Float                     // a number
	Duration                  // a number of Units, as nanoseconds
	Request                   // a request line: method, address and version
	Version                   // HTTP/1.1, of which 1.1 is kept
	Connection                // X, + or -: what became of the connection
	Protocol                  // TLSv1.2: protocol and version
	HostPort                  // a host name, perhaps with a port
	Address                   // an IP address, or else the path of a socket
	Arguments                 // a query string, perhaps with its question mark
	Time                      // part of the time of the request
	EndTime                   // part of the time at which the answer was sent
	Reused                    // r for a TLS session that was resumed, . for a new one
	Strings                   // a list of texts
	Ints                      // a list of integers
	Floats                    // a list of numbers
)

// Escape is how a server writes bytes that would make a line ambiguous.
type Escape uint8

// The ways of escaping.
const (
	NoEscape   Escape = iota // not at all
	ApacheText               // \" \\ \n \t … and \xHH
	NginxText                // \xHH alone
	JSONText                 // as in JSON
	TomcatText               // \" \\ \n \t … and \uHHHH, of characters or of the bytes of UTF-8

	tomcatBytes
)

// Field is one directive with the text that follows it.
type Field struct {
	Directive string  // as written
	At        int     // where it begins in the format, in bytes
	Shape     Shape   //
	Meaning   Meaning //
	Path      string  // of the field; empty when Meaning is Skip, Request or a time
	Unit      int64   // of a Duration, in nanoseconds
	After     []byte  // the text up to the next directive

	digits   int    // of a Number before its point, at most
	fallback string // path when a better directive has Path
	rank     int    // the lower the better
	clock    clock
	escapes  bool // what follows is a quote, which the server escapes in the text
	retry    bool // the text may hold what follows it
}

// Format is a compiled format string. It does not change and may be shared.
type Format struct {
	Prefix []byte // text before the first directive
	Fields []Field
	Escape Escape
	Module string // apache, nginx, tomcat or uwsgi: where fields go that no schema names

	quick bool // one clock without a fraction has the whole time
}

// Error is a fault of a format string.
type Error struct {
	Directive string // at fault
	At        int    // where it begins in the format, in bytes
	Problem   string
}

// Error names the directive and its place, counted from 1 as editors do.
func (e *Error) Error() string {
	return fmt.Sprintf("%s at character %d %s", e.Directive, e.At+1, e.Problem)
}

// builder collects a format while its string is read.
type builder struct {
	f       Format
	literal strings.Builder // since the last directive
}

func (b *builder) text(s string) { b.literal.WriteString(s) }

// add ends the text before a directive.
func (b *builder) add(f Field) {
	b.flush()
	if f.digits == 0 {
		f.digits = maxDigits
	}
	b.f.Fields = append(b.f.Fields, f)
}

func (b *builder) flush() {
	if n := len(b.f.Fields); n > 0 {
		b.f.Fields[n-1].After = []byte(b.literal.String())
	} else {
		b.f.Prefix = []byte(b.literal.String())
	}
	b.literal.Reset()
}

// finish checks that every directive can be told from the next one and decides
// which of several gives a field its value.
func (b *builder) finish() (*Format, error) {
	b.flush()
	f := &b.f
	if len(f.Fields) == 0 {
		return nil, errors.New("has no directive: there is nothing to take out of a line")
	}
	f.merge()
	for i := range f.Fields[:len(f.Fields)-1] {
		one, next := &f.Fields[i], &f.Fields[i+1]
		switch {
		case len(one.After) > 0 || one.ends():
		case next.Shape == Query && (one.Shape == Text || one.Shape == Word):
			one.Shape = Path
		case one.Shape == Word && (next.Path == "url.path" || next.Path == urlField): // $host$request_uri
			one.Shape = Host
		default:
			return nil, &Error{next.Directive, next.At, fmt.Sprintf("stands right behind %s: put a space or a quote between them, or where one ends cannot be told", one.Directive)}
		}
	}
	f.settle()
	f.quick = f.oneClock()
	for i := range f.Fields {
		x := &f.Fields[i]
		x.retry = f.retries(i)
		x.escapes = f.Escape != NoEscape && len(x.After) > 0 && x.After[0] == '"'
	}
	return f, nil
}

// merge makes one field of two that are one to the eye: Nginx' $is_args$args, and
// Tomcat's %U%q, which together are the address as it was sent.
func (f *Format) merge() {
	for i := len(f.Fields) - 2; i >= 0; i-- {
		one, next := &f.Fields[i], f.Fields[i+1]
		if len(one.After) > 0 || next.Meaning != Arguments || one.Shape != Query && one.Meaning != Raw {
			continue
		}
		one.Directive += next.Directive
		one.After = next.After
		if one.Shape == Query {
			one.Meaning, one.Path = next.Meaning, next.Path
		}
		f.Fields = slices.Delete(f.Fields, i+1, i+2)
	}
}

// ends reports whether the text of a field shows by itself where it ends.
func (f *Field) ends() bool {
	switch f.Shape {
	case Number, Decimal, Flag, Clock:
		return true
	}
	return false
}

// settle leaves one directive for each path: the best, or else the first.
func (f *Format) settle() {
	best := map[string]int{}
	if slices.ContainsFunc(f.Fields, func(x Field) bool { return x.Meaning == Request }) {
		for _, path := range []string{methodField, urlField, versionField} {
			best[path] = -1
		}
	}
	for i := range f.Fields {
		if x := &f.Fields[i]; x.Path != "" {
			if k, taken := best[x.Path]; !taken || k >= 0 && x.rank < f.Fields[k].rank {
				best[x.Path] = i
			}
		}
	}
	for i := range f.Fields {
		x := &f.Fields[i]
		if x.Path == "" || best[x.Path] == i {
			continue
		}
		if x.Path = x.fallback; x.Meaning == HostPort { // destination.port is the other's too
			x.Meaning = String
		}
		if _, taken := best[x.Path]; taken || x.Path == "" {
			x.Path, x.Meaning = "", Skip
			continue
		}
		best[x.Path] = i
	}
}

// oneClock reports whether the time is in one directive.
func (f *Format) oneClock() bool {
	clocks, quick := 0, false
	for i := range f.Fields {
		if f.Fields[i].Shape == Clock {
			clocks++
			quick = !f.Fields[i].clock.fraction() && f.Fields[i].Meaning == Time
		}
	}
	return clocks == 1 && quick
}

// retries reports whether the text of a field may hold what follows it.
func (f *Format) retries(i int) bool {
	x := &f.Fields[i]
	after := x.After
	switch x.Shape {
	case Text:
	case Path:
		after = f.Fields[i+1].After
	default:
		return false
	}
	// A quote in a text is escaped.
	return len(after) > 0 && (f.Escape == NoEscape || bytes.IndexByte(after, '"') < 0)
}

// name makes a field name of a header's or a variable's: X-Request-Id becomes
// x_request_id.
func name(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '_':
			return r
		}
		return '_'
	}, s)
}
