package useragent

import (
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

// agent is what is known of a user agent: the leaves, and the same encoded as
// members of the target object. It is not changed once it is in the cache.
type agent struct {
	leaves   [leafCount]string // empty for what is not known
	fragment []byte
}

// newAgent takes over what r holds.
func newAgent(r *uap.Result) *agent {
	a := &agent{}
	a.leaves[name], a.leaves[version] = r.Family, r.Version.String()
	if r.OS != uap.Other {
		a.leaves[osName], a.leaves[osVersion], a.leaves[osFull] = r.OS, r.OSVersion.String(), r.OSFull()
	}
	a.leaves[deviceName] = r.Device
	a.leaves[deviceType], a.leaves[agentType] = r.DeviceType.String(), r.Type.String()
	a.encode()
	return a
}

// encode writes the leaves as JSON members, those with a common prefix as an
// object.
func (a *agent) encode() {
	b := make([]byte, 0, 256)
	open := ""
	for i, v := range a.leaves {
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
	a.fragment = append([]byte(nil), b...)
}

const (
	// typicalCost is what a user agent takes in the cache as a rule, in bytes.
	typicalCost = 768
	// fixedCost is the part of it that does not depend on its length: the agent,
	// the cache's entry and its places in the tables.
	fixedCost = 350
)

// cost estimates the memory that the agent takes in the cache, with its key and
// the text that the leaves are parts of, both as long as the user agent.
func (a *agent) cost(length int) int { return fixedCost + 2*length + len(a.fragment) }
