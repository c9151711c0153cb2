// Package tagset lets filters put a configured list of tags on an event.
package tagset

import "github.com/naru-log/naru/event"

// Set is a list of numbered tags. It is shared by the workers.
type Set []event.Tag

// Declare numbers tag names in a schema that is not frozen yet.
func Declare(s *event.Schema, names []string) Set {
	var set Set
	for _, name := range names {
		set = append(set, s.Tag(name))
	}
	return set
}

// Add puts the tags on an event.
func (s Set) Add(ev *event.Event) {
	for _, t := range s {
		ev.AddTag(t)
	}
}

// Remove takes the tags away.
func (s Set) Remove(ev *event.Event) {
	for _, t := range s {
		ev.RemoveTag(t)
	}
}
