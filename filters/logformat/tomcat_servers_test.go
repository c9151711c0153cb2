//go:build servers

package logformat

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/tomcat"
)

var tomcatPatterns = []string{
	`%h %l %u %t "%r" %s %b`,
	`%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"`,
	`%h %l %u %t "%r" %s %b %D %T %F "%I" %S "%{Referer}i" "%{User-Agent}i"`,
	`%a %A %{remote}p %{local}p %p %v "%m" "%U%q" "%H" %s %B`,
	`%{yyyy-MM-dd'T'HH:mm:ss.SSSZ}t "%r" %s %{remote}p`,
	`%{sec}t.%{msec_frac}t %{end:msec}t %h "%r" %s %X`,
	`[%{dd/MMM/yyyy:HH:mm:ss Z}t] "%r" %s %{ms}T %{us}T %{ns}T %{fracsec}T`,
	`{"time":"%{yyyy-MM-dd HH:mm:ss,SSSXXX}t","request":"%r","status":%s,"took":%D,"agent":"%{User-Agent}i"}`,
	`%h "%{X-Forwarded-For}i" "%{Content-Type}o" %{session}c %{attribute}r %{attribute}s %s "%r"`,
	`%{peer}a "%r" %s "%{User-Agent}i" %b`,
	`%s %t "%r" %{begin:msec}t %D`,
	`%{Host}i %m %U%q %H %s %b`,
}

var tomcatMarks = marks{
	"status": {"%s"}, "time": {"%t", "}t"}, "duration": {"%D"}, "request": {`"%r"`}, "agent": {`"%{User-Agent}i"`}, "referer": {`"%{Referer}i"`},
	"port": {"%{remote}p"}, "bytes": {" %b", "%B"}, "tomcat forwarded": {"X-Forwarded-For"}, "tomcat end": {"%X"}, "host": {"%{Host}i", "%v"},
}

// What a real Tomcat writes by a dozen patterns is what the clients sent.
func TestTomcat(t *testing.T) {
	s := tomcat.Start(t, tomcat.Config{})
	s.Quit()
	var context strings.Builder
	context.WriteString("<Context>\n")
	for i, pattern := range tomcatPatterns {
		var escaped strings.Builder
		if err := xml.EscapeText(&escaped, []byte(pattern)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&context, `<Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs" prefix="f%d" suffix=".log" rotatable="false" buffered="false" conditionUnless="naru.ready" pattern="%s"/>`+"\n", i, escaped.String())
	}
	context.WriteString("</Context>\n")
	inf := filepath.Join(s.Dir, "webapps", "ROOT", "META-INF")
	if err := os.Mkdir(inf, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inf, "context.xml"), []byte(context.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := servers.GiveToNobody(s.Dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all []*exchange
	for _, x := range traffic() { // the others end before an application sees them
		if x.proper() {
			all = append(all, x)
		}
	}
	drive(t, s.URL, all)
	s.Quit()
	for i, pattern := range tomcatPatterns {
		c := Defaults()
		c.Tomcat = pattern
		verify(t, c, pattern, filepath.Join(s.Dir, "logs", fmt.Sprintf("f%d.log", i)), tomcatMarks, all)
	}
}
