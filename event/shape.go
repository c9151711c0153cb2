package event

import (
	"slices"
	"strings"
)

// node is an object or a field of the document's shape.
type node struct {
	key      []byte // "name":
	slot     Slot   // of a field; -1 for an object
	konst    []byte
	members  bool // a Members slot: no key of its own
	children []*node
}

func buildTree(s *Schema) *node {
	root := &node{slot: -1}
	for i := range s.fields {
		f := &s.fields[i]
		if s.Unused(Slot(i)) {
			continue
		}
		at, parts := root, strings.Split(f.path, ".")
		if f.kind == Members {
			for _, part := range parts {
				if part != "" { // the document itself
					at = at.child(part)
				}
			}
			at.children = append(at.children, &node{slot: Slot(i), members: true})
			continue
		}
		for _, part := range parts[:len(parts)-1] {
			at = at.child(part)
		}
		leaf := &node{key: key(parts[len(parts)-1]), slot: Slot(i)}
		if f.fixed() {
			leaf.konst = f.konst
		}
		at.children = append(at.children, leaf)
	}
	return root
}

func key(name string) []byte { return append(AppendJSONString(nil, []byte(name)), ':') }

// child finds or makes the object called name.
func (n *node) child(name string) *node {
	k := key(name)
	for _, c := range n.children {
		if c.slot < 0 && string(c.key) == string(k) {
			return c
		}
	}
	c := &node{key: k, slot: -1}
	n.children = append(n.children, c)
	return c
}

// constant reports whether nothing below n can change, so that it is one run of
// bytes in every document.
func (n *node) constant() bool {
	if n.slot >= 0 {
		return n.konst != nil
	}
	for _, c := range n.children {
		if !c.constant() {
			return false
		}
	}
	return true
}

// encode gives the bytes of a constant member.
func (n *node) encode() []byte {
	if n.slot >= 0 {
		return append(append([]byte(nil), n.key...), n.konst...)
	}
	b := append(append([]byte(nil), n.key...), '{')
	for i, c := range n.children {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c.encode()...)
	}
	return append(b, '}')
}

// mergeConstants makes one run of members of all constant members of an object,
// written after the others.
func (n *node) mergeConstants() {
	var rest []*node
	var run []byte
	for _, c := range n.children {
		if !c.constant() {
			c.mergeConstants()
			rest = append(rest, c)
			continue
		}
		if len(run) > 0 {
			run = append(run, ',')
		}
		run = append(run, c.encode()...)
	}
	if len(run) > 0 {
		rest = append(rest, &node{slot: 0, konst: run, members: true})
	}
	n.children = rest
}

// compile appends the ops of n's fields in tree order; path holds the keys of
// the objects around them.
func (n *node) compile(path [][]byte, e *Encoder) {
	for _, c := range n.children {
		if c.slot < 0 {
			c.compile(append(path[:len(path):len(path)], c.key), e)
			continue
		}
		o := op{slot: c.slot, fixed: c.members && c.konst != nil, depth: len(path)}
		for open := 0; open <= len(path); open++ {
			b := []byte{','}
			for _, k := range path[open:] {
				b = append(append(b, k...), '{')
			}
			b = append(b, c.key...)
			if o.fixed {
				b = append(b, c.konst...)
			}
			o.prefix = append(o.prefix, newRun(b))
			o.quoted = append(o.quoted, newRun(append(slices.Clone(b), '"')))
		}
		e.ops = append(e.ops, o)
	}
}

// visitsOf works out how many objects each op shares with the one before it.
func visitsOf(ops []op, root *node) []visit {
	visits := make([]visit, len(ops))
	var last []*node
	i := 0
	var walk func(n *node, path []*node)
	walk = func(n *node, path []*node) {
		for _, c := range n.children {
			if c.slot < 0 {
				walk(c, append(path[:len(path):len(path)], c))
				continue
			}
			up := 0
			for up < min(len(last), len(path)) && last[up] == path[up] {
				up++
			}
			visits[i] = visit{ops[i].slot, int32(up)}
			if ops[i].fixed {
				visits[i].slot = -1
			}
			last = path
			i++
		}
	}
	walk(root, nil)
	return visits
}
