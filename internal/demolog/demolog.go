// Package demolog makes the access log of a busy, imaginary Apache: people with
// browsers, crawlers, tools that probe, and load-balancer connections that never
// send a request, which Apache answers with 408. It is what `naru demo` shows
// when there is no server at hand.
package demolog

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"time"
)

// Generator writes log lines in Apache's combined format with %D, the time
// taken in microseconds, between bytes and referrer. The same seed gives the
// same lines. It is not safe for concurrent use.
type Generator struct {
	rand    *rand.Rand
	clients []client
	paths   []page
}

type client struct {
	addr  string
	agent string
	kind  clientKind
}

type clientKind uint8

const (
	person clientKind = iota
	crawler
	prober   // asks for things that are not there
	balancer // opens connections and sends nothing
)

type page struct {
	path   string
	median float64 // microseconds
	bytes  int
	status int
}

// New returns a generator.
func New(seed uint64) *Generator {
	g := &Generator{rand: rand.New(rand.NewPCG(seed, 408)), paths: pages()}
	for range 400 {
		g.clients = append(g.clients, client{g.address(), pick(g.rand, browsers), person})
	}
	for range 40 {
		g.clients = append(g.clients, client{g.address(), pick(g.rand, crawlers), crawler})
	}
	for range 12 {
		g.clients = append(g.clients, client{g.address(), pick(g.rand, tools), prober})
	}
	for range 3 {
		g.clients = append(g.clients, client{"10.0.0." + strconv.Itoa(2+g.rand.IntN(200)), "", balancer})
	}
	return g
}

// Append appends one line, with its newline, as of a request that ended at now.
func (g *Generator) Append(b []byte, now time.Time) []byte {
	c := g.client()
	b = append(b, c.addr...)
	b = append(b, " - "...)
	if c.kind == person && g.rand.IntN(40) == 0 {
		b = append(b, pick(g.rand, users)...)
	} else {
		b = append(b, '-')
	}
	b = now.AppendFormat(b, " [02/Jan/2006:15:04:05 -0700] ")
	if c.kind == balancer || g.rand.IntN(60) == 0 {
		// What mod_reqtimeout logs for a connection that never asked.
		return fmt.Appendf(b, "\"-\" 408 - %d \"-\" \"-\"\n", 20+g.rand.IntN(60))
	}
	p := pick(g.rand, g.paths)
	if c.kind == prober {
		p = pick(g.rand, probes)
	}
	status, size := p.status, strconv.Itoa(p.bytes+g.rand.IntN(p.bytes/2+1))
	switch n := g.rand.IntN(1000); {
	case p.status != 200:
	case n < 60 && c.kind == person:
		status, size = 304, "-"
	case n < 66:
		status, size = 500, "530"
	case n < 68:
		status, size = 503, "299"
	}
	micros := int(p.median * (0.4 + g.rand.ExpFloat64()))
	return fmt.Appendf(b, "%q %d %s %d %q %q\n", g.method(p)+" "+p.path+" HTTP/1.1", status, size, micros, g.referrer(c), c.agent)
}

func (g *Generator) client() client {
	switch n := g.rand.IntN(100); {
	case n < 74: // a few people come often
		i := int(g.rand.ExpFloat64() * 80)
		return g.clients[min(i, 399)]
	case n < 90:
		return g.clients[400+g.rand.IntN(40)]
	case n < 93:
		return g.clients[440+g.rand.IntN(12)]
	default:
		return g.clients[452+g.rand.IntN(3)]
	}
}

func (g *Generator) method(p page) string {
	if p.path == "/api/v1/cart" {
		return "POST"
	}
	return "GET"
}

func (g *Generator) referrer(c client) string {
	if c.kind != person || g.rand.IntN(3) == 0 {
		return "-"
	}
	return pick(g.rand, referrers)
}

// address gives a public address, now and then an IPv6 one.
func (g *Generator) address() string {
	if g.rand.IntN(12) == 0 {
		nets := []string{"2001:2d8:", "2606:4700:", "2a00:1450:", "2400:4050:"}
		return fmt.Sprintf("%s%x:%x::%x", pick(g.rand, nets), g.rand.IntN(1<<16), g.rand.IntN(1<<16), 1+g.rand.IntN(1<<16))
	}
	first := []byte{1, 14, 27, 39, 58, 61, 66, 72, 81, 91, 103, 112, 118, 121, 133, 151, 175, 178, 185, 203, 211, 220}
	for {
		a := netip.AddrFrom4([4]byte{pick(g.rand, first), byte(g.rand.IntN(256)), byte(g.rand.IntN(256)), byte(1 + g.rand.IntN(254))})
		if !a.IsPrivate() && a.IsGlobalUnicast() {
			return a.String()
		}
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
