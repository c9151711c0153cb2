// Package catalog draws dashboards as pictures for the documentation, out of
// what Elasticsearch answered to the searches of their panels.
package catalog

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/naru-log/naru/internal/dashboards/lens"
)

// Panel is a panel with the rows of its table.
type Panel struct {
	lens.Panel
	Rows []lens.Row
}

// Sizes in pixels: of a cell of the grid, which is 48 wide, and around panels.
const (
	cellWidth, cellHeight = 25, 16
	margin                = 8
	header                = 40
	gridColumns           = 48
)

// Picture draws panels where they lie on their dashboard, as an SVG that is
// readable on light and on dark pages.
func Picture(title string, panels []Panel) []byte {
	top, bottom := panels[0].Grid.Y, 0
	for _, p := range panels {
		top, bottom = min(top, p.Grid.Y), max(bottom, p.Grid.Y+p.Grid.H)
	}
	w, h := gridColumns*cellWidth+margin, header+(bottom-top)*cellHeight+margin
	c := &canvas{}
	fmt.Fprintf(&c.buf, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n%s", w, h, w, h, escape(title), style)
	c.rect(0, 0, float64(w), float64(h), "page")
	c.text(margin+4, 26, "title", "start", title)
	for _, p := range panels {
		x, y := float64(p.Grid.X*cellWidth+margin), float64(header+(p.Grid.Y-top)*cellHeight)
		box := area{x, y, float64(p.Grid.W*cellWidth - margin), float64(p.Grid.H*cellHeight - margin)}
		fmt.Fprintf(&c.buf, "<g data-panel=\"%s\">\n", escape(p.ID))
		c.panel(p, box)
		c.buf.WriteString("</g>\n")
	}
	c.buf.WriteString("</svg>\n")
	return c.buf.Bytes()
}

// style has the colours: text and lines follow the scheme of the reader, those
// of series are readable on both.
const style = `<style>
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:#1f2328}
.title{font-size:18px;font-weight:600}.name{font-size:13px;font-weight:600}.big{font-size:30px;font-weight:600}.soft{fill:#59636e;font-size:11px}
.page{fill:#f6f8fa}.panel{fill:#fff;stroke:#d1d9e0}.grid{stroke:#d1d9e0}.track{fill:#eaeef2}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.soft{fill:#9198a1}.page{fill:#0d1117}.panel{fill:#151b23;stroke:#3d444d}.grid{stroke:#3d444d}.track{fill:#2a313c}}
</style>
`

// colours of series, in order.
var colours = [...]string{"#3b82c4", "#d9822b", "#2f9e6e", "#c2487a", "#8667c9", "#b59f1a", "#3aa5b5", "#a0673f", "#7d8590", "#d3584b"}

func colour(i int) string { return colours[i%len(colours)] }

type area struct{ x, y, w, h float64 }

// canvas writes the elements of an SVG.
type canvas struct{ buf bytes.Buffer }

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}

func (c *canvas) rect(x, y, w, h float64, class string) {
	fmt.Fprintf(&c.buf, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%d\"/>\n", class, x, y, w, h, rounding(class))
}

func rounding(class string) int {
	if class == "panel" {
		return 6
	}
	return 0
}

func (c *canvas) fill(x, y, w, h float64, colour string) {
	fmt.Fprintf(&c.buf, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", x, y, w, h, colour)
}

func (c *canvas) text(x, y float64, class, anchor, s string) {
	fmt.Fprintf(&c.buf, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", class, x, y, anchor, escape(s))
}

func (c *canvas) line(x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.buf, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x1, y1, x2, y2)
}

// fit cuts a text that is wider than w pixels.
func fit(s string, w float64) string {
	const perLetter = 6.6
	letters := []rune(s)
	if most := int(w / perLetter); len(letters) > most {
		return string(letters[:max(most-1, 0)]) + "…"
	}
	return s
}

// panel draws one panel by its kind.
func (c *canvas) panel(p Panel, a area) {
	c.rect(a.x, a.y, a.w, a.h, "panel")
	if p.Kind == "lnsMetric" {
		c.metric(p, a)
		return
	}
	c.text(a.x+10, a.y+20, "name", "start", p.Title)
	inner := area{a.x + 10, a.y + 32, a.w - 20, a.h - 42}
	switch p.Kind {
	case "lnsXY":
		c.xy(p, inner)
	case "lnsPie":
		c.pie(p, inner)
	case "lnsChoropleth":
		c.bars(p, inner)
	default:
		c.table(p, inner)
	}
}

func (c *canvas) metric(p Panel, a area) {
	id := p.Order[len(p.Order)-1]
	label := p.Columns[id].Label
	text := "–"
	if len(p.Rows) > 0 {
		text = format(p.Columns[id], p.Rows[0].Values[label])
	}
	c.text(a.x+10, a.y+20, "name", "start", label)
	c.text(a.x+a.w/2, a.y+a.h/2+18, "big", "middle", text)
}

// series gives the names of what a chart shows, with the value of a row for
// one, in the order of the panel's filters or of their sums.
func series(p Panel) []string {
	buckets, metrics := p.Split()
	if len(buckets) < 2 {
		names := make([]string, len(metrics))
		for i, id := range metrics {
			names[i] = p.Columns[id].Label
		}
		return names
	}
	if filters := p.Columns[buckets[1]].Params.Filters; len(filters) > 0 {
		names := make([]string, len(filters))
		for i, f := range filters {
			names[i] = f.Label
		}
		return names
	}
	sums := map[string]float64{}
	for _, r := range p.Rows {
		sums[r.Keys[1]] += r.Values[p.Columns[metrics[0]].Label]
	}
	return bySize(sums)
}

// bySize orders names by their numbers, the largest first.
func bySize(sums map[string]float64) []string {
	names := make([]string, 0, len(sums))
	for name := range sums {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) })
	return names
}
