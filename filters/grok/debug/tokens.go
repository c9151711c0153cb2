package debug

import (
	"bytes"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// A tokenKind is a pattern of the library that stands for one thing in a
// line, and the field it is captured under.
type tokenKind struct {
	name        string
	expression  string // where the library has no name for it
	ecs, legacy string
	typ         string // of the field
	constant    bool   // stays as it is where all lines have the same text
}

// tokenKinds are tried at each place of a line; the longest match counts, and
// of those as long the first.
var tokenKinds = []tokenKind{
	{name: "HTTPDATE", ecs: "timestamp", legacy: "timestamp"},
	{name: "TIMESTAMP_ISO8601", ecs: "timestamp", legacy: "timestamp"},
	{expression: "%{YEAR}/%{MONTHNUM2}/%{MONTHDAY}[ T-]%{TIME}", ecs: "timestamp", legacy: "timestamp"},
	{name: "HTTPDERROR_DATE", ecs: "timestamp", legacy: "timestamp"},
	{name: "DATESTAMP_RFC2822", ecs: "timestamp", legacy: "timestamp"},
	{name: "DATESTAMP_RFC822", ecs: "timestamp", legacy: "timestamp"},
	{name: "DATESTAMP_OTHER", ecs: "timestamp", legacy: "timestamp"},
	{name: "SYSLOGTIMESTAMP", ecs: "timestamp", legacy: "timestamp"},
	{name: "DATESTAMP", ecs: "timestamp", legacy: "timestamp"},
	{name: "UUID", ecs: "id", legacy: "id"},
	{name: "COMMONMAC", ecs: "source.mac", legacy: "mac"},
	{name: "IP", ecs: "source.ip", legacy: "clientip"},
	{name: "URI", ecs: "url.original", legacy: "url"},
	{name: "EMAILADDRESS", ecs: "user.email", legacy: "email"},
	{name: "DATE", ecs: "date", legacy: "date"},
	{name: "TIME", ecs: "time", legacy: "time"},
	{name: "LOGLEVEL", ecs: "log.level", legacy: "loglevel"},
	{name: "INT", ecs: "number", legacy: "number", typ: "long"},
	{name: "NUMBER", ecs: "number", legacy: "number", typ: "double"},
	{name: "WORD", ecs: "word", legacy: "word", constant: true},
	{name: "JAVACLASS", ecs: "log.logger", legacy: "class"},
	{name: "HOSTNAME", ecs: "host.hostname", legacy: "hostname", constant: true},
	{name: "URIPATHPARAM", ecs: "url.original", legacy: "request"},
	{name: "UNIXPATH", ecs: "file.path", legacy: "path"},
}

// The kinds that take what the others leave.
var (
	quotedKind   = tokenKind{name: "DATA", ecs: "quoted", legacy: "quoted"}
	notSpaceKind = tokenKind{name: "NOTSPACE", ecs: "text", legacy: "text", constant: true}
	dashKind     = tokenKind{name: "NOTSPACE", ecs: "text", legacy: "text"} // stands for no value
)

// A part is a piece of a line: a token, or text that stands for itself.
type part struct {
	kind  *tokenKind // nil for text
	text  string
	field string // what the line itself calls it: key=value
}

// A tokenizer takes lines apart. It is not safe for concurrent use.
type tokenizer struct {
	kinds    []*tokenKind
	matchers []*pattern.Matcher
}

func newTokenizer(opt Options, library map[string]string) (*tokenizer, error) {
	t := &tokenizer{}
	for i := range tokenKinds {
		kind := &tokenKinds[i]
		expression := kind.expression
		if expression == "" {
			expression = "%{" + kind.name + "}"
		}
		p, err := opt.compile(`\A`+expression, library)
		if err != nil {
			return nil, err
		}
		t.kinds = append(t.kinds, kind)
		t.matchers = append(t.matchers, p.NewMatcher())
	}
	return t, nil
}

// maxParts is how much of a line is taken apart; the rest is free text.
const maxParts = 120

func (t *tokenizer) parts(line []byte) []part {
	var list []part
	for at := 0; at < len(line) && len(list) < maxParts; {
		p, n := t.part(line, at)
		if p.kind == nil && len(list) > 0 && list[len(list)-1].kind == nil {
			list[len(list)-1].text += p.text
		} else {
			list = append(list, p)
		}
		at += n
	}
	return nameByKeys(list)
}

func (t *tokenizer) part(line []byte, at int) (part, int) {
	rest := line[at:]
	if rest[0] == '"' {
		if end := bytes.IndexByte(rest[1:], '"'); end > 0 && !bytes.Contains(rest[1:1+end], []byte(`\`)) {
			return part{kind: &quotedKind, text: string(rest[:end+2])}, end + 2
		}
	}
	if isLoneDash(line, at) {
		return part{kind: &dashKind, text: "-"}, 1
	}
	kind, n := t.longest(rest)
	word := wordLength(rest)
	if kind != nil && n >= word {
		return part{kind: kind, text: string(rest[:n])}, n
	}
	if word > 0 {
		return part{kind: &notSpaceKind, text: string(rest[:word])}, word
	}
	return part{text: string(rest[:1])}, 1
}

// isLoneDash finds the dash that stands for no value, between blanks.
func isLoneDash(line []byte, at int) bool {
	return line[at] == '-' && (at == 0 || line[at-1] == ' ') && (at+1 == len(line) || line[at+1] == ' ')
}

func (t *tokenizer) longest(rest []byte) (best *tokenKind, length int) {
	for i, m := range t.matchers {
		if m.Match(rest) != pattern.Matched {
			continue
		}
		if _, end := m.Span(); end > length && plausible(t.kinds[i].name, rest[:end]) {
			best, length = t.kinds[i], end
		}
	}
	return best, length
}

// plausible refuses texts that a pattern matches but nobody means by it.
func plausible(name string, text []byte) bool {
	switch name {
	case "HOSTNAME":
		return bytes.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") && bytes.Count(text, []byte(".")) > 0
	case "JAVACLASS":
		return bytes.Count(text, []byte(".")) > 1
	case "UNIXPATH", "URIPATHPARAM":
		return len(text) > 1
	case "EMAILADDRESS":
		return !bytes.Contains(text, []byte("="))
	case "DATE", "DATESTAMP":
		return len(text) > 7
	case "IP":
		return len(text) > 3
	}
	return true
}

// wordLength returns how far a run of characters goes that belong together:
// up to a blank or a mark that separates.
func wordLength(text []byte) int {
	n := bytes.IndexAny(text, " \t\"'()[]{}<>,;|=")
	if n < 0 {
		n = len(text)
	}
	return len(bytes.TrimRight(text[:n], ":.!?-"))
}

// nameByKeys turns key=value into text and a token that is named by the key.
func nameByKeys(list []part) []part {
	for i := 0; i+1 < len(list); i++ {
		if list[i].kind == nil || !list[i].kind.constant || !strings.HasPrefix(list[i+1].text, "=") {
			continue
		}
		key := list[i].text
		list[i].kind = nil
		if i+2 < len(list) && list[i+1].text == "=" && isFieldName(key) {
			list[i+2].field = key
		}
	}
	return joinText(list)
}

func joinText(list []part) []part {
	var out []part
	for _, p := range list {
		if n := len(out); p.kind == nil && n > 0 && out[n-1].kind == nil {
			out[n-1].text += p.text
			continue
		}
		out = append(out, p)
	}
	return out
}

func isFieldName(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-@") == ""
}
