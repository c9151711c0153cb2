package elasticsearch

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName is the longest name of an index, in bytes.
const maxName = 255

// ValidName checks the name of an index, alias or data stream by the rules of
// Elasticsearch and says what is wrong with it.
func ValidName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxName:
		return fmt.Errorf("the name %.20q… has %d bytes; at most %d are allowed", name, len(name), maxName)
	case name == "." || name == "..":
		return fmt.Errorf("the name %q is not allowed", name)
	case strings.ContainsAny(name[:1], "-_+"):
		return fmt.Errorf("the name %q must not begin with %q", name, name[:1])
	case !utf8.ValidString(name):
		return fmt.Errorf("the name %q is not UTF-8", name)
	case strings.ToLower(name) != name:
		return fmt.Errorf("the name %q must be in lower case", name)
	}
	if i := strings.IndexFunc(name, func(r rune) bool {
		return r < ' ' || strings.ContainsRune(`\/*?"<>| ,#:`, r)
	}); i >= 0 {
		return fmt.Errorf("the name %q must not hold %q", name, name[i:i+1])
	}
	return nil
}
