//go:build servers

package ecs

import "testing"

func TestFields(t *testing.T) {
	fields, err := Fields(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(fields) < 1000 {
		t.Errorf("%d fields, want all of ECS", len(fields))
	}
	for name, want := range map[string]string{"source.ip": "ip", "event.duration": "long", "url.path": "wildcard", "user_agent.type": ""} {
		if got := fields[name].Type; got != want {
			t.Errorf("%s is of type %q, want %q", name, got, want)
		}
	}
	if !fields["event.category"].Array() || fields["event.kind"].Array() {
		t.Error("event.category is a list and event.kind is not")
	}
}
