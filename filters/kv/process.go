package kv

import (
	"bytes"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/members"
	"github.com/naru-log/naru/internal/part"
)

// pair is a name and its value in the text at hand.
type pair struct {
	name, value []byte
	next        int // the next pair of the same name, 0 for none
	again       bool
}

type processor struct {
	f     *Filter
	names *members.Node
	found []pair
	out   []byte // encoded members of the event at hand
}

// Process reads the pairs of the field.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	text := ev.Bytes(f.source)
	if len(text) == 0 {
		return event.Keep
	}
	all := p.collect(ev, text)
	p.out = p.out[:0]
	for i := range p.found {
		if !p.found[i].again {
			p.put(ev, i)
		}
	}
	f.target.Set(ev, p.out)
	switch {
	case !all:
		f.tooMany.Add(ev)
	case !f.keep:
		ev.Unset(f.source)
	}
	return event.Keep
}

// collect finds the pairs; false when there are too many.
func (p *processor) collect(ev *event.Event, text []byte) bool {
	f := p.f
	p.found = p.found[:0]
	for at := 0; at < len(text); {
		name, value, next := f.pair(ev, text, at)
		at = next
		if f.trimKey != "" {
			name = bytes.Trim(name, f.trimKey)
		}
		if value == nil || len(name) == 0 || f.include != nil && !f.include[string(name)] || f.exclude[string(name)] {
			continue
		}
		if len(p.found) == f.most {
			return false
		}
		if f.prefix != "" {
			name = ev.Keep(append(append(ev.Scratch(), f.prefix...), name...))
		}
		p.add(name, value)
	}
	return true
}

// add links pairs of the same name.
func (p *processor) add(name, value []byte) {
	again := false
	for i := range p.found {
		if q := &p.found[i]; q.next == 0 && bytes.Equal(q.name, name) {
			q.next, again = len(p.found), true
			break
		}
	}
	p.found = append(p.found, pair{name: name, value: value, again: again})
}

// pair reads one pair at text[at:]; value is nil for text that is none.
func (f *Filter) pair(ev *event.Event, text []byte, at int) (name, value []byte, next int) {
	start := at
	for at < len(text) && !f.pairs[text[at]] && !f.value[text[at]] {
		at++
	}
	name = text[start:at]
	if at == len(text) || !f.value[text[at]] {
		return name, nil, at + 1
	}
	at++
	if at < len(text) && (text[at] == '"' || text[at] == '\'') {
		if value, end := quoted(ev, text, at); end > 0 {
			for end < len(text) && !f.pairs[text[end]] { // text that sticks to the closing quote
				end++
			}
			return name, f.trimmed(value), end + 1
		}
	}
	start = at
	for at < len(text) && !f.pairs[text[at]] {
		at++
	}
	return name, f.trimmed(text[start:at]), at + 1
}

func (f *Filter) trimmed(value []byte) []byte {
	if f.trim != "" {
		value = bytes.Trim(value, f.trim)
	}
	if value == nil {
		return []byte{}
	}
	return value
}

// quoted reads a value in quotes, in which a backslash takes the meaning off a
// quote or a backslash; end is 0 when the quote is not closed.
func quoted(ev *event.Event, text []byte, at int) (value []byte, end int) {
	quote, escaped := text[at], false
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			escaped = true
			i++
		case quote:
			value = text[at+1 : i : i]
			if escaped {
				value = unescape(ev, value, quote)
			}
			return value, i + 1
		}
	}
	return nil, 0
}

func unescape(ev *event.Event, b []byte, quote byte) []byte {
	out := ev.Scratch()
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && (b[i+1] == quote || b[i+1] == '\\') {
			i++
		}
		out = append(out, b[i])
	}
	return ev.Keep(out)
}

// put stores all values of a name.
func (p *processor) put(ev *event.Event, i int) {
	q := &p.found[i]
	out, slot, done := p.f.target.Place(p.out, ev, p.names, q.name, q.value)
	if p.out = out; done {
		return
	}
	if slot >= 0 {
		p.set(ev, slot, i)
		return
	}
	if q.next == 0 {
		p.out = event.AppendJSONString(p.out, q.value)
		return
	}
	p.out = append(p.out, '[')
	for {
		p.out = event.AppendJSONString(p.out, q.value)
		if q.next == 0 {
			break
		}
		p.out = append(p.out, ',')
		q = &p.found[q.next]
	}
	p.out = append(p.out, ']')
}

func (p *processor) set(ev *event.Event, slot event.Slot, i int) {
	q := &p.found[i]
	part.Set(ev, slot, q.value)
	for q.next != 0 {
		q = &p.found[q.next]
		ev.AppendList(slot, event.StringValue(q.value))
	}
}
