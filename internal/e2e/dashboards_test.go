//go:build servers

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/dashboards/lens"
	"github.com/naru-log/naru/internal/demolog"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/pipelines"
)

// interval is the histograms', and what the oracle counts by.
const interval = time.Minute

// TestPanels runs the search behind every panel of the dashboards over the
// documents of a generated log, and compares its table with one that is counted
// from the log.
func TestPanels(t *testing.T) {
	es := shared.For(t)
	asApache := func(l string) string { return l }
	for server, line := range map[string]func(string) string{"apache": asApache, "nginx": asNginx, "tomcat": asApache} {
		t.Run(server, func(t *testing.T) {
			s := shipment{pipeline: server, stream: "logs-" + server + ".access-panels"}
			if server == "tomcat" {
				s.vars = []string{`format=%h %l %u %t "%r" %s %b %D "%{Referer}i" "%{User-Agent}i"`}
			}
			for _, l := range generated(3000) {
				s.lines = append(s.lines, line(l))
			}
			s.setup(t, es)
			truth := &oracle{docs: s.ship(t, es), lines: requests(t, s.lines)}
			d := dashboard(t, "naru-"+server+"-access")
			checks := panelChecks()
			for _, p := range d.Panels {
				t.Run(p.ID, func(t *testing.T) {
					check := checks[p.ID]
					if check == nil {
						t.Fatal("nobody says what is right for this panel")
					}
					rows := rowsOf(t, es, s.stream, d, p)
					if len(rows) == 0 {
						t.Fatal("the panel is empty")
					}
					check(t, truth, rows)
				})
			}
		})
	}
}

func rowsOf(t *testing.T, es *cluster.Fixture, stream string, d *lens.Dashboard, p lens.Panel) []lens.Row {
	t.Helper()
	body, err := p.Search(d, fmt.Sprintf("%ds", int(interval.Seconds())))
	if err != nil {
		t.Fatal(err)
	}
	found := es.Search(stream, body)
	rows, err := p.Rows(found.Total, found.Aggregations)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func dashboard(t *testing.T, id string) *lens.Dashboard {
	t.Helper()
	text, err := pipelines.SavedObjects()
	if err != nil {
		t.Fatal(err)
	}
	objects, err := lens.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.Type == "dashboard" && o.ID == id {
			d, err := o.Dashboard()
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatalf("there is no dashboard %s", id)
	return nil
}

// generated gives n lines of ten minutes of the demo's Apache.
func generated(n int) []string {
	from := time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("KST", 9*60*60))
	g := demolog.New(1)
	var lines []string
	for i := range n {
		line := g.Append(nil, from.Add(time.Duration(i)*10*time.Minute/time.Duration(n)))
		lines = append(lines, strings.TrimSuffix(string(line), "\n"))
	}
	return lines
}

// asNginx writes a line as Nginx would: no identity, the time taken in seconds at
// the end, and nothing for a request that never came.
func asNginx(line string) string {
	m := combined.FindStringSubmatch(line)
	micros := 0
	_, _ = fmt.Sscan(m[8], &micros)
	request, size := m[5], m[7]
	if request == "-" {
		request = ""
	}
	if size == "-" {
		size = "0"
	}
	return fmt.Sprintf(`%s - %s [%s] "%s" %s %s "%s" "%s" %d.%03d`, m[1], m[3], m[4], request, m[6], size, m[9], m[10], micros/1e6, micros/1e3%1e3)
}
