package json

import (
	"bytes"
	"strconv"
	"unsafe"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/jsontext"
	"github.com/naru-log/naru/internal/members"
	"github.com/naru-log/naru/internal/part"
)

// maxMembers bounds the members of one object that are told apart. An object
// with more is no log record.
const maxMembers = 1000

type processor struct {
	f      *Filter
	names  *members.Node
	found  []pair // members of the objects at hand, those of outer ones first
	out    []byte // encoded members for the target
	spare  []byte // out while the value of a field is encoded
	key    []byte
	prefix []byte // of the object at hand, with its dot
	list   []event.Value
}

// pair is a member: its name without escapes, and its encoded value.
type pair struct {
	name, value []byte
}

// Process reads the field.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	if !ev.Has(f.source) {
		return event.Keep
	}
	b := ev.Bytes(f.source)
	start := space(b, 0)
	end := value(b, start, 0)
	if end < 0 || b[start] != '{' || space(b, end) != len(b) {
		p.fail(ev, "text is no JSON object")
		return event.Keep
	}
	p.found, p.out, p.prefix = p.found[:0], p.out[:0], p.prefix[:0]
	source := ev.Value(f.source)
	if !f.keep {
		ev.Unset(f.source) // first, for the object may have a member for it
	}
	if !p.object(ev, b[start:end], p.names) {
		ev.Set(f.source, source)
		p.fail(ev, "JSON object has more than 1000 members")
		return event.Keep
	}
	f.target.Set(ev, p.out)
	return event.Keep
}

// fail says why, unless an earlier filter has said something.
func (p *processor) fail(ev *event.Event, reason string) {
	if !ev.Has(p.f.reason) {
		ev.SetString(p.f.reason, reason)
	}
	p.f.failed.Add(ev)
}

// object takes a checked object apart. Names are the fields below it that others
// use.
func (p *processor) object(ev *event.Event, b []byte, names *members.Node) bool {
	first := len(p.found)
	if !p.collect(ev, b, first) {
		return false
	}
	for i := first; i < len(p.found); i++ {
		if !p.member(ev, p.found[i], names) {
			return false
		}
	}
	p.found = p.found[:first]
	return true
}

// collect lists the members, the last of each name.
func (p *processor) collect(ev *event.Event, b []byte, first int) bool {
	for i := space(b, 1); b[i] != '}'; {
		end := text(b, i)
		name := p.text(ev, b[i+1:end-1])
		i = space(b, space(b, end)+1) // after the colon
		end = value(b, i, 0)
		v := b[i:end:end]
		same := false
		for k := first; k < len(p.found); k++ {
			if bytes.Equal(p.found[k].name, name) {
				p.found[k].value, same = v, true
				break
			}
		}
		if !same {
			if len(p.found)-first == maxMembers {
				return false
			}
			p.found = append(p.found, pair{name, v})
		}
		if i = space(b, end); b[i] == ',' {
			i = space(b, i+1)
		}
	}
	return true
}

// text gives the content of a string, as a part of the line when it can.
func (p *processor) text(ev *event.Event, b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	return ev.Keep(jsontext.AppendUnescaped(ev.Scratch(), b))
}

func (p *processor) member(ev *event.Event, m pair, names *members.Node) bool {
	node, below := names.Find(m.name)
	switch {
	case node == nil:
		p.out = members.AppendKey(p.out, p.prefix, m.name, below)
		return p.append(ev, m.value)
	case node.Aside || node.Slot == event.Timestamp && !p.time(ev, m.value):
		p.out = p.f.target.AppendAside(p.out, p.prefix, m.name)
		return p.append(ev, m.value)
	case node.Slot == event.Timestamp:
		return true
	case !node.Object():
		p.set(ev, node.Slot, m.value)
		return true
	case m.value[0] != '{':
		p.out = members.AppendInside(p.out, p.prefix, m.name)
		return p.append(ev, m.value)
	}
	outer := len(p.prefix)
	p.prefix = append(append(p.prefix, m.name...), '.')
	ok := p.object(ev, m.value, node)
	p.prefix = p.prefix[:outer]
	return ok
}

