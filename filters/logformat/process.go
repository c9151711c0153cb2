package logformat

import (
	"bytes"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/logformat/format"
	"github.com/naru-log/naru/internal/part"
)

type processor struct {
	f       *Filter
	scanner *format.Scanner
	line    bool // the text at hand is a part of the event's line
	escapes bool // it has backslashes
}

// Process takes the line apart, or says why it cannot.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	if !ev.Has(f.source) {
		return event.Keep
	}
	text := ev.Bytes(f.source)
	if !p.scanner.Scan(text) {
		p.fail(ev)
		return event.Keep
	}
	p.line, p.escapes = part.Of(ev.Line, text), bytes.IndexByte(text, '\\') >= 0
	if !p.times(ev, text) {
		return event.Keep
	}
	if !f.keep {
		ev.Unset(f.source)
	}
	for i := range f.format.Fields {
		x := &f.format.Fields[i]
		if sp := p.scanner.Spans[i]; x.Meaning != format.Skip && sp.End > sp.Start {
			p.set(ev, x, &f.slots[i], text[sp.Start:sp.End])
		}
	}
	return event.Keep
}

// times sets what the clocks of the line say; false when there is no such day.
func (p *processor) times(ev *event.Event, text []byte) bool {
	if end, ok := p.scanner.EndTime(); ok {
		ev.SetUnixNano(p.f.end, end)
	}
	begin, ok := p.scanner.Time(text)
	if ok {
		ev.SetUnixNano(p.f.begin, begin)
	}
	if ok || !p.scanner.HasTime() {
		return true
	}
	p.say(ev, "line does not fit the log format: there is no such time")
	p.f.failed.Add(ev)
	return false
}

// fail tags the event and says which directive stopped where.
func (p *processor) fail(ev *event.Event) {
	p.f.failed.Add(ev)
	if !p.f.quiet && !ev.Has(p.f.reason) {
		ev.SetBytes(p.f.reason, ev.Keep(p.f.reasonOf(ev.Scratch(), p.scanner.Stop())))
	}
}

// say gives the reason, unless an earlier filter has given one.
func (p *processor) say(ev *event.Event, reason string) {
	if !p.f.quiet && !ev.Has(p.f.reason) {
		ev.SetString(p.f.reason, reason)
	}
}

// set stores the text of one directive, which is not empty.
func (p *processor) set(ev *event.Event, x *format.Field, to *targets, b []byte) {
	if b[0] == '-' && nothing(x.Shape, b) {
		return
	}
	switch x.Meaning {
	case format.String:
		p.text(ev, to[0], b)
	case format.Raw:
		p.raw(ev, to[0], b)
	case format.Int:
		n, _ := format.Integer(b)
		ev.SetInt(to[0], n)
	case format.Float:
		ev.SetFloat(to[0], format.Number64(b))
	case format.Duration:
		ev.SetInt(to[0], format.Scaled(b, x.Unit))
	case format.Request:
		p.request(ev, to, b)
	case format.Version:
		p.raw(ev, to[0], version(b))
	case format.Arguments:
		p.arguments(ev, to[0], b)
	default:
		p.rare(ev, x, to, b)
	}
}

// nothing reports whether a text that begins with "-" stands for no value. Two of
// them are Nginx' path and arguments without a request.
func nothing(s format.Shape, b []byte) bool {
	return len(b) == 1 && s != format.Flag || s == format.Path && string(b) == "--"
}

// rare stores what few formats have.
func (p *processor) rare(ev *event.Event, x *format.Field, to *targets, b []byte) {
	switch x.Meaning {
	case format.Connection:
		ev.SetString(to[0], connection(b[0]))
	case format.Protocol:
		p.protocol(ev, to, b)
	case format.HostPort:
		p.hostPort(ev, to, b)
	case format.Address:
		p.address(ev, to, b)
	case format.Reused:
		ev.SetBool(to[0], b[0] == 'r')
	case format.Strings, format.Ints, format.Floats:
		p.list(ev, x, to[0], b)
	}
}

// text stores text for people.
func (p *processor) text(ev *event.Event, slot event.Slot, b []byte) {
	if len(b) == 2 && b[0] == '"' && b[1] == '"' { // Apache's user name of no letters
		return
	}
	if !p.escapes {
		p.raw(ev, slot, b)
		return
	}
	if out, changed := format.Unescape(ev.Scratch(), b, p.f.format.Escape); changed {
		ev.SetBytes(slot, ev.Keep(out))
		return
	}
	p.raw(ev, slot, b)
}

// raw stores text as it was logged.
func (p *processor) raw(ev *event.Event, slot event.Slot, b []byte) {
	if p.line {
		ev.SetSub(slot, b)
		return
	}
	ev.SetBytes(slot, b)
}
