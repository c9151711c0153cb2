//go:build servers

package logformat

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/apache"
)

var apacheFormats = []string{
	`%h %l %u %t "%r" %>s %b`,
	`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`,
	`%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`,
	`%h %l %u %t "%r" %>s %b %D "%{Referer}i" "%{User-Agent}i"`,
	`%h %l %u %t "%r" %>s %b %D %T %{ms}T %{us}T %k %X %I %O %S "%{X-Forwarded-For}i" "%{User-Agent}i"`,
	`%a %{c}a %A %{remote}p %{local}p %P %{tid}P %V "%m" "%U" "%q" "%H" "%f" "%R" %L %s %B`,
	`[%{%d/%b/%Y:%H:%M:%S}t.%{usec_frac}t %{%z}t] "%r" %>s %{remote}p`,
	`%{sec}t.%{msec_frac}t %{end:usec}t %h "%r" %>s`,
	`%{begin:%Y-%m-%dT%H:%M:%S}t.%{begin:msec_frac}t%{%z}t;%>s;%D;%X;"%r";"%{User-agent}i"`,
	`{"time":"%{%FT%T%z}t","client":"%a","request":"%r","status":%>s,"took":%D,"agent":"%{User-Agent}i","referer":"%{Referer}i"}`,
	`%h "%400,501{User-Agent}i" "%!200,304{Referer}i" "%{Host}i" %{Content-Type}o %{naru}e %{naru}n %{session}C %>s "%r"`,
	`%{Host}i %m %U%q %H %>s %b %{us}T %t "%{Referer}i" "%{User-Agent}i" "%{Accept}i"`,
	"%h\t%t\t%>s\t%{User-Agent}i\t%k",
}

var apacheMarks = marks{
	"status": {"%>s"}, "time": {"%t", "}t"}, "duration": {"%D"}, "request": {`"%r"`}, "agent": {`"%{User-Agent}i"`, `"%{User-agent}i"`},
	"referer": {`"%{Referer}i"`}, "port": {"%{remote}p"}, "bytes": {" %b", "%B"}, "apache forwarded": {"X-Forwarded-For"}, "apache keep-alive": {"%k"}, "apache end": {"%X"},
}

// What a real Apache writes by a dozen formats is what the clients sent.
func TestApache(t *testing.T) {
	var extra strings.Builder
	extra.WriteString("SetEnvIf Request_URI . naru=yes\n")
	for i, format := range apacheFormats {
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`).Replace(format)
		fmt.Fprintf(&extra, "LogFormat \"%s\" f%d\nCustomLog f%d.log f%d env=!naru_ready\n", quoted, i, i, i)
	}
	s := apache.Start(t, apache.Config{Extra: extra.String()})
	all := traffic()
	drive(t, s.URL, all)
	if err := s.Hang(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	all = append(all, &exchange{raw: "-", status: 408})
	s.Quit()
	for i, format := range apacheFormats {
		c := Defaults()
		c.Apache = format
		verify(t, c, format, filepath.Join(s.Dir, fmt.Sprintf("f%d.log", i)), apacheMarks, all)
	}
}
