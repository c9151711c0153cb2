package live

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	rows     = 6
	barWidth = 24
)

// Render draws a snapshot as lines of text at most 79 columns wide. Rate is in
// lines per second.
func (s Snapshot) Render(elapsed time.Duration, rate float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s lines in %s, %s lines/s now\n", thousands(s.Total), elapsed.Round(time.Second), thousands(int(rate)))
	b.WriteString("\nStatus\n")
	for _, r := range s.Statuses[:min(rows+2, len(s.Statuses))] {
		fmt.Fprintf(&b, "  %-26s %s %8s %6s\n", r.Name, bar(r.Count, s.Statuses[0].Count), thousands(r.Count), share(r.Count, s.Total))
	}
	if len(s.OK) > 1 {
		fmt.Fprintf(&b, "\n200 against 408, one column a second\n  200 %s\n  408 %s\n", sparkline(s.OK), sparkline(s.Timeout))
	}
	b.WriteString("\nWho comes")
	if s.Bots > 0 {
		fmt.Fprintf(&b, " (%s of all requests are bots)", share(s.Bots, s.Total))
	}
	b.WriteString("\n")
	columns(&b, s.Agents, s.Countries, s.Total)
	fmt.Fprintf(&b, "\nTime taken: p50 %s, p95 %s, p99 %s\n", short(s.P50), short(s.P95), short(s.P99))
	return b.String()
}

// columns writes user agents and countries side by side.
func columns(b *strings.Builder, agents, countries []Ranked, total int) {
	for i := range rows {
		if i >= len(agents) && i >= len(countries) {
			return
		}
		left, right := "", ""
		if i < len(agents) {
			left = fmt.Sprintf("%-22s %8s %6s", clip(agents[i].Name, 22), thousands(agents[i].Count), share(agents[i].Count, total))
		}
		if i < len(countries) {
			right = fmt.Sprintf("%-8s %8s %6s", clip(countries[i].Name, 8), thousands(countries[i].Count), share(countries[i].Count, total))
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-38s    %s", left, right), " ") + "\n")
	}
}

func statusName(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

func bar(n, most int) string {
	full := 0
	if most > 0 {
		full = (n*barWidth + most - 1) / most
	}
	return strings.Repeat("█", full) + strings.Repeat(" ", barWidth-full)
}

// sparkline scales the values to eighths of a character's height.
func sparkline(values []int) string {
	const steps = "▁▂▃▄▅▆▇█"
	most := max(1, slices.Max(values))
	var b strings.Builder
	for _, v := range values {
		if v == 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune([]rune(steps)[(v*8-1)/most])
	}
	return strings.TrimRight(b.String(), " ")
}

func share(n, of int) string {
	if of == 0 {
		return ""
	}
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64) + "%"
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
