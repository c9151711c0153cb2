package npm

import "testing"

func TestArchiveName(t *testing.T) {
	f := func(answer, want string) {
		t.Helper()
		got, err := archiveName([]byte(answer))
		if (err != nil) != (want == "") || got != want {
			t.Errorf("archiveName(%s) = %q, %v; want %q", answer, got, err, want)
		}
	}
	f(`[{"filename":"scope-name-1.0.0.tgz"}]`, "scope-name-1.0.0.tgz")
	f(`[{"filename":"@scope/name-1.0.0.tgz"}]`, "scope-name-1.0.0.tgz")
	f(`[]`, "")
	f(`[{},{}]`, "")
	f(`npm ERR!`, "")
}
