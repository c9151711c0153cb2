// Package members helps filters whose field names are known only at run time,
// such as kv and json. Names that other components of the pipeline use have
// slots; the rest becomes encoded members of one target object.
package members

import (
	"bytes"
	"errors"
	"time"

	"github.com/naru-log/naru/event"
)

// Target is the object for fields with names of the text's choosing.
type Target struct {
	path  string
	slot  event.Slot
	aside []byte
}

// Declare makes path the target object; the empty path is the document itself.
// What cannot stand where its name says goes to the object aside below it.
func Declare(s *event.Schema, path, aside string) (Target, error) {
	if path != "" {
		var err error
		if path, err = event.ParsePath(path); err != nil {
			return Target{}, err
		}
		if _, plain := s.Lookup(path); plain {
			return Target{}, errors.New("field " + path + " is a plain value elsewhere in this pipeline, not an object")
		}
	}
	slot, err := s.Members(path)
	return Target{path, slot, []byte(aside + ".")}, err
}

// Set stores the encoded members of an event; none leaves the target alone.
func (t Target) Set(ev *event.Event, members []byte) {
	if len(members) > 0 {
		ev.SetMembers(t.slot, members)
	}
}

// AppendAside is AppendKey for a value that cannot stand at prefix and name.
func (t Target) AppendAside(dst, prefix, name []byte) []byte {
	return appendKey(dst, t.aside, prefix, name, false)
}

// Place says where a text goes by its name: to the field at slot, or, where slot
// is -1, behind the key that was appended to dst. The document's @timestamp is
// set at once if it is a time, and done is true.
func (t Target) Place(dst []byte, ev *event.Event, names *Node, name, value []byte) (out []byte, slot event.Slot, done bool) {
	node, below := names.Find(name)
	switch {
	case node == nil:
		return AppendKey(dst, nil, name, below), -1, false
	case node.Aside:
		return t.AppendAside(dst, nil, name), -1, false
	case node.Slot == event.Timestamp:
		if SetTime(ev, value) {
			return dst, -1, true
		}
		return t.AppendAside(dst, nil, name), -1, false
	case node.Slot >= 0:
		return dst, node.Slot, false
	}
	// Others use fields below this name, so it cannot be a value.
	return AppendInside(dst, nil, name), -1, false
}

// SetTime makes the event's time of a text as RFC 3339 has it, in the years that
// an event can hold. The offset may lack its colon, as Java likes to write it.
func SetTime(ev *event.Event, text []byte) bool {
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04:05Z0700", string(text))
	}
	if err != nil || at.Year() <= 1678 || at.Year() >= 2262 {
		return false
	}
	ev.SetTime(event.Timestamp, at)
	return true
}

// Node is the target, or a name below it that some component uses.
type Node struct {
	Slot     event.Slot // -1 for an object
	Aside    bool       // texts cannot set it: naru itself does, or nobody can
	document *Node      // of the document itself: the node of Elasticsearch's own fields
	children map[string]*Node
}

// Names gives the names below the target. The schema must be frozen. Nodes are
// only read from then on.
func (t Target) Names(s *event.Schema) *Node {
	root := &Node{Slot: -1}
	below := 0
	if t.path == "" {
		root.document = &Node{Slot: -1, Aside: true}
		root.add("tags", -1, true)
	} else {
		below = len(t.path) + len(".")
	}
	var fragments []string
	for _, slot := range s.Under(t.path) {
		switch path := s.Path(slot); {
		case path == t.path:
		case s.Kind(slot) == event.Members:
			fragments = append(fragments, path[below:])
		default:
			root.add(path[below:], slot, s.Constant(slot) || s.Unused(slot))
		}
	}
	for _, path := range fragments {
		if node, _ := root.Find([]byte(path)); !node.Object() { // nobody knows what it holds
			root.add(path, -1, true)
		}
	}
	return root
}

func (n *Node) add(path string, slot event.Slot, aside bool) {
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
			if n.Aside = aside; !aside {
				n.Slot = slot
			}
			return
		}
		path = path[i+1:]
	}
}

// Object reports whether components name fields below n.
func (n *Node) Object() bool { return n != nil && len(n.children) > 0 }

// Find follows a dotted name. Fields whose names begin with an underscore are
// Elasticsearch's own in a document. The node is nil when nobody uses the name; below
// then says that a plain field stands where the name has an object.
func (n *Node) Find(name []byte) (node *Node, below bool) {
	if n.document != nil && len(name) > 0 && name[0] == '_' {
		return n.document, false
	}
	for {
		first, rest, more := bytes.Cut(name, []byte{'.'})
		child := n.children[string(first)]
		switch {
		case child == nil:
			return nil, false
		case !more || child.Aside:
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
// would not take, with nothing or white space alone before, between or after a
// dot, gets underscores instead of the dots; so does one below a plain field. One
// that is all white space gets an underscore behind it.
func AppendKey(dst, prefix, name []byte, below bool) []byte {
	return appendKey(dst, nil, prefix, name, below)
}

func appendKey(dst, aside, prefix, name []byte, below bool) []byte {
	if len(dst) > 0 {
		dst = append(dst, ',')
	}
	dst = appendText(appendText(append(dst, '"'), aside), prefix)
	start := len(dst)
	dst = appendText(dst, name)
	if below || ambiguous(name) {
		for i := start; i < len(dst); i++ {
			if dst[i] == '.' {
				dst[i] = '_'
			}
		}
	}
	if blank(name) {
		dst = append(dst, '_')
	}
	return append(dst, '"', ':')
}

// appendText appends the content of a JSON string, without its quotes.
func appendText(dst, text []byte) []byte {
	start := len(dst)
	dst = event.AppendJSONString(dst, text)
	return dst[:start+copy(dst[start:], dst[start+1:len(dst)-1])]
}

// ambiguous reports whether a name has a part of nothing or white space between
// dots.
func ambiguous(name []byte) bool {
	for more := bytes.IndexByte(name, '.') >= 0; more; {
		var part []byte
		if part, name, more = bytes.Cut(name, []byte{'.'}); blank(part) {
			return true
		}
	}
	return false
}

func blank(b []byte) bool { return len(bytes.TrimSpace(b)) == 0 }
