package expr

import (
	"strconv"
	"time"

	"github.com/naru-log/naru/event"
)

// toText converts as HCL does: text as it is, numbers in plain decimal
// notation, true and false. An instant is written as in the document.
func toText(ev *event.Event, v event.Value) ([]byte, bool) {
	switch v.Kind() {
	case event.String, event.IP:
		return v.Bytes(), true
	case event.Absent:
		return nil, false
	}
	b, ok := appendText(ev.Scratch(), v)
	return ev.Keep(b), ok
}

// textValue is toText as a value; text stays the very value it was.
func textValue(ev *event.Event, v event.Value) event.Value {
	if v.Kind() == event.String {
		return v
	}
	b, ok := toText(ev, v)
	if !ok {
		return event.Value{}
	}
	return event.StringValue(b)
}

// appendText appends the text of a value. It reports false when it has none.
func appendText(dst []byte, v event.Value) ([]byte, bool) {
	switch v.Kind() {
	case event.String, event.IP:
		return append(dst, v.Bytes()...), true
	case event.Int:
		return strconv.AppendInt(dst, v.Int(), 10), true
	case event.Float:
		return strconv.AppendFloat(dst, v.Float(), 'f', -1, 64), finite(v.Float())
	case event.Bool:
		return strconv.AppendBool(dst, v.Bool()), true
	case event.Time:
		return appendTime(dst, v.Time()), true
	}
	return dst, false
}

// appendTime writes an instant in UTC with milliseconds, or nanoseconds when
// there are any.
func appendTime(dst []byte, t time.Time) []byte {
	layout := "2006-01-02T15:04:05.000Z"
	if t.Nanosecond()%1e6 != 0 {
		layout = "2006-01-02T15:04:05.000000000Z"
	}
	return t.UTC().AppendFormat(dst, layout)
}

// toBool converts as HCL does: true, false, and the texts true, false, 1 and 0.
func toBool(v event.Value) (value, ok bool) {
	switch v.Kind() {
	case event.Bool:
		return v.Bool(), true
	case event.String:
		switch string(v.Bytes()) {
		case "true", "1":
			return true, true
		case "false", "0":
			return false, true
		}
	}
	return false, false
}
