package discover

import (
	"slices"
	"strings"
)

// httpdDirective is a line of Apache's configuration: a directive, or the begin
// or end of a section.
type httpdDirective struct {
	name  string // in lower case; of a section without the brackets
	args  string // as written
	open  bool
	close bool
	line  int
}

// httpdDirectives cuts a configuration file of Apache into directives. A line
// that ends with a backslash goes on in the next. Nothing is an error here:
// Apache itself is who refuses a configuration.
func httpdDirectives(text []byte) []httpdDirective {
	var all []httpdDirective
	number, begin := 0, 0
	whole := ""
	for line := range strings.Lines(string(text)) {
		number++
		if whole == "" {
			begin = number
		}
		line = strings.TrimRight(line, "\r\n")
		if cut, more := strings.CutSuffix(line, `\`); more {
			whole += cut
			continue
		}
		if d, ok := httpdLine(whole + line); ok {
			d.line = begin
			all = append(all, d)
		}
		whole = ""
	}
	if d, ok := httpdLine(whole); ok {
		d.line = begin
		all = append(all, d)
	}
	return all
}

func httpdLine(line string) (d httpdDirective, ok bool) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return d, false
	}
	if inner, section := strings.CutPrefix(line, "<"); section {
		line, _ = strings.CutSuffix(inner, ">")
		line, d.close = strings.CutPrefix(line, "/")
		d.open = !d.close
	}
	name, args := line, ""
	if at := strings.IndexAny(line, " \t"); at >= 0 {
		name, args = line[:at], strings.TrimSpace(line[at:])
	}
	d.name, d.args = strings.ToLower(name), args
	return d, name != ""
}

// httpdWords splits the arguments of a directive as Apache does: at white space,
// but for what stands in quotes of either kind, where a backslash keeps the
// quote or backslash after it from meaning anything.
func httpdWords(args string) []string {
	var words []string
	for args = strings.TrimLeft(args, " \t"); args != ""; args = strings.TrimLeft(args, " \t") {
		var word strings.Builder
		quote, i := byte(0), 0
		if args[0] == '"' || args[0] == '\'' {
			quote, i = args[0], 1
		}
		for ; i < len(args); i++ {
			c := args[i]
			if c == '\\' && i+1 < len(args) && (args[i+1] == '\\' || quote != 0 && args[i+1] == quote) {
				i++
				word.WriteByte(args[i])
				continue
			}
			if quote != 0 && c == quote || quote == 0 && (c == ' ' || c == '\t') {
				i++
				break
			}
			word.WriteByte(c)
		}
		words = append(words, word.String())
		args = args[min(i, len(args)):]
	}
	return words
}

// httpdExpand puts in the values of ${NAME}. Names without a value stay, as in
// Apache, and are returned.
func httpdExpand(text string, value func(name string) (string, bool)) (expanded string, missing []string) {
	var b strings.Builder
	for {
		at := strings.Index(text, "${")
		if at < 0 {
			break
		}
		end := strings.IndexByte(text[at:], '}')
		if end < 0 {
			break
		}
		name := text[at+2 : at+end]
		b.WriteString(text[:at])
		if v, ok := value(name); ok {
			b.WriteString(v)
		} else {
			b.WriteString(text[at : at+end+1])
			missing = append(missing, name)
		}
		text = text[at+end+1:]
	}
	b.WriteString(text)
	return b.String(), missing
}

// shellExports reads the assignments of Debian's envvars: NAME=value, with or
// without export, in which $NAME and ${NAME} stand for what is known. What a
// shell would have to work out is passed over.
func shellExports(text []byte, env map[string]string) {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		line = strings.TrimSpace(strings.TrimPrefix(line, "export "))
		name, value, ok := strings.Cut(line, "=")
		if _, known := env[name]; !ok || known || strings.ContainsAny(name, " \t$#[(") {
			continue
		}
		value = strings.Trim(value, `"'`)
		if strings.ContainsAny(value, "`(") || strings.Contains(value, "##") {
			continue
		}
		env[name] = shellExpand(value, env)
	}
}

// shellExpand puts in $NAME and ${NAME}; unset names give nothing.
func shellExpand(text string, env map[string]string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		inner, braces := strings.CutPrefix(after, "{")
		end := strings.IndexFunc(inner, func(r rune) bool { return !isNameRune(r) })
		if end < 0 {
			end = len(inner)
		}
		b.WriteString(env[inner[:end]])
		text = inner[end:]
		if braces {
			_, text, _ = strings.Cut(text, "}")
		}
	}
}

func isNameRune(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// pipedLog gives the path, or the glob, that the program at the other end of a
// piped log writes to.
func pipedLog(command string) (string, bool) {
	command = strings.TrimLeft(command, "|$ ")
	words := httpdWords(command)
	if len(words) > 0 && (strings.HasSuffix(words[0], "/sh") || words[0] == "sh") && len(words) > 2 && words[1] == "-c" {
		words = httpdWords(words[2])
	}
	if len(words) == 0 {
		return "", false
	}
	program := words[0][strings.LastIndexByte(words[0], '/')+1:]
	switch program {
	case "rotatelogs", "rotatelogs2":
		return rotatelogs(words[1:])
	case "cronolog":
		return cronolog(words[1:])
	}
	return "", false
}

func rotatelogs(args []string) (string, bool) {
	fixed := false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch {
		case slices.Contains([]string{"-L", "-p", "-n"}, args[0]): // with a value
			fixed = fixed || args[0] == "-n"
			args = args[1:]
		case strings.Contains(args[0], "t"): // truncated instead of rotated
			fixed = true
		}
		args = args[min(1, len(args)):]
	}
	if len(args) == 0 {
		return "", false
	}
	if !strings.Contains(args[0], "%") && !fixed {
		return args[0] + ".*", true // the time when it was begun
	}
	return strftimeGlob(args[0]), true
}

func cronolog(args []string) (string, bool) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name, _, inline := strings.Cut(args[0], "=")
		args = args[1:]
		if !inline && slices.Contains([]string{"-S", "-H", "-P", "-z", "-d", "-p", "--symlink", "--hardlink", "--prev-symlink", "--period", "--delay"}, name) {
			args = args[min(1, len(args)):]
		}
	}
	if len(args) == 0 {
		return "", false
	}
	return strftimeGlob(args[0]), true
}

// strftimeGlob makes a name with parts of a time a glob.
func strftimeGlob(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' || i+1 == len(name) {
			b.WriteByte(name[i])
			continue
		}
		i++
		if name[i] == '%' {
			b.WriteByte('%')
		} else if !strings.HasSuffix(b.String(), "*") {
			b.WriteByte('*')
		}
	}
	return b.String()
}
