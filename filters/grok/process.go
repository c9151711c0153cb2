package grok

import (
	"bytes"
	"strconv"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/internal/ipaddr"
	"github.com/naru-log/naru/internal/part"
)

type processor struct {
	f   *Filter
	set *pattern.SetMatcher
}

// outcome is what happened to one text.
type outcome struct {
	matched     bool
	covered     bool // a match that captures took all of the text
	limited     bool
	rewritten   bool // the field that was read has a new value
	unconverted bool
}

// Process matches the field and stores what is captured.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	var o outcome
	if ev.Kind(f.source) == event.List {
		for _, v := range ev.List(f.source) {
			p.match(ev, text(ev, v), &o)
		}
		o.covered = false // what did not match is left over
	} else if ev.Has(f.source) {
		p.match(ev, text(ev, ev.Value(f.source)), &o)
	}
	switch {
	case o.limited && !o.matched:
		p.fail(ev, f.limit)
		f.gaveUp.Add(ev)
		f.metrics.timeout.Inc()
	case !o.matched:
		p.fail(ev, f.mismatch)
		f.failed.Add(ev)
		f.metrics.mismatch.Inc()
	case o.covered && !o.rewritten && !o.unconverted && !f.keepSource:
		ev.Unset(f.source)
	}
	return event.Keep
}

// fail says why, unless an earlier filter has said something.
func (p *processor) fail(ev *event.Event, reason string) {
	if !ev.Has(p.f.reason) {
		ev.SetString(p.f.reason, reason)
	}
}

// text gives a value as text, which stays valid as long as the event.
func text(ev *event.Event, v event.Value) []byte {
	switch v.Kind() {
	case event.Int:
		return ev.Keep(strconv.AppendInt(ev.Scratch(), v.Int(), 10))
	case event.Float:
		return ev.Keep(event.AppendJSONFloat(ev.Scratch(), v.Float()))
	case event.Bool:
		return ev.Keep(strconv.AppendBool(ev.Scratch(), v.Bool()))
	}
	return v.Bytes()
}

// match tries the patterns on a text.
func (p *processor) match(ev *event.Event, text []byte, o *outcome) {
	for from := 0; ; {
		i, result := p.set.Match(text, from)
		if result != pattern.Matched {
			o.limited = o.limited || result == pattern.LimitExceeded
			return
		}
		o.matched = true
		if start, end := p.set.Matcher(i).Span(); start == 0 && end == len(text) {
			o.covered = o.covered || len(p.f.expressions[i].captures) > 0
		}
		p.store(ev, i, text, o)
		if !p.f.all {
			return
		}
		from = i + 1
	}
}

// store keeps the captures of a pattern that matched.
func (p *processor) store(ev *event.Event, i int, text []byte, o *outcome) {
	line := part.Of(ev.Line, text)
	m := p.set.Matcher(i)
	groups, captures := m.Groups(), p.f.expressions[i].captures
	for k := range captures {
		c := &captures[k]
		if c.group == 0 {
			p.storeAll(ev, c, m.Values(k), text, line, o)
			continue
		}
		start, end := int(groups[2*c.group]), int(groups[2*c.group+1])
		switch {
		case end < 0:
		case c.plain && (c.overwrite || !ev.Has(c.slot)): // nearly all of them
			if b := text[start:end]; p.kept(b) {
				if line {
					ev.SetSub(c.slot, b)
				} else {
					ev.SetBytes(c.slot, b)
				}
				o.rewritten = o.rewritten || c.slot == p.f.source
			}
		default:
			p.storeOne(ev, c, pattern.Value{Start: start, End: end, Type: c.typ}, c.overwrite, text, line, o)
		}
	}
}

// storeAll keeps several values of one name.
func (p *processor) storeAll(ev *event.Event, c *capture, vs []pattern.Value, text []byte, line bool, o *outcome) {
	fresh := c.overwrite
	for _, v := range vs {
		if p.storeOne(ev, c, v, fresh, text, line, o) {
			fresh = false
		}
	}
}

// storeOne keeps a value of any type: in place of what the field has when fresh
// is set, else beside it. It reports whether there was anything to keep.
func (p *processor) storeOne(ev *event.Event, c *capture, v pattern.Value, fresh bool, text []byte, line bool, o *outcome) bool {
	b := text[v.Start:v.End]
	if !p.kept(b) {
		return false
	}
	slot, value, ok := c.convert(b, v.Type, line)
	if !ok {
		p.unconverted(ev, c, b, v.Type, o)
		return false
	}
	if fresh || !ev.Has(slot) {
		ev.Set(slot, value)
	} else {
		ev.AppendList(slot, value)
	}
	o.rewritten = o.rewritten || slot == p.f.source
	return true
}

// kept reports whether a captured text is worth keeping: it is not empty and
// does not stand for nothing.
func (p *processor) kept(b []byte) bool {
	if len(b) == 0 {
		return p.f.keepEmpty
	}
	return len(b) > p.f.longestNull || !p.null(b)
}

// null reports whether a text stands for nothing.
func (p *processor) null(b []byte) bool {
	for _, text := range p.f.nulls {
		if bytes.Equal(b, text) {
			return true
		}
	}
	return false
}

// convert makes the value of a captured text and says where it goes. Integers
// have 64 bits whether the pattern says int or long, as in Logstash: the
// library's int would otherwise reject a response of 3 GB.
func (c *capture) convert(b []byte, t pattern.Type, line bool) (slot event.Slot, v event.Value, ok bool) {
	switch t {
	case pattern.Int, pattern.Long:
		n, err := pattern.ParseLong(b)
		return c.slot, event.IntValue(n), err == nil
	case pattern.Float, pattern.Double:
		n, err := pattern.ParseDouble(b)
		return c.slot, event.FloatValue(n), err == nil
	case pattern.Boolean:
		return c.slot, event.BoolValue(pattern.ParseBoolean(b)), true
	}
	slot = c.slot
	if c.ip {
		if _, is := ipaddr.Parse(b); is {
			return slot, event.IPValue(b), true
		}
		if c.address >= 0 {
			slot = c.address
		}
	}
	if line {
		return slot, event.SubValue(b), true
	}
	return slot, event.StringValue(b), true
}

// unconverted tags an event whose capture is not of its type and says which.
func (p *processor) unconverted(ev *event.Event, c *capture, b []byte, t pattern.Type, o *outcome) {
	o.unconverted = true
	p.f.unconverted.Add(ev)
	p.f.metrics.conversion.Inc()
	if ev.Has(p.f.reason) {
		return
	}
	text := append(ev.Scratch(), "field "...)
	text = append(text, c.name...)
	text = append(text, ": "...)
	text = append(text, bytes.ToValidUTF8(b[:min(len(b), longest)], nil)...)
	text = append(text, " is no "...)
	text = append(text, t.String()...)
	ev.SetBytes(p.f.reason, ev.Keep(text))
}
