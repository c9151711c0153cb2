package translate

import (
	"strconv"
	"unsafe"

	"github.com/naru-log/naru/event"
)

type processor struct {
	f    *Filter
	key  []byte // of a value that is no text
	list []event.Value
}

// Process looks the field up.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	if !ev.Has(f.source) || !f.override && f.source != f.target && ev.Has(f.target) {
		return event.Keep
	}
	t := f.table.Load()
	if ev.Kind(f.source) == event.List {
		p.elements(ev, t)
		return event.Keep
	}
	if to, ok := p.lookup(ev, t, ev.Value(f.source)); ok {
		ev.SetString(f.target, to)
	}
	return event.Keep
}

// elements makes a list of what the elements become. In another target, those
// that become nothing are left out.
func (p *processor) elements(ev *event.Event, t *table) {
	p.list = p.list[:0]
	for _, v := range ev.List(p.f.source) {
		if to, ok := p.lookup(ev, t, v); ok {
			p.list = append(p.list, event.StringValue(unsafe.Slice(unsafe.StringData(to), len(to))))
		} else if p.f.source == p.f.target {
			p.list = append(p.list, v)
		}
	}
	if len(p.list) > 0 {
		ev.SetList(p.f.target, p.list)
	}
}

func (p *processor) lookup(ev *event.Event, t *table, v event.Value) (to string, ok bool) {
	key := v.Bytes()
	switch v.Kind() {
	case event.Int:
		p.key = strconv.AppendInt(p.key[:0], v.Int(), 10)
		key = p.key
	case event.Float:
		p.key = event.AppendJSONFloat(p.key[:0], v.Float())
		key = p.key
	case event.Bool:
		p.key = strconv.AppendBool(p.key[:0], v.Bool())
		key = p.key
	}
	if to, ok = t.find(key); ok {
		return to, true
	}
	p.f.missing.Add(ev)
	return p.f.fallback, p.f.fallback != ""
}
