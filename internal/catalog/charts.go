package catalog

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/naru-log/naru/internal/dashboards/lens"
)

// points are the values of a chart over time: by series and time.
type points struct {
	times  []int64 // milliseconds, in order, without gaps
	step   int64
	values [][]float64
}

func collect(p Panel, names []string) points {
	pts := points{step: math.MaxInt64}
	at := map[int64]bool{}
	for _, r := range p.Rows {
		if ms, err := strconv.ParseInt(r.Keys[0], 10, 64); err == nil {
			at[ms] = true
		}
	}
	for ms := range at {
		pts.times = append(pts.times, ms)
	}
	slices.Sort(pts.times)
	index := map[int64]int{}
	for i, ms := range pts.times {
		index[ms] = i
		if i > 0 {
			pts.step = min(pts.step, ms-pts.times[i-1])
		}
	}
	_, metrics := p.Split()
	for range names {
		pts.values = append(pts.values, make([]float64, len(pts.times)))
	}
	for _, r := range p.Rows {
		ms, err := strconv.ParseInt(r.Keys[0], 10, 64)
		if err != nil {
			continue
		}
		for s, name := range names {
			switch {
			case len(r.Keys) == 1:
				pts.values[s][index[ms]] = r.Values[name]
			case r.Keys[1] == name:
				pts.values[s][index[ms]] = r.Values[p.Columns[metrics[0]].Label]
			}
		}
	}
	return pts
}

// largest gives the top of the value axis.
func (pts points) largest(stacked bool) float64 {
	top := 0.0
	for t := range pts.times {
		sum := 0.0
		for s := range pts.values {
			if v := pts.values[s][t]; stacked {
				sum += v
			} else {
				sum = max(sum, v)
			}
		}
		top = max(top, sum)
	}
	return nice(top)
}

// nice rounds up to a round number.
func nice(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 4, 5, 6, 8} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

// share makes values parts of their sum at each time.
func (pts points) share() {
	for t := range pts.times {
		sum := 0.0
		for s := range pts.values {
			sum += pts.values[s][t]
		}
		for s := range pts.values {
			if sum > 0 {
				pts.values[s][t] /= sum
			}
		}
	}
}

// xy draws a chart over time.
func (c *canvas) xy(p Panel, a area) {
	names := series(p)
	if len(names) > len(colours) {
		names = names[:len(colours)]
	}
	pts := collect(p, names)
	if len(pts.times) == 0 {
		return
	}
	_, metrics := p.Split()
	column := p.Columns[metrics[0]]
	bars := strings.HasPrefix(p.Shape, "bar")
	shares := strings.Contains(p.Shape, "percentage")
	top := 1.0
	if shares {
		pts.share()
	} else {
		top = pts.largest(bars)
	}
	c.legend(names, area{a.x, a.y + a.h - 12, a.w, 12})
	plot := area{a.x + 58, a.y + 4, a.w - 62, a.h - 46}
	for i := range 3 {
		y := plot.y + plot.h*float64(i)/2
		c.line(plot.x, y, plot.x+plot.w, y)
		label := short(column, top*float64(2-i)/2)
		if shares {
			label = fmt.Sprintf("%d %%", 50*(2-i))
		}
		c.text(plot.x-6, y+4, "soft", "end", label)
	}
	c.clock(pts, plot, bars)
	if bars {
		c.stacks(pts, plot, top)
		return
	}
	for s := range names {
		c.curve(pts, s, plot, top, p.Shape == "area")
	}
}

func (c *canvas) clock(pts points, plot area, bars bool) {
	last := len(pts.times) - 1
	for i, t := range []int{0, last / 2, last} {
		if i > 0 && last < i {
			break
		}
		c.text(plot.x+plot.w*pts.across(t, bars), plot.y+plot.h+16, "soft", []string{"start", "middle", "end"}[i], time.UnixMilli(pts.times[t]).UTC().Format("15:04"))
	}
}

// across gives where a time lies, from 0 to 1.
func (pts points) across(t int, bars bool) float64 {
	n := float64(len(pts.times))
	if bars {
		return (float64(t) + 0.5) / n
	}
	if n == 1 {
		return 0.5
	}
	return float64(t) / (n - 1)
}

func (c *canvas) stacks(pts points, plot area, top float64) {
	width := plot.w / float64(len(pts.times))
	for t := range pts.times {
		y := plot.y + plot.h
		for s := range pts.values {
			if h := plot.h * pts.values[s][t] / top; h > 0 {
				y -= h
				c.fill(plot.x+width*float64(t)+width*0.1, y, width*0.8, h, colour(s))
			}
		}
	}
}

