package uap

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// section is one of the three lists of a rule file.
type section uint8

const (
	agents section = iota
	systems
	devices
	sections
)

// maxFields is how many fields the richest section fills.
const maxFields = 5

// sectionNames and fieldKeys are the vocabulary of a rule file. The key of a field holds its template; by default
// field i of a user agent or an operating system is capture i+1. Of a device, family and model are capture 1.
var (
	sectionNames = [sections]string{"user_agent_parsers", "os_parsers", "device_parsers"}
	fieldKeys    = [sections][]string{
		{"family_replacement", "v1_replacement", "v2_replacement", "v3_replacement", "v4_replacement"},
		{"os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement", "os_v4_replacement"},
		{"device_replacement", "brand_replacement", "model_replacement"},
	}
	defaultTemplates = [sections][]string{
		{"$1", "$2", "$3", "$4", "$5"},
		{"$1", "$2", "$3", "$4", "$5"},
		{"$1", "", "$1"},
	}
)

// definition is one rule as the file has it.
type definition struct {
	section   section
	line      int
	regex     string
	fold      bool
	templates [maxFields]string
	given     [maxFields]bool
}

// readRules reads a rule file: YAML of the shape that all of uap-core's releases have, three lists of flat maps. A
// library for the whole of YAML takes longer than everything else that loading does. What has another shape is an
// error that names the line.
func readRules(file []byte) ([]definition, error) {
	r := ruleReader{section: sections, rules: make([]definition, 0, bytes.Count(file, []byte("regex:")))}
	file = bytes.TrimPrefix(file, []byte("\ufeff"))
	if !utf8.Valid(file) {
		return nil, fmt.Errorf("the rules are not UTF-8 text")
	}
	for line := range bytes.Lines(file) {
		r.line++
		if err := r.read(strings.TrimRight(string(line), " \t\r\n")); err != nil {
			return nil, fmt.Errorf("line %d: %w", r.line, err)
		}
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	if len(r.rules) == 0 {
		return nil, fmt.Errorf("no rules: expected lists named %s", strings.Join(sectionNames[:], ", "))
	}
	return r.rules, nil
}

type ruleReader struct {
	line    int
	section section
	rules   []definition
	open    bool // the last rule may get more keys
}

func (r *ruleReader) read(line string) error {
	text := strings.TrimLeft(line, " ")
	switch {
	case text == "" || text[0] == '#' || line == "---" || line == "...":
		return nil
	case text[0] == '\t':
		return fmt.Errorf("indented with a tab; YAML takes spaces only")
	}
	item := strings.HasPrefix(text, "- ")
	if len(text) == len(line) && !item {
		return r.startSection(line)
	}
	if r.section == sections {
		return fmt.Errorf("a rule before the first section (%s)", strings.Join(sectionNames[:], ", "))
	}
	if item {
		if err := r.finish(); err != nil {
			return err
		}
		r.rules = append(r.rules, definition{section: r.section, line: r.line})
		r.open = true
		text = strings.TrimLeft(text[2:], " ")
	} else if !r.open {
		return fmt.Errorf("expected a rule that begins with %q", "- regex:")
	}
	key, rest, ok := strings.Cut(text, ":")
	if !ok || rest != "" && rest[0] != ' ' {
		return fmt.Errorf("expected %q, got %q", "key: value", text)
	}
	value, err := scalar(strings.TrimLeft(rest, " "))
	if err != nil {
		return fmt.Errorf("value of %s: %w", key, err)
	}
	return r.set(strings.TrimRight(key, " "), value)
}

func (r *ruleReader) startSection(line string) error {
	if err := r.finish(); err != nil {
		return err
	}
	name, rest, ok := strings.Cut(line, ":")
	if rest = strings.TrimLeft(rest, " "); !ok || rest != "" && rest != "[]" && rest[0] != '#' {
		return fmt.Errorf("expected a section (%s), got %q", strings.Join(sectionNames[:], ", "), line)
	}
	for s, n := range sectionNames {
		if n == name {
			r.section = section(s)
			return nil
		}
	}
	return fmt.Errorf("unknown section %q; the sections are %s", name, strings.Join(sectionNames[:], ", "))
}

func (r *ruleReader) set(key, value string) error {
	rule := &r.rules[len(r.rules)-1]
	switch key {
	case "regex":
		if rule.regex != "" {
			return fmt.Errorf("a second regex in the rule of line %d", rule.line)
		}
		rule.regex = value
		return nil
	case "regex_flag":
		if value != "i" {
			return fmt.Errorf("regex_flag is %q; the only flag is \"i\"", value)
		}
		rule.fold = true
		return nil
	}
	for i, k := range fieldKeys[rule.section] {
		if k == key {
			if rule.given[i] {
				return fmt.Errorf("a second %s in the rule of line %d", key, rule.line)
			}
			rule.templates[i], rule.given[i] = value, value != ""
			return nil
		}
	}
	for _, keys := range fieldKeys {
		if slices.Contains(keys, key) {
			return nil // of another list: releases of uap-core have such, without effect
		}
	}
	return fmt.Errorf("unknown key %q in %s; the keys are regex, regex_flag, %s",
		key, sectionNames[rule.section], strings.Join(fieldKeys[rule.section], ", "))
}

// finish checks the rule that ends here and gives it the defaults of what it leaves out.
func (r *ruleReader) finish() error {
	if !r.open {
		return nil
	}
	r.open = false
	rule := &r.rules[len(r.rules)-1]
	if rule.regex == "" {
		return fmt.Errorf("the rule of line %d has no regex", rule.line)
	}
	for i, t := range defaultTemplates[rule.section] {
		if !rule.given[i] {
			rule.templates[i] = t
		}
	}
	return nil
}

// scalar reads a YAML scalar that stands on one line: single-quoted, double-quoted or plain.
func scalar(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	switch s[0] {
	case '\'':
		return singleQuoted(s)
	case '"':
		return doubleQuoted(s)
	case '|', '>', '[', '{', '&', '*', '!', '%', '@', '`':
		return "", fmt.Errorf("%q is not text on one line; put it in single quotes", s)
	case '#':
		return "", nil
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = strings.TrimRight(s[:i], " ")
	}
	if s == "~" || s == "null" {
		return "", nil
	}
	return s, nil
}

func singleQuoted(s string) (string, error) {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			i++
			continue
		}
		text := s[1:i]
		if strings.Contains(text, "''") {
			text = strings.ReplaceAll(text, "''", "'")
		}
		return text, onlyComment(s[i+1:])
	}
	return "", fmt.Errorf("no closing quote in %s", s)
}

// doubleQuoted reads a value with JSON's escapes and \x, which is what YAML's have in common with Go's.
func doubleQuoted(s string) (string, error) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			text, err := strconv.Unquote(strings.ReplaceAll(s[:i+1], `\/`, `/`))
			if err != nil {
				return "", fmt.Errorf("%s is not a double-quoted text", s[:i+1])
			}
			return text, onlyComment(s[i+1:])
		}
	}
	return "", fmt.Errorf("no closing quote in %s", s)
}

func onlyComment(rest string) error {
	if rest = strings.TrimLeft(rest, " \t"); rest != "" && rest[0] != '#' {
		return fmt.Errorf("%q after the closing quote", rest)
	}
	return nil
}
