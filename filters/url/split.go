package url

import "bytes"

// parts of an address, as they were sent; nil or empty when absent.
type parts struct {
	scheme, authority, path, query, fragment []byte
}

// split cuts an address as RFC 3986, appendix B says. host:port, which is what
// CONNECT asks for, is an authority. An address that is not legal is cut only
// when it begins like a path or a URL: ok is false for anything else.
func split(b []byte) (u parts, ok bool) {
	if len(b) == 0 {
		return u, false
	}
	whole, path := b, b[0] == '/'
	if i := bytes.IndexByte(b, '#'); i >= 0 {
		b, u.fragment = b[:i], b[i+1:]
	}
	if i := schemeEnd(b); i > 0 {
		if port(b[i+1:]) >= 0 {
			u.authority = b
			return u, true
		}
		u.scheme, b = b[:i], b[i+1:]
	}
	if bytes.HasPrefix(b, []byte("//")) {
		path = true
		b = b[2:]
		end := bytes.IndexAny(b, "/?")
		if end < 0 {
			end = len(b)
		}
		u.authority, b = b[:end], b[end:]
	}
	if !path && !legal(whole) {
		return parts{}, false
	}
	if u.scheme != nil && u.authority == nil && (len(b) == 0 || b[0] != '/') {
		return u, true // opaque, such as mailto:
	}
	if i := bytes.IndexByte(b, '?'); i >= 0 {
		b, u.query = b[:i], b[i+1:]
	}
	u.path = b
	return u, true
}

// schemeEnd gives the position of the colon after a scheme, 0 when there is
// none.
func schemeEnd(b []byte) int {
	for i, c := range b {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case i > 0 && (c == '+' || c == '-' || c == '.' || '0' <= c && c <= '9'):
		case i > 0 && c == ':':
			return i
		default:
			return 0
		}
	}
	return 0
}

// port reads a port number, -1 when b is none.
func port(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		if n = n*10 + int(c-'0'); n > 65535 {
			return -1
		}
	}
	if len(b) == 0 {
		return -1
	}
	return n
}

// legal reports whether java.net.URI would take the bytes: no control
// characters, no space, none of "<>\^`{|}, brackets in the query and the fragment
// alone, and two hexadecimal digits after each %.
func legal(b []byte) bool {
	query := false
	for i, c := range b {
		switch c {
		case '"', '<', '>', '\\', '^', '`', '{', '|', '}', 0x7f:
			return false
		case '[', ']':
			if !query {
				return false
			}
		case '?', '#':
			query = true
		case '%':
			if _, ok := unhex(b[i:]); !ok {
				return false
			}
		}
		if c <= ' ' {
			return false
		}
	}
	return true
}