func (c *canvas) curve(pts points, s int, plot area, top float64, filled bool) {
	var path strings.Builder
	for t, v := range pts.values[s] {
		fmt.Fprintf(&path, "%.1f,%.1f ", plot.x+plot.w*pts.across(t, false), plot.y+plot.h*(1-v/top))
	}
	if filled {
		fmt.Fprintf(&c.buf, "<polygon points=\"%.1f,%.1f %s%.1f,%.1f\" fill=\"%s\" fill-opacity=\"0.3\"/>\n", plot.x, plot.y+plot.h, path.String(), plot.x+plot.w, plot.y+plot.h, colour(s))
	}
	fmt.Fprintf(&c.buf, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", strings.TrimSpace(path.String()), colour(s))
}

// legend names the series along a line, as many as there is room for.
func (c *canvas) legend(names []string, a area) {
	x := a.x
	for i, name := range names {
		width := float64(len([]rune(name)))*6.2 + 28
		if x+width > a.x+a.w {
			return
		}
		c.fill(x, a.y, 10, 10, colour(i))
		c.text(x+15, a.y+9, "soft", "start", name)
		x += width
	}
}

// pie draws a ring, and the names with their parts beside it.
func (c *canvas) pie(p Panel, a area) {
	names, values, total := parts(p)
	if total == 0 {
		return
	}
	r := min(a.h, a.w/2) / 2.2
	cx, cy := a.x+r+6, a.y+a.h/2
	ring := 2 * math.Pi * r * 0.75
	done := 0.0
	for i := range names {
		part := values[i] / total
		fmt.Fprintf(&c.buf, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-dasharray=\"%.2f %.2f\" stroke-dashoffset=\"%.2f\" transform=\"rotate(-90 %.1f %.1f)\"/>\n",
			cx, cy, r*0.75, colour(i), r*0.5, part*ring, ring, -done*ring, cx, cy)
		done += part
	}
	x, y := cx+r+16, cy-float64(len(names))*10+4
	for i, name := range names {
		c.fill(x, y, 10, 10, colour(i))
		c.text(x+16, y+10, "", "start", fit(fmt.Sprintf("%s %.1f %%", name, 100*values[i]/total), a.x+a.w-x-16))
		y += 20
	}
}

// parts gives the rows of a panel with one breakdown and one number, the largest
// first.
func parts(p Panel) (names []string, values []float64, total float64) {
	_, metrics := p.Split()
	sums := map[string]float64{}
	for _, r := range p.Rows {
		sums[strings.Join(r.Keys, " ")] += r.Values[p.Columns[metrics[0]].Label]
	}
	for _, name := range bySize(sums) {
		names, values, total = append(names, name), append(values, sums[name]), total+sums[name]
	}
	return names, values, total
}

// bars stands for the map, whose borders Kibana gets from Elastic: the countries
// with most requests.
func (c *canvas) bars(p Panel, a area) {
	names, values, _ := parts(p)
	const height = 15
	perColumn := int(a.h / height)
	width := a.w / 3
	for i, name := range names {
		column, row := i/perColumn, i%perColumn
		if column == 3 {
			return
		}
		x, y := a.x+width*float64(column), a.y+float64(row*height)
		c.text(x, y+10, "soft", "start", name)
		c.rect(x+26, y+1, width-90, 10, "track")
		c.fill(x+26, y+1, (width-90)*values[i]/values[0], 10, colour(0))
		c.text(x+width-56, y+10, "soft", "start", count(values[i]))
	}
}

// table draws rows of text.
func (c *canvas) table(p Panel, a area) {
	buckets, metrics := p.Split()
	rows := slices.Clone(p.Rows)
	if len(buckets) > 1 {
		label := p.Columns[metrics[0]].Label
		slices.SortStableFunc(rows, func(x, y lens.Row) int { return int(y.Values[label] - x.Values[label]) })
	}
	numbers := float64(len(metrics)) * 84
	for _, id := range metrics {
		if isTime(p.Columns[id]) {
			numbers += 60
		}
	}
	words := (a.w - numbers) / float64(len(buckets))
	const height = 19
	y := a.y + 8
	line := func(class string, key func(i int) string, value func(id string) string) {
		for i := range buckets {
			c.text(a.x+words*float64(i), y, class, "start", fit(key(i), words-8))
		}
		x := a.x + a.w
		for i := len(metrics) - 1; i >= 0; i-- {
			c.text(x, y, class, "end", value(metrics[i]))
			x -= 84
			if isTime(p.Columns[metrics[i]]) {
				x -= 60
			}
		}
		y += height
	}
	line("soft", func(i int) string { return p.Columns[buckets[i]].Label }, func(id string) string { return p.Columns[id].Label })
	c.line(a.x, y-height+5, a.x+a.w, y-height+5)
	for _, r := range rows {
		if y > a.y+a.h {
			return
		}
		line("", func(i int) string { return present(r.Keys[i]) }, func(id string) string {
			v, ok := r.Values[p.Columns[id].Label]
			if !ok {
				return "–"
			}
			return format(p.Columns[id], v)
		})
	}
}

// present names what stands for documents without the field as Kibana does.
func present(key string) string {
	if key == "__missing__" {
		return "(missing value)"
	}
	return key
}

func isTime(c lens.Column) bool { return c.Field == "@timestamp" }

// format writes a number as the field's formatter in the data view does.
func format(c lens.Column, v float64) string {
	switch {
	case isTime(c):
		return time.UnixMilli(int64(v)).UTC().Format("2006-01-02 15:04:05")
	case c.Operation == "count" || c.Operation == "unique_count":
		return count(v)
	case strings.HasSuffix(c.Field, "duration"):
		return fmt.Sprintf("%.1f ms", v/1e6)
	case strings.HasSuffix(c.Field, "bytes"):
		return bytesText(v)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// short is format for an axis, where there is less room.
func short(c lens.Column, v float64) string {
	if c.Operation == "count" && v >= 10_000 {
		return fmt.Sprintf("%.4g k", v/1000)
	}
	return format(c, v)
}

// count writes a number with commas between thousands.
func count(v float64) string {
	s := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func bytesText(v float64) string {
	for _, unit := range []string{"B", "KB", "MB", "GB"} {
		if v < 1024 {
			return fmt.Sprintf("%.3g %s", v, unit)
		}
		v /= 1024
	}
	return fmt.Sprintf("%.3g TB", v)
}
