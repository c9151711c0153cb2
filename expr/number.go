package expr

import (
	"cmp"
	"math"
	"strconv"
	"unsafe"

	"github.com/naru-log/naru/event"
)

// number is an int64 when whole is set, a finite float64 otherwise.
type number struct {
	i     int64
	f     float64
	whole bool
}

func (n number) value() event.Value {
	if n.whole {
		return event.IntValue(n.i)
	}
	return event.FloatValue(n.f)
}

func (n number) float() float64 {
	if n.whole {
		return float64(n.i)
	}
	return n.f
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// toNumber converts as HCL does: numbers, and text that is a decimal number.
func toNumber(v event.Value) (number, bool) {
	switch v.Kind() {
	case event.Int:
		return number{i: v.Int(), whole: true}, true
	case event.Float:
		return number{f: v.Float()}, finite(v.Float())
	case event.String:
		return parseNumber(v.Bytes())
	}
	return number{}, false
}

// parseNumber reads [+-]digits[.digits][e[+-]digits]. The form is checked first
// because strconv takes more than HCL does and allocates its errors.
func parseNumber(b []byte) (number, bool) {
	whole, ok := numberForm(b)
	if !ok {
		return number{}, false
	}
	s := unsafe.String(unsafe.SliceData(b), len(b)) // strconv does not keep it
	if whole && len(b) <= 20 {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return number{i: i, whole: true}, true
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return number{f: f}, err == nil
}

// numberForm reports whether b is a decimal number and whether it is one
// without point and exponent.
func numberForm(b []byte) (whole, ok bool) {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	before := digits(b)
	b = b[before:]
	after := 0
	whole = len(b) == 0
	if len(b) > 0 && b[0] == '.' {
		after = digits(b[1:])
		b = b[1+after:]
	}
	if before+after == 0 {
		return false, false
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		b = b[1:]
		if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
			b = b[1:]
		}
		n := digits(b)
		if n == 0 {
			return false, false
		}
		b = b[n:]
	}
	return whole, len(b) == 0
}

func digits(b []byte) int {
	for i, c := range b {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(b)
}

// compareNumbers is exact, also between an int64 and a float64.
func compareNumbers(a, b number) int {
	switch {
	case a.whole && b.whole:
		return cmp.Compare(a.i, b.i)
	case a.whole:
		return compareIntFloat(a.i, b.f)
	case b.whole:
		return -compareIntFloat(b.i, a.f)
	}
	return cmp.Compare(a.f, b.f)
}

func compareIntFloat(i int64, f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -1<<63:
		return 1
	}
	floor := math.Floor(f)
	if c := cmp.Compare(i, int64(floor)); c != 0 {
		return c
	}
	return cmp.Compare(floor, f)
}

// arithmetic gives a op b. Whole numbers stay whole while they fit in an int64.
// It reports false when there is no finite result: division by zero, overflow.
func arithmetic(op byte, a, b number) (number, bool) {
	if a.whole && b.whole {
		if n, ok := wholeArithmetic(op, a.i, b.i); ok {
			return n, true
		}
	}
	x, y := a.float(), b.float()
	var f float64
	switch op {
	case '+':
		f = x + y
	case '-':
		f = x - y
	case '*':
		f = x * y
	case '/':
		f = x / y
	case '%':
		f = math.Mod(x, y)
	}
	if f == 0 {
		f = 0 // never the negative zero
	}
	return number{f: f}, finite(f) && !(y == 0 && (op == '/' || op == '%'))
}

func wholeArithmetic(op byte, a, b int64) (number, bool) {
	var c int64
	ok := true
	switch op {
	case '+':
		c = a + b
		ok = (c > a) == (b > 0)
	case '-':
		c = a - b
		ok = (c < a) == (b > 0)
	case '*':
		c = a * b
		const half = 1 << 31
		small := -half < a && a < half && -half < b && b < half // spares the division
		ok = small || a == 0 || c/a == b && !(a == -1 && b == math.MinInt64)
	case '/', '%':
		if b == 0 || b == -1 && a == math.MinInt64 {
			return number{}, false
		}
		if c = a % b; op == '/' {
			c, ok = a/b, c == 0
		}
	}
	return number{i: c, whole: true}, ok
}

// negate gives -n.
func negate(n number) number {
	if n.whole && n.i != math.MinInt64 {
		return number{i: -n.i, whole: true}
	}
	return number{f: 0 - n.float()} // never the negative zero
}

// rounded turns a float that is whole into an int64 when it fits.
func rounded(f float64) number {
	if f >= -1<<63 && f < 1<<63 {
		return number{i: int64(f), whole: true}
	}
	return number{f: f}
}
