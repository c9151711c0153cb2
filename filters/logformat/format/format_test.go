package format

import (
	"strings"
	"testing"
	"time"
)

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ server, format, want string }{
		{"apache", "", "has no directive"},
		{"apache", "text", "has no directive"},
		{"apache", "%h %", "% at character 4 has no letter"},
		{"apache", "%h %{Referer", "%{Referer at character 4 has a { that is not closed"},
		{"apache", "%h %>y", "%>y at character 4 is not a directive"},
		{"apache", "%h %i", "%i at character 4 needs a name in braces: %{Name}i"},
		{"apache", "%h%u", "%u at character 3 stands right behind %h"},
		{"apache", "%{ms2}T", `%{ms2}T at character 1 has an unknown unit "ms2"`},
		{"apache", "%{%Q}t", "%{%Q}t at character 1 has the conversion %Q"},
		{"apache", "%{x}p", "use canonical, local or remote"},
		{"apache", "%{x}P", "use pid, tid or hextid"},
		{"apache", "%{x}a", "use %a or %{c}a"},
		{"nginx", "$", "is a dollar sign without the name"},
		{"nginx", "${status", "has a { that is not closed"},
		{"nginx", "$remote_user$status", "$status at character 13 stands right behind $remote_user"},
		{"nginx", "escape=xml $status", "escape=xml is unknown"},
		{"nginx", "log_format main", "log_format has a name and no format"},
		{"nginx", "'$status", "is not closed"},
		{"tomcat", "%h %k", "%k at character 4 is not a code"},
		{"tomcat", "%i", "%i at character 1 needs a name"},
		{"tomcat", "%{yyyy'x}t", "has a ' that is not closed"},
		{"tomcat", "%{CLF}t", "has the letter C"},
		{"tomcat", "%{x}L", "use c for the connection"},
		{"uwsgi", "text %d", "has no directive"},
		{"uwsgi", "%(addr", "%(addr at character 1 has a ( that is not closed"},
		{"uwsgi", "x %()", "%() at character 3 is a variable without a name"},
		{"uwsgi", "%(user)%(addr)", "%(addr) at character 8 stands right behind %(user)"},
		{"tomcat", "%{x", "has a { that is not closed"},
	} {
		if _, err := compile(tt.server, tt.format); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: err = %v, want %q", tt.format, err, tt.want)
		}
	}
}

func compile(server, s string) (*Format, error) {
	switch server {
	case "apache":
		return Apache(s)
	case "nginx":
		return Nginx(s)
	case "uwsgi":
		return UWSGI(s, "")
	}
	return Tomcat(s, 10)
}

func TestClock(t *testing.T) {
	for _, tt := range []struct {
		compile   func(string) (clock, error)
		layout, s string
		want      string // empty when the text is no time
	}{
		{strftime, "%d/%b/%Y:%H:%M:%S %z", "29/Feb/2024:23:59:59 -0330", "2024-03-01T03:29:59Z"},
		{strftime, "%d/%b/%Y:%H:%M:%S %z", "29/Feb/2023:23:59:59 -0330", ""},
		{strftime, "%d/%b/%Y:%H:%M:%S %z", "29/Foo/2024:23:59:59 -0330", ""},
		{strftime, "%Y %j", "2024 060", "2024-02-29T00:00:00Z"},
		{strftime, "%c", "Thu Feb 29 01:02:03 2024", "2024-02-29T01:02:03Z"},
		{strftime, "%D %r", "02/29/24 12:02:03 AM", "2024-02-29T00:02:03Z"},
		{strftime, "%F%t%R", "1969-12-31\t23:59", "1969-12-31T23:59:00Z"},
		{strftime, "%s", "1709164923", "2024-02-29T00:02:03Z"},
		{strftime, "%H:%M", "10:00", ""},
		{strftime, "%F %T", "9999-01-01 00:00:00", ""},
		{simpleDate, "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-02-29T01:02:03.042+09:00", "2024-02-28T16:02:03.042Z"},
		{simpleDate, "EEE, d MMMM yy hh 'o''clock' a", "Thu, 9 August 24 01 o'clock PM", "2024-08-09T13:00:00Z"},
		{simpleDate, "D/yyyy z", "60/2024 UTC", "2024-02-29T00:00:00Z"},
	} {
		c, err := tt.compile(tt.layout)
		if err != nil {
			t.Fatal(err)
		}
		var m moment
		got := ""
		if c.parse([]byte(tt.s), &m) == len(tt.s) {
			if ns, ok := m.unixNano(time.UTC); ok {
				got = time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
			}
		}
		if got != tt.want {
			t.Errorf("%s of %q: %q, want %q", tt.layout, tt.s, got, tt.want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for _, tt := range []struct {
		escape   Escape
		in, want string
	}{
		{ApacheText, `a\"b\\c\n\t\x41\xeb\x82\x98`, "a\"b\\c\n\tA나"},
		{ApacheText, `\xff\x41`, `\xff\x41`},
		{ApacheText, `\x4`, `\x4`},
		{NginxText, `\x22\x5C\n`, `"\\n`},
		{JSONText, `\"\/\u00e9\ud83d\ude00`, `"/é😀`},
		{JSONText, `\ud83d`, `\ud83d`},
		{TomcatText, `\u00eb\u0082\u0098\"`, `나"`},
		{TomcatText, `\u00e9\ub098`, `é나`},
		{NoEscape, `\"`, `\"`},
	} {
		got := tt.in
		if out, ok := Unescape(nil, []byte(tt.in), tt.escape); ok {
			got = string(out)
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		in     string
		unit   time.Duration
		scaled int64
		float  float64
	}{
		{"0.042", time.Second, 42e6, 0.042},
		{"-1.5", time.Second, -15e8, -1.5},
		{"7", time.Microsecond, 7000, 7},
		{"1.2345", time.Microsecond, 1234, 1.2345},
		{"1.9", 1, 1, 1.9},
		{"12345678901234567.5", 1, 12345678901234567, 12345678901234567.5},
	} {
		if got := Scaled([]byte(tt.in), int64(tt.unit)); got != tt.scaled {
			t.Errorf("Scaled(%s, %v) = %d, want %d", tt.in, tt.unit, got, tt.scaled)
		}
		if got := Number64([]byte(tt.in)); got != tt.float {
			t.Errorf("Number64(%s) = %v, want %v", tt.in, got, tt.float)
		}
	}
}

// A line made to be tried again and again is given up.
func TestRetriesAreBounded(t *testing.T) {
	f, err := Nginx("$custom $upstream_response_time;")
	if err != nil {
		t.Fatal(err)
	}
	s := f.NewScanner(time.UTC)
	for n, want := range map[int]bool{maxRetries: true, maxRetries + 1: false} {
		if got := s.Scan([]byte(strings.Repeat("x ", n) + "x 0.5;")); got != want {
			t.Errorf("%d places where the text may end: %v, want %v", n, got, want)
		}
	}
}
