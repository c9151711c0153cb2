package useragent

import (
	"slices"
	"strings"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/useragent/uap"
)

// The leaves, by number. Those of an object stand together.
const (
	name = iota
	version
	osName
	osVersion
	osFull
	deviceName
	deviceType
	agentType
	leafCount
)

var leafNames = [leafCount]string{"name", "version", "os.name", "os.version", "os.full", "device.name", "device.type", "type"}

// leaves are texts by their numbers, empty for what is not known.
type leaves [leafCount]string

// leavesOf takes over what r holds.
func leavesOf(r *uap.Result) (l leaves) {
	l[name], l[version] = r.Family, r.Version.String()
	if r.OS != uap.Other {
		l[osName], l[osVersion], l[osFull] = r.OS, r.OSVersion.String(), r.OSFull()
	}
	l[deviceName] = r.Device
	l[deviceType], l[agentType] = r.DeviceType.String(), r.Type.String()
	return l
}

// fields gives what is known its slots: each exploded leaf one of its own, and
// the others one as a fragment.
func (l leaves) fields(f *Filter, exploded *[leafCount]bool) []event.Field {
	var fields []event.Field
	for i, v := range l {
		if v != "" && exploded[i] {
			fields = append(fields, event.Field{Text: v, Slot: f.leaves[i], Kind: event.String})
			l[i] = ""
		}
	}
	if rest := l.encode(); len(rest) > 0 {
		fields = append(fields, event.Field{Text: string(rest), Slot: f.members, Kind: event.Members})
	}
	return slices.Clone(fields) // no longer than it has to be
}

// encode writes the leaves as JSON members, those with a common prefix as an
// object.
func (l *leaves) encode() []byte {
	var b []byte
	open := ""
	for i, v := range l {
		if v == "" {
			continue
		}
		object, key, ok := strings.Cut(leafNames[i], ".")
		if !ok {
			object, key = "", leafNames[i]
		}
		if open != "" && object != open {
			b = append(b, '}')
			open = ""
		}
		if len(b) > 0 && b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		if object != open {
			b = append(event.AppendJSONString(b, []byte(object)), ":{"...)
			open = object
		}
		b = append(event.AppendJSONString(b, []byte(key)), ':')
		b = event.AppendJSONString(b, []byte(v))
	}
	if open != "" {
		b = append(b, '}')
	}
	return b
}

const (
	// typicalCost is what a user agent takes in the cache as a rule, in bytes.
	typicalCost = 768
	// fixedCost is the part of it that does not depend on its length: the cache's
	// entry and its places in the tables.
	fixedCost = 200
	// fieldCost is what a field takes besides its text.
	fieldCost = 24
)

// cost estimates the memory that fields take in the cache, with a user agent of
// this length and the copy of it that their texts may be parts of.
func cost(length int, fields []event.Field) int {
	n := fixedCost + 2*length
	for i := range fields {
		n += fieldCost + len(fields[i].Text)
	}
	return n
}
