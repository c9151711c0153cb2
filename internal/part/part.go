// Package part stores values that may be parts of an event's line. The encoder
// looks at a line as a whole once, so a value known to be a part of it costs
// less to write (see event.Event.SetSub).
package part

import "github.com/naru-log/naru/event"

// Of reports whether b shares memory with whole and lies inside it. It may say
// no for a part whose capacity was cut down; it never says yes wrongly.
func Of(whole, b []byte) bool {
	if len(b) == 0 || cap(b) > cap(whole) {
		return false
	}
	start := cap(whole) - cap(b)
	return start+len(b) <= len(whole) && &whole[start] == &b[0]
}

// Set stores b as a string, and as a part of the line when it is one.
func Set(ev *event.Event, slot event.Slot, b []byte) {
	if Of(ev.Line, b) {
		ev.SetSub(slot, b)
		return
	}
	ev.SetBytes(slot, b)
}
