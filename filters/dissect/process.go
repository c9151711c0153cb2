package dissect

import (
	"bytes"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/internal/members"
	"github.com/naru-log/naru/internal/part"
)

type processor struct {
	f    *Filter
	cuts [][]byte // of the event at hand, by piece

	names *members.Node // of the target; nil without pairs
	out   []byte        // encoded members for the target
}

// Process cuts the field and sets what the mapping names.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	text := ev.Bytes(f.source)
	if !ev.Has(f.source) || !f.mapping.cut(text, p.cuts) {
		p.fail(ev, f.mismatch)
		return event.Keep
	}
	line := part.Of(ev.Line, text)
	complete, rewritten := true, false
	for i := range f.mapping.names {
		n := &f.mapping.names[i]
		b := p.cuts[n.pieces[0]]
		if len(n.pieces) > 1 {
			b = p.join(ev, n)
		}
		if len(b) == 0 || f.null(b) {
			continue
		}
		if !set(ev, f.slots[i], n.typ, b, line && len(n.pieces) == 1) {
			complete = false
			continue
		}
		rewritten = rewritten || f.slots[i] == f.source
	}
	if len(f.mapping.pairs) > 0 {
		rewritten = p.pairs(ev) || rewritten
	}
	switch {
	case !complete:
		p.fail(ev, "a field is not of the type that the mapping gives it")
	case !f.keep && !rewritten:
		ev.Unset(f.source)
	}
	return event.Keep
}

// pairs sets the fields whose names are in the text; of one that comes twice the
// last value counts. It reports whether the field that was read is among them.
func (p *processor) pairs(ev *event.Event) (rewritten bool) {
	f := p.f
	p.out = p.out[:0]
	for i, at := range f.mapping.pairs {
		name, value := p.cuts[at.name], p.cuts[at.value]
		if len(name) == 0 || len(value) == 0 || f.null(value) || p.later(i, name) {
			continue
		}
		out, slot, done := f.target.Place(p.out, ev, p.names, name, value)
		switch p.out = out; {
		case done:
		case slot >= 0:
			part.Set(ev, slot, value)
			rewritten = rewritten || slot == f.source
		default:
			p.out = event.AppendJSONString(p.out, value)
		}
	}
	f.target.Set(ev, p.out)
	return rewritten
}

// later reports whether a pair after i has the same name.
func (p *processor) later(i int, name []byte) bool {
	for _, at := range p.f.mapping.pairs[i+1:] {
		if bytes.Equal(p.cuts[at.name], name) {
			return true
		}
	}
	return false
}

// fail says why, unless an earlier filter has said something.
func (p *processor) fail(ev *event.Event, reason string) {
	if !ev.Has(p.f.reason) {
		ev.SetString(p.f.reason, reason)
	}
	p.f.failed.Add(ev)
}

func (p *processor) join(ev *event.Event, n *name) []byte {
	out := ev.Scratch()
	for i, k := range n.pieces {
		if i > 0 {
			out = append(out, p.f.mapping.between(n.pieces[i-1], k)...)
		}
		out = append(out, p.cuts[k]...)
	}
	return ev.Keep(out)
}

func (f *Filter) null(b []byte) bool {
	for _, text := range f.nulls {
		if string(b) == text {
			return true
		}
	}
	return false
}

// set stores a text as its type says; false when it is not of the type.
func set(ev *event.Event, slot event.Slot, t pattern.Type, b []byte, line bool) bool {
	switch t {
	case pattern.Int, pattern.Long:
		n, err := pattern.ParseLong(b)
		if err != nil {
			return false
		}
		ev.SetInt(slot, n)
	case pattern.Float, pattern.Double:
		n, err := pattern.ParseDouble(b)
		if err != nil {
			return false
		}
		ev.SetFloat(slot, n)
	case pattern.Boolean:
		ev.SetBool(slot, pattern.ParseBoolean(b))
	default:
		if line {
			ev.SetSub(slot, b)
		} else {
			ev.SetBytes(slot, b)
		}
	}
	return true
}
