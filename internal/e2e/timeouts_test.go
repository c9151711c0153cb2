//go:build servers

package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/apache"
)

// timeoutFormat has what tells 408s apart: the time taken and the number of
// requests before on the connection.
const timeoutFormat = `%h %l %u %t "%r" %>s %b %D %k "%{Referer}i" "%{User-Agent}i"`

func timeoutVars() map[string]string {
	return map[string]string{
		"format": timeoutFormat, "request_read_timeout": "1", "health_check_networks": `["10.9.0.0/24", "127.0.0.9"]`,
	}
}

// TestTimeouts ships an hour with more than ten thousand 408s, with real ones of
// Apache among them, and compares the panels that tell the story of the 408 with
// what is known about each line: docs/408.md.
func TestTimeouts(t *testing.T) {
	s := shipment{pipeline: "apache", stream: "logs-apache.access-timeouts"}
	for name, value := range timeoutVars() {
		s.vars = append(s.vars, name+"="+value)
	}
	truth := &oracle{}
	real := realTimeouts(t)
	if len(real) == 0 {
		t.Fatal("Apache logged nothing")
	}
	for _, l := range append(real, syntheticTimeouts(time.Now().UTC().Truncate(time.Hour).Add(-time.Hour))...) {
		s.lines, truth.lines = append(s.lines, l.text), append(truth.lines, l.request)
	}
	es := shared.For(t)
	s.setup(t, es)
	truth.docs = s.ship(t, es)
	wrong := 0
	for i, doc := range truth.docs {
		if cause, _ := field(doc, "labels.timeout_cause").(string); cause != truth.lines[i].cause {
			if wrong++; wrong < 10 {
				t.Errorf("the cause is %q, want %q: %s", cause, truth.lines[i].cause, s.lines[i])
			}
		}
	}
	if n := truth.count(func(r request) (string, bool) { return "", r.status == 408 })[""]; n <= 10_000 {
		t.Errorf("only %v 408s", n)
	}
	d := dashboard(t, "naru-apache-access")
	checks := panelChecks()
	checked := 0
	for _, p := range d.Panels {
		if !strings.Contains(p.ID, "timeout") {
			continue
		}
		checked++
		t.Run(p.ID, func(t *testing.T) { checks[p.ID](t, truth, rowsOf(t, es, s.stream, d, p)) })
	}
	if checked != 7 {
		t.Errorf("%d panels tell of timeouts, want 7", checked)
	}
}

// logged is a line with what is known about it.
type logged struct {
	text string
	request
}

// syntheticTimeouts makes one hour from a time on: 11,000 408s of known causes among 9,000 other
// requests. A balancer's health checks come all the time, clients that send
// nothing come from the 20th minute on, mostly from two of them.
func syntheticTimeouts(from time.Time) []logged {
	random := rand.New(rand.NewPCG(4, 8))
	var all []logged
	add := func(n, begin int, cause, request string, status, micros, before int, client func() string) {
		for range n {
			at := from.Add(time.Duration(begin*60+random.IntN((60-begin)*60)) * time.Second)
			c, took := client(), micros+random.IntN(micros)
			all = append(all, logged{
				fmt.Sprintf(`%s - - [%s] "%s" %d - %d %d "-" "-"`, c, at.Format("02/Jan/2006:15:04:05 -0700"), request, status, took, before),
				request408(c, at, status, cause),
			})
		}
	}
	one := func(of ...string) func() string { return func() string { return of[random.IntN(len(of))] } }
	many := func() string { return fmt.Sprintf("203.0.113.%d", 1+random.IntN(60)) }
	add(7200, 0, "health_check", "-", 408, 20, 0, one("10.9.0.2", "10.9.0.3"))
	add(3000, 20, "no_request", "-", 408, 20, 0, one("198.51.100.7", "198.51.100.7", "198.51.100.8"))
	add(300, 0, "no_request", "-", 408, 20, 0, many)
	add(250, 0, "incomplete_request", "POST /cart HTTP/1.1", 408, 1_000_400, 0, many)
	add(150, 0, "keep_alive", "GET /next HTTP/1.1", 408, 1_000_400, 3, many)
	add(100, 0, "answered", "GET /poll HTTP/1.1", 408, 3000, 0, many)
	add(9000, 0, "", "GET / HTTP/1.1", 200, 900, 0, many)
	slices.SortStableFunc(all, func(a, b logged) int { return a.at.Compare(b.at) })
	return all
}

func request408(client string, at time.Time, status int, cause string) request {
	r := request{client: client, at: at, status: status, cause: cause}
	r.minute = fmt.Sprint(at.Truncate(interval).UnixMilli())
	return r
}

// realTimeouts has a real Apache log connections that send nothing, half a
// request line, half of the headers and no body, and reads what it wrote. Kept
// alive connections that send nothing more, and clients that close without a
// word, leave no line.
func realTimeouts(t *testing.T) []logged {
	t.Helper()
	a := apache.Start(t, apache.Config{
		LogFormat: strings.ReplaceAll(timeoutFormat, `"`, `\"`), KeepAlive: time.Second, Extra: "RequestReadTimeout header=1 body=1",
	})
	const page = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, sent := range [][]string{
		{""}, {"GET /half"}, {"GET /headers HTTP/1.1\r\nHost: x\r\n"}, {"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"},
		{page, page, page, "GET /kept HTTP/1.1\r\nHost: x\r\n"}, {page, ""}, {page, "GET /half"},
	} {
		talk(t, strings.TrimPrefix(a.URL, "http://"), sent)
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(a.URL, "http://")); err != nil {
		t.Fatal(err)
	} else if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	causes := map[string]string{"": "no_request", "/headers": "incomplete_request", "/body": "incomplete_request", "/kept": "keep_alive"}
	const want = 5 + 5 // 408s, and pages on connections that were kept alive
	Eventually(t, 20*time.Second, "Apache logs", func() bool { return countLines(a.AccessLog) >= want })
	a.Quit()
	text, err := os.ReadFile(a.AccessLog)
	if err != nil {
		t.Fatal(err)
	}
	var all []logged
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		head, request, _ := strings.Cut(line, ` "`)
		request, rest, _ := strings.Cut(request, `" `)
		_, target, _ := strings.Cut(strings.TrimSuffix(request, " HTTP/1.1"), " ")
		var status int
		if _, err := fmt.Sscan(rest, &status); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		client, _, _ := strings.Cut(head, " ")
		at, err := time.Parse("[02/Jan/2006:15:04:05 -0700]", head[strings.Index(head, "["):])
		if err != nil {
			t.Fatal(err)
		}
		cause := ""
		if status == 408 {
			cause = causes[target]
		}
		all = append(all, logged{line, request408(client, at, status, cause)})
	}
	if len(all) != want {
		t.Errorf("Apache logged %d lines, want %d:\n%s", len(all), want, text)
	}
	return all
}

// talk sends pieces on one connection, each after the answer to the one before
// has begun, and waits until the server closes it.
func talk(t *testing.T, addr string, pieces []string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 64<<10)
	for i, p := range pieces {
		if i > 0 {
			if _, err := c.Read(answer); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
	}
	for {
		if _, err := c.Read(answer); err != nil {
			return
		}
	}
}
