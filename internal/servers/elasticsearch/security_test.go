package elasticsearch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteUsers(t *testing.T) {
	dir := t.TempDir()
	s := &Security{Users: []User{{"a", "password-a", []string{"viewer", "editor"}}, {"b", "password-b", []string{"viewer"}}}}
	if err := s.writeUsers(dir); err != nil {
		t.Fatal(err)
	}
	roles, err := os.ReadFile(filepath.Join(dir, "users_roles"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"viewer:a,b\n", "editor:a\n", "superuser:" + superName + "\n"} {
		if !strings.Contains(string(roles), want) {
			t.Errorf("users_roles lacks %q:\n%s", want, roles)
		}
	}
	for _, bad := range []User{{"", "password", []string{"r"}}, {"a:b", "password", []string{"r"}}, {"a", "short", []string{"r"}}, {"a", "password", nil}} {
		if err := (&Security{Users: []User{bad}}).writeUsers(dir); !errors.Is(err, errBadUser) {
			t.Errorf("user %+v: %v, want %v", bad, err, errBadUser)
		}
	}
}
