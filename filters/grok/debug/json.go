package debug

import (
	"bufio"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// objects writes one JSON object a line: {"match": true, "captures": {...}}
// or {"match": false}. Where the line matched but a value is not of the type
// it was to have, or the work allowed for a line was used up, there is an
// error too.
type objects struct {
	w       *bufio.Writer
	scratch []byte
}

func (o *objects) line(_ int, line []byte, m *pattern.Matcher, r pattern.Result) error {
	b := o.scratch[:0]
	switch r {
	case pattern.Matched:
		captures, err := appendCaptures(append(b, `{"match": true, "captures": {`...), line, m)
		if err != nil {
			b = appendFailure(b, err.Error())
		} else {
			b = append(captures, "}}\n"...)
		}
	case pattern.LimitExceeded:
		b = appendFailure(b, limitMessage)
	default:
		b = append(b, "{\"match\": false}\n"...)
	}
	o.scratch = b
	_, err := o.w.Write(b)
	return err
}

func (o *objects) end() error { return nil }

const limitMessage = "gave up: the pattern needs more work on this line than is allowed"

func appendFailure(b []byte, message string) []byte {
	b = append(b, `{"match": false, "error": `...)
	return append(appendString(b, message), "}\n"...)
}

// appendCaptures appends the captures that took part in the match as members
// of an object: a value, or an array where several groups of a name took part.
func appendCaptures(b []byte, line []byte, m *pattern.Matcher) ([]byte, error) {
	first := true
	for i, c := range m.Pattern().Captures() {
		values := m.Values(i)
		if len(values) == 0 {
			continue
		}
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = append(appendString(b, c.Name), ": "...)
		var err error
		if b, err = appendValues(b, line, values); err != nil {
			return b, err
		}
	}
	return b, nil
}

func appendValues(b, line []byte, values []pattern.Value) ([]byte, error) {
	if len(values) > 1 {
		b = append(b, '[')
	}
	for j, v := range values {
		if j > 0 {
			b = append(b, ", "...)
		}
		var err error
		if b, err = appendValue(b, v.Type, line[v.Start:v.End]); err != nil {
			return b, err
		}
	}
	if len(values) > 1 {
		b = append(b, ']')
	}
	return b, nil
}

func appendValue(b []byte, t pattern.Type, text []byte) ([]byte, error) {
	switch t {
	case pattern.Int:
		n, err := pattern.ParseInt(text)
		return strconv.AppendInt(b, int64(n), 10), err
	case pattern.Long:
		n, err := pattern.ParseLong(text)
		return strconv.AppendInt(b, n, 10), err
	case pattern.Float:
		n, err := pattern.ParseFloat(text)
		return appendFloat(b, float64(n), 32), err
	case pattern.Double:
		n, err := pattern.ParseDouble(text)
		return appendFloat(b, n, 64), err
	case pattern.Boolean:
		return strconv.AppendBool(b, pattern.ParseBoolean(text)), nil
	default:
		return appendString(b, string(text)), nil
	}
}

// appendFloat writes what JSON has no number for as Java's name for it, in a
// string.
func appendFloat(b []byte, n float64, bits int) []byte {
	switch {
	case math.IsNaN(n):
		return append(b, `"NaN"`...)
	case math.IsInf(n, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(n, -1):
		return append(b, `"-Infinity"`...)
	}
	return strconv.AppendFloat(b, n, 'g', -1, bits)
}

// appendString replaces what is not UTF-8 by U+FFFD.
func appendString(b []byte, s string) []byte {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // neither a string nor a Builder fails
	return append(b, strings.TrimSuffix(out.String(), "\n")...)
}
