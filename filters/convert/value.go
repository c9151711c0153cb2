package convert

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/ipaddr"
)

// convert gives v as another kind. Nothing is guessed: text must be a number
// from end to end, and a number with a fraction is no integer. Text made here
// lives in the event's scratch.
func convert(ev *event.Event, v event.Value, kind event.Kind) (event.Value, bool) {
	if v.Kind() == kind {
		return v, true
	}
	switch kind {
	case event.Int:
		return toInt(v)
	case event.Float:
		return toFloat(v)
	case event.Bool:
		return toBool(v)
	case event.IP:
		return toIP(v)
	}
	return toString(ev, v)
}

func toInt(v event.Value) (event.Value, bool) {
	switch v.Kind() {
	case event.String:
		n, err := strconv.ParseInt(text(v.Bytes()), 10, 64)
		return event.IntValue(n), err == nil
	case event.Float:
		f := v.Float()
		return event.IntValue(int64(f)), f == math.Trunc(f) && f >= -1<<63 && f < 1<<63
	case event.Bool:
		if v.Bool() {
			return event.IntValue(1), true
		}
		return event.IntValue(0), true
	case event.Time:
		return event.IntValue(v.Time().UnixMilli()), true
	}
	return event.Value{}, false
}

func toFloat(v event.Value) (event.Value, bool) {
	switch v.Kind() {
	case event.String:
		if !decimal(v.Bytes()) {
			return event.Value{}, false
		}
		f, err := strconv.ParseFloat(text(v.Bytes()), 64)
		return event.FloatValue(f), err == nil
	case event.Int:
		return event.FloatValue(float64(v.Int())), true
	case event.Bool:
		if v.Bool() {
			return event.FloatValue(1), true
		}
		return event.FloatValue(0), true
	}
	return event.Value{}, false
}

// decimal leaves out what ParseFloat takes but JSON has no number for (inf,
// nan) or no log means as a number (0x1p-2).
func decimal(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

// truths are the words that Logstash takes, in lower case.
var truths = [...]struct {
	word  string
	value bool
}{
	{"true", true}, {"false", false}, {"1", true}, {"0", false}, {"t", true}, {"f", false},
	{"yes", true}, {"no", false}, {"y", true}, {"n", false}, {"on", true}, {"off", false},
}

func toBool(v event.Value) (event.Value, bool) {
	switch v.Kind() {
	case event.String:
		for _, t := range truths {
			if len(t.word) == len(v.Bytes()) && bytes.EqualFold(v.Bytes(), []byte(t.word)) {
				return event.BoolValue(t.value), true
			}
		}
	case event.Int:
		return event.BoolValue(v.Int() == 1), v.Int() == 0 || v.Int() == 1
	case event.Float:
		return event.BoolValue(v.Float() == 1), v.Float() == 0 || v.Float() == 1
	}
	return event.Value{}, false
}

func toIP(v event.Value) (event.Value, bool) {
	if v.Kind() != event.String {
		return event.Value{}, false
	}
	_, ok := ipaddr.Parse(v.Bytes())
	return event.IPValue(v.Bytes()), ok
}

func toString(ev *event.Event, v event.Value) (event.Value, bool) {
	b := ev.Scratch()
	switch v.Kind() {
	case event.IP:
		return event.StringValue(v.Bytes()), true
	case event.Int:
		b = strconv.AppendInt(b, v.Int(), 10)
	case event.Float:
		b = event.AppendJSONFloat(b, v.Float())
	case event.Bool:
		b = strconv.AppendBool(b, v.Bool())
	case event.Time:
		b = v.Time().UTC().AppendFormat(b, time.RFC3339Nano)
	case event.JSON:
		b = append(b, v.Bytes()...)
	default:
		return event.Value{}, false
	}
	return event.StringValue(ev.Keep(b)), true
}

// text is b as a string that must not outlive it.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
