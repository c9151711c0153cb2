package difftest

import "regexp"

var reference = regexp.MustCompile(`%\{(\w+)`)

// reachable returns the names of all patterns that expression refers to,
// directly or through others.
func reachable(expression string, definitions map[string]string) map[string]bool {
	seen := map[string]bool{}
	var walk func(text string)
	walk = func(text string) {
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				walk(definitions[m[1]])
			}
		}
	}
	walk(expression)
	return seen
}

// isMended says whether the expression uses a pattern that differs from the
// reference's by intent.
func isMended(bankName, expression string, definitions map[string]string) bool {
	if bankName != "ecs-v1" {
		return false
	}
	for name := range reachable(expression, definitions) {
		if mended[name] != "" {
			return true
		}
	}
	return false
}
