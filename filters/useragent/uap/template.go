package uap

import "strings"

// template is the text of a field with the captures of its rule put in: $1 to $9.
type template struct {
	parts []part
}

// part is a capture, or text where group is 0.
type part struct {
	group int
	text  string
}

// newTemplate reads s. Captures that the rule does not have are empty.
func newTemplate(s string, groups int) template {
	var t template
	for s != "" {
		i := strings.IndexByte(s, '$')
		for i >= 0 && (i+1 == len(s) || s[i+1] < '1' || s[i+1] > '9') {
			j := strings.IndexByte(s[i+1:], '$')
			if j < 0 {
				i = -1
				break
			}
			i += 1 + j
		}
		if i < 0 {
			t.parts = append(t.parts, part{text: s})
			break
		}
		if i > 0 {
			t.parts = append(t.parts, part{text: s[:i]})
		}
		if g := int(s[i+1] - '0'); g <= groups {
			t.parts = append(t.parts, part{group: g})
		}
		s = s[i+2:]
	}
	if len(t.parts) == 1 && t.parts[0].group == 0 {
		t.parts[0].text = strings.TrimSpace(t.parts[0].text)
	}
	return t
}

// expand returns the text for a match at caps in ua, without space around it. It is a part of the rule or of ua unless
// the two are mixed.
func (t *template) expand(ua string, caps []int32) string {
	switch {
	case len(t.parts) == 0:
		return ""
	case len(t.parts) > 1:
		var b strings.Builder
		for _, p := range t.parts {
			b.WriteString(p.expand(ua, caps))
		}
		return strings.TrimSpace(b.String())
	case t.parts[0].group == 0:
		return t.parts[0].text
	}
	return strings.TrimSpace(t.parts[0].expand(ua, caps))
}

func (p part) expand(ua string, caps []int32) string {
	if p.group == 0 {
		return p.text
	}
	if caps[2*p.group] < 0 {
		return ""
	}
	return ua[caps[2*p.group]:caps[2*p.group+1]]
}
