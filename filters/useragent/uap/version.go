package uap

import "strings"

// String joins the parts as Elasticsearch's user_agent processor does, "15.0.a2", but without a dot where a part is
// missing: nothing follows a part that is not known.
func (v Version) String() string {
	parts := [...]string{v.Major, v.Minor, v.Patch, v.PatchMinor}
	n := 0
	for n < len(parts) && parts[n] != "" {
		n++
	}
	if n == 1 {
		return v.Major // no copy
	}
	return strings.Join(parts[:n], ".")
}

// OSFull returns the operating system with its version, "Mac OS X 10.10.5", or "" if one of them is not known.
func (r *Result) OSFull() string {
	v := r.OSVersion.String()
	if r.OS == Other || v == "" {
		return ""
	}
	return r.OS + " " + v
}
