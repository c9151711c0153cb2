package format

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// reference is the scanner as one would explain it: it tries the ends of a text
// one after the other. It gives nil for a line that does not fit.
func reference(f *Format, line string) []Span {
	rest, ok := strings.CutPrefix(line, string(f.Prefix))
	if !ok {
		return nil
	}
	spans, _ := f.match(0, line, len(line)-len(rest))
	return spans
}

// match fits fields i and later at pos. A text that has found its end settles
// what stands before it: settled says that one has.
func (f *Format) match(i int, line string, pos int) (spans []Span, settled bool) {
	if i == len(f.Fields) {
		if pos != len(line) {
			return nil, false
		}
		return []Span{}, false
	}
	x := &f.Fields[i]
	last := i == len(f.Fields)-1
	for _, end := range f.ends(i, line, pos) {
		next := end + len(x.After)
		if last && next != len(line) {
			if x.retry {
				continue
			}
			return nil, false
		}
		later, done := f.match(i+1, line, next)
		if later != nil {
			return append([]Span{{pos, end}}, later...), true
		}
		settled = settled || done || x.retry
		if done || !x.retry {
			return nil, settled
		}
	}
	return nil, settled
}

// shapes of what ends by itself.
var shapes = map[Shape]string{
	Number: `-?[0-9]*`, Decimal: `-?[0-9]*`, Flag: `[-X+]`,
	Numbers: `-?[0-9]*(?:\.[0-9]+)?(?:(?:, | : )-?[0-9]*(?:\.[0-9]+)?)*`,
}

// ends lists where a field that begins at pos may end, in the order of trial.
func (f *Format) ends(i int, line string, pos int) []int {
	x := &f.Fields[i]
	var ends []int
	add := func(end int) {
		if strings.HasPrefix(line[end:], string(x.After)) {
			ends = append(ends, end)
		}
	}
	switch x.Shape {
	case Text, Word, Path:
		after := x.After
		escapes := x.escapes
		if x.Shape == Path {
			after, escapes = f.Fields[i+1].After, f.Fields[i+1].escapes
		}
		for end := pos; end <= len(line); end++ {
			switch {
			case len(after) == 0 && end < len(line):
			case !strings.HasPrefix(line[end:], string(after)):
				if escapes && line[end:] != "" && line[end] == '"' && !odd(line[pos:end]) {
					return ends
				}
			case escapes && odd(line[pos:end]):
			case x.Shape == Word && strings.Contains(line[pos:end], " "):
				return ends
			case x.Shape == Path && strings.Contains(line[pos:end], "?"):
				if len(ends) == 0 {
					ends = append(ends, pos+strings.IndexByte(line[pos:end], '?'))
				} else {
					ends = append(ends, end)
					continue
				}
				return ends
			default:
				ends = append(ends, end)
				if !x.retry || len(after) == 0 {
					return ends
				}
			}
		}
		return ends
	case Number, Decimal:
		m := regexp.MustCompile(`^` + shapes[Number]).FindString(line[pos:])
		if len(strings.TrimPrefix(m, "-")) > x.digits {
			return nil
		}
		if x.Shape == Decimal && m != "" {
			m += regexp.MustCompile(`^\.[0-9]+`).FindString(line[pos+len(m):])
		}
		add(pos + len(m))
	case Flag:
		if m := regexp.MustCompile(`^` + shapes[Flag]).FindString(line[pos:]); m != "" {
			add(pos + 1)
		}
	case Clock:
		var m moment
		if n := x.clock.parse([]byte(line[pos:]), &m); n >= 0 {
			add(pos + n)
		}
	case Query:
		if strings.HasPrefix(line[pos:], "?") {
			end := len(line)
			if len(x.After) > 0 {
				for end = pos; end < len(line); end++ {
					if strings.HasPrefix(line[end:], string(x.After)) && !(x.escapes && odd(line[pos:end])) {
						break
					}
					if x.escapes && line[end] == '"' && !odd(line[pos:end]) {
						return nil
					}
				}
			}
			add(end)
		} else {
			add(pos)
		}
	}
	return ends
}

func odd(s string) bool {
	return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1
}

// Any format is refused or works on any line, and the scanner agrees with the
// reference.
func FuzzScan(f *testing.F) {
	f.Add(uint8(0), `%h %l %u %t "%r" %>s %b`, `h - a b [26/Apr/2018:01:28:08 +0900] "GET /x HTTP/1.1" 200 -`)
	f.Add(uint8(0), `%u %h "%{A}i" %T`, `a b c "x\"y" 0.5`)
	f.Add(uint8(0), `%U%q %H %X`, `/a b?c HTTP/1.0 +`)
	f.Add(uint8(1), `escape=none "$a" "$b" $status`, `"x" "y" "z" 200`)
	f.Add(uint8(1), `$uri$is_args$args;$msec`, `/a?b;1.042`)
	f.Add(uint8(2), `%{yyyy-MM-dd HH:mm:ss}t;%s %u %D`, `2018-04-26 01:28:08;a b 1 2`)
	f.Add(uint8(3), `%(user) "%(method) %(uri) %(proto)" [%(ctime)] %(secs)`, `- "GET /a b HTTP/1.1" [Sun Nov  1 01:02:03 2026] 0.5`)
	f.Fuzz(func(t *testing.T, server uint8, format, line string) {
		x, err := compile([]string{"apache", "nginx", "tomcat", "uwsgi"}[server%4], format)
		if err != nil {
			return
		}
		s := x.NewScanner(time.UTC)
		ok := s.Scan([]byte(line))
		if ok {
			s.Time([]byte(line))
		}
		for range 2 { // again, when the time is remembered
			if s.Scan([]byte(line)) != ok {
				t.Fatalf("%q of %q does not fit twice", format, line)
			}
		}
		for i := range x.Fields {
			switch x.Fields[i].Shape {
			case Host, Numbers, Words: // their ends are told by looking at single bytes
				return
			}
		}
		if len(line) > 200 { // the reference takes its time
			return
		}
		want := reference(x, line)
		got := ""
		if ok {
			got = fmt.Sprint(s.Spans)
		}
		if expected := fmt.Sprint(want); want == nil && got != "" || want != nil && got != expected {
			t.Fatalf("%q of %q: %q, the reference says %v", format, line, got, want)
		}
	})
}
