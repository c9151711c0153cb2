// Package members helps filters whose field names are known only at run time,
// such as kv and json. Names that other components of the pipeline use have
// slots; the rest becomes encoded members of one target object.
package members

import (
	"bytes"
	"errors"

	"github.com/naru-log/naru/event"
)

// Target is the object for fields with names of the text's choosing.
type Target struct {
	path string
	slot event.Slot
}

// Declare makes path the target object.
func Declare(s *event.Schema, path string) (Target, error) {
	path, err := event.ParsePath(path)
	if err != nil {
		return Target{}, err
	}
	if _, plain := s.Lookup(path); plain {
		return Target{}, errors.New("field " + path + " is a plain value elsewhere in this pipeline, not an object")
	}
	slot, err := s.Members(path)
	return Target{path, slot}, err
}

// Set stores the encoded members of an event; none leaves the target alone.
func (t Target) Set(ev *event.Event, members []byte) {
	if len(members) > 0 {
		ev.SetMembers(t.slot, members)
	}
}

// Node is the target, or a name below it that some component uses.
type Node struct {
	Slot     event.Slot // -1 for an object
	children map[string]*Node
}

// Names gives the names below the target. The schema must be frozen. Nodes are
// only read from then on.
func (t Target) Names(s *event.Schema) *Node {
	root := &Node{Slot: -1}
	for _, slot := range s.Under(t.path) {
		if path := s.Path(slot); s.Kind(slot) != event.Members && path != t.path {
			root.add(path[len(t.path)+1:], slot)
		}
	}
	return root
}

func (n *Node) add(path string, slot event.Slot) {
	for {
		i := bytes.IndexByte([]byte(path), '.')
		name := path
		if i >= 0 {
			name = path[:i]
		}
		child := n.children[name]
		if child == nil {
			child = &Node{Slot: -1}
			if n.children == nil {
				n.children = map[string]*Node{}
			}
			n.children[name] = child
		}
		if n = child; i < 0 {
			n.Slot = slot
			return
		}
		path = path[i+1:]
	}
}

// Object reports whether components name fields below n.
func (n *Node) Object() bool { return n != nil && len(n.children) > 0 }

// Find follows a dotted name. The node is nil when nobody uses the name; below
// then says that a plain field stands where the name has an object.
func (n *Node) Find(name []byte) (node *Node, below bool) {
	for {
		first, rest, more := bytes.Cut(name, []byte{'.'})
		child := n.children[string(first)]
		switch {
		case child == nil:
			return nil, false
		case !more:
			return child, false
		case child.Slot >= 0:
			return nil, true
		}
		n, name = child, rest
	}
}

// AppendInside appends the key of a plain value whose name is an object for other
// components: it becomes the object's member value.
func AppendInside(dst, prefix, name []byte) []byte {
	dst = AppendKey(dst, prefix, name, false)
	return append(dst[:len(dst)-len(`":`)], `.value":`...)
}

// AppendKey appends a comma unless dst is empty, the name as a key, and a colon.
// Prefix is what stands before the name, with its dot. A name that Elasticsearch
// would not take, with nothing before, between or after a dot, gets underscores
// instead of the dots; so does one below a plain field.
func AppendKey(dst, prefix, name []byte, below bool) []byte {
	if len(dst) > 0 {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	start := len(dst)
	dst = event.AppendJSONString(dst, prefix)
	dst = dst[:start+copy(dst[start:], dst[start+1:len(dst)-1])] // without its quotes
	start = len(dst)
	dst = event.AppendJSONString(dst, name)
	dst = dst[:start+copy(dst[start:], dst[start+1:len(dst)-1])]
	if below || ambiguous(name) {
		for i := start; i < len(dst); i++ {
			if dst[i] == '.' {
				dst[i] = '_'
			}
		}
		if len(name) == 0 {
			dst = append(dst, '_')
		}
	}
	return append(dst, '"', ':')
}

// ambiguous reports whether a name has an empty part between dots.
func ambiguous(name []byte) bool {
	return len(name) == 0 || name[0] == '.' || name[len(name)-1] == '.' || bytes.Contains(name, []byte(".."))
}