// append writes a value as Elasticsearch takes it: of members of one name the
// last, and none without a name.
func (p *processor) append(ev *event.Event, b []byte) bool {
	switch b[0] {
	case '{':
		return p.appendObject(ev, b)
	case '[':
		return p.appendArray(ev, b)
	}
	p.out = append(p.out, b...)
	return true
}

func (p *processor) appendObject(ev *event.Event, b []byte) bool {
	first := len(p.found)
	if !p.collect(ev, b, first) {
		return false
	}
	p.out = append(p.out, '{')
	for i := first; i < len(p.found); i++ {
		if i > first {
			p.out = append(p.out, ',')
		}
		p.key = members.AppendKey(p.key[:0], nil, p.found[i].name, false)
		p.out = append(p.out, p.key...)
		if !p.append(ev, p.found[i].value) {
			return false
		}
	}
	p.out = append(p.out, '}')
	p.found = p.found[:first]
	return true
}

func (p *processor) appendArray(ev *event.Event, b []byte) bool {
	p.out = append(p.out, '[')
	for i := space(b, 1); b[i] != ']'; {
		end := value(b, i, 0)
		if !p.append(ev, b[i:end:end]) {
			return false
		}
		if i = space(b, end); b[i] == ',' {
			p.out = append(p.out, ',')
			i = space(b, i+1)
		}
	}
	p.out = append(p.out, ']')
	return true
}

// encoded is append for the value of a field.
func (p *processor) encoded(ev *event.Event, b []byte) event.Value {
	found := len(p.found)
	p.out, p.spare = p.spare[:0], p.out
	if p.append(ev, b) {
		b = ev.Keep(append(ev.Scratch(), p.out...))
	}
	p.out, p.spare = p.spare, p.out
	p.found = p.found[:found]
	return event.JSONValue(b)
}

// time takes @timestamp of the document itself.
func (p *processor) time(ev *event.Event, b []byte) bool {
	if b[0] == '"' && members.SetTime(ev, p.text(ev, b[1:len(b)-1])) {
		return true
	}
	p.fail(ev, "@timestamp is no time as RFC 3339 has it")
	return false
}

// set stores a value in a field of its own.
func (p *processor) set(ev *event.Event, slot event.Slot, b []byte) {
	if b[0] == '[' {
		p.array(ev, slot, b)
		return
	}
	v := p.scalar(ev, b)
	if v.Kind() == event.String {
		part.Set(ev, slot, v.Bytes())
		return
	}
	ev.Set(slot, v)
}

// scalar gives the value of anything but a list; null is absent, and an object
// stays encoded.
func (p *processor) scalar(ev *event.Event, b []byte) event.Value {
	switch b[0] {
	case '"':
		return event.StringValue(p.text(ev, b[1:len(b)-1]))
	case 't', 'f':
		return event.BoolValue(b[0] == 't')
	case 'n':
		return event.Value{}
	case '{', '[':
		return p.encoded(ev, b)
	}
	s := unsafe.String(&b[0], len(b)) // does not outlive this call
	if !bytes.ContainsAny(b, ".eE") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return event.IntValue(n)
		}
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return event.FloatValue(n)
	}
	return event.JSONValue(b) // out of range: as it was written
}

// array makes a list; one that holds lists stays encoded.
func (p *processor) array(ev *event.Event, slot event.Slot, b []byte) {
	p.list = p.list[:0]
	for i := space(b, 1); b[i] != ']'; {
		end := value(b, i, 0)
		if b[i] == '[' {
			ev.Set(slot, p.encoded(ev, b))
			return
		}
		if v := p.scalar(ev, b[i:end:end]); v.Kind() != event.Absent {
			p.list = append(p.list, v)
		}
		if i = space(b, end); b[i] == ',' {
			i = space(b, i+1)
		}
	}
	ev.SetList(slot, p.list)
}
