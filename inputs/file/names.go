package file

import (
	"path/filepath"
	"strings"
)

// related reports whether name may be what a rotation made of the file base:
// it shares the beginning, up to the first dot.
//
//	access.log: access.log.1, access.log-20260101.gz, access-20260101.log, access.1.log
func related(base, name string) bool {
	return name != base && strings.HasPrefix(name, stem(base))
}

func stem(base string) string {
	if i := strings.IndexByte(base, '.'); i > 0 {
		return base[:i]
	}
	return base
}

// relatedPath is related for files of one directory. No rotation gives the name of
// a log to one of its generations.
func relatedPath(from, to string) bool {
	base, name := filepath.Base(from), filepath.Base(to)
	return filepath.Dir(from) == filepath.Dir(to) && related(base, name) && !generation(name, base)
}

// generation reports whether name is certainly what a rotation makes of base:
// a number or date follows it, or stands before its extension.
func generation(base, name string) bool {
	name, _ = strings.CutSuffix(name, ".gz")
	if rest, ok := strings.CutPrefix(name, base); ok {
		return isCount(rest)
	}
	ext := filepath.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	if ext == "" || stem == "" || !strings.HasSuffix(name, ext) {
		return false
	}
	rest, ok := strings.CutPrefix(strings.TrimSuffix(name, ext), stem)
	return ok && isCount(rest)
}

// origins counts the paths of which path may be a generation or a compressed form.
func origins(path string, paths map[string]bool) (n int) {
	dir, name := filepath.Split(path)
	plain, compressed := strings.CutSuffix(name, ".gz")
	if compressed && paths[dir+plain] {
		n++
	}
	ext := filepath.Ext(plain)
	for i := 1; i < len(plain); i++ {
		if base := plain[:i]; paths[dir+base] && generation(base, name) {
			n++
		}
		if base := plain[:i] + ext; ext != "" && base != plain && paths[dir+base] && generation(base, name) {
			n++
		}
	}
	return n
}

// isCount accepts .1, -20260101, _2026-01-01T00:00:00, .1700000000 and the like.
func isCount(s string) bool {
	if len(s) < 2 || !strings.ContainsRune(".-_", rune(s[0])) {
		return false
	}
	digits := false
	for _, c := range s[1:] {
		switch {
		case c >= '0' && c <= '9':
			digits = true
		case !strings.ContainsRune(".-_:T", c):
			return false
		}
	}
	return digits
}

// below reports whether dir lies on the way to what the glob names.
func (g *glob) below(dir string) bool {
	parts := strings.Split(dir, "/")
	for _, segments := range g.segments {
		for n := range segments {
			if matchSegments(segments[:n], parts) {
				return true
			}
		}
	}
	return false
}
