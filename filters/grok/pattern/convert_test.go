package pattern_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern"
)

func TestParseIntegers(t *testing.T) {
	for _, c := range []struct {
		text      string
		int, long string // "" for an error
	}{
		{"0", "0", "0"}, {"007", "7", "7"}, {"+5", "5", "5"}, {"-5", "-5", "-5"},
		{"2147483647", "2147483647", "2147483647"}, {"2147483648", "", "2147483648"},
		{"-2147483648", "-2147483648", "-2147483648"}, {"-2147483649", "", "-2147483649"},
		{"9223372036854775807", "", "9223372036854775807"}, {"9223372036854775808", "", ""},
		{"-9223372036854775808", "", "-9223372036854775808"}, {"99999999999999999999", "", ""},
		{"٣٤", "34", "34"}, {"", "", ""}, {"+", "", ""}, {"-", "", ""}, {"--1", "", ""}, {"1 ", "", ""}, {" 1", "", ""},
		{"0x1F", "", ""}, {"12L", "", ""}, {"1_000", "", ""}, {"1.0", "", ""}, {"abc", "", ""},
	} {
		i, err := pattern.ParseInt([]byte(c.text))
		check(t, "int", c.text, fmt.Sprint(i), c.int, err)
		l, err := pattern.ParseLong([]byte(c.text))
		check(t, "long", c.text, fmt.Sprint(l), c.long, err)
	}
}

func check(t *testing.T, kind, text, got, want string, err error) {
	t.Helper()
	if err != nil {
		if want != "" || !errors.Is(err, pattern.ErrConversion) {
			t.Errorf("%s %q: %v, want %q", kind, text, err, want)
		}
		return
	}
	if got != want {
		t.Errorf("%s %q = %s, want %q", kind, text, got, want)
	}
}

func TestParseFloats(t *testing.T) {
	for _, c := range []struct {
		text string
		want string
	}{
		{"1", "1"}, {"-1.5", "-1.5"}, {"+.5", "0.5"}, {"5.", "5"}, {"1f", "1"}, {"1d", "1"}, {"1.5F", "1.5"}, {"1e5", "100000"},
		{"1E-2d", "0.01"}, {"0x1p3", "8"}, {"0x1.8p1f", "3"}, {"NaN", "NaN"}, {"Infinity", "+Inf"}, {"-Infinity", "-Inf"},
		{"1e400", "+Inf"}, {" 1\t", "1"}, {"", ""}, {".", ""}, {"1,5", ""}, {"inf", ""}, {"nan", ""}, {"0x1", ""}, {"1e", ""},
		{"1_0", ""}, {"1ff", ""}, {"abc", ""}, {"+", ""}, {"f", ""}, {"infinity", ""},
	} {
		f, err := pattern.ParseDouble([]byte(c.text))
		check(t, "double", c.text, fmt.Sprint(f), c.want, err)
	}
	if f, err := pattern.ParseFloat([]byte("0.1")); err != nil || f != 0.1 {
		t.Errorf("float 0.1 = %v, %v", f, err)
	}
	if f, err := pattern.ParseFloat([]byte("1e39")); err != nil || !math.IsInf(float64(f), 1) {
		t.Errorf("float 1e39 = %v, %v", f, err)
	}
}

func TestParseBoolean(t *testing.T) {
	for text, want := range map[string]bool{"true": true, "TRUE": true, "True": true, "yes": false, "1": false, "": false, " true": false} {
		if got := pattern.ParseBoolean([]byte(text)); got != want {
			t.Errorf("%q = %v", text, got)
		}
	}
}

func TestConversionsDoNotAllocate(t *testing.T) {
	number, text := []byte("12345.25"), []byte("1234567")
	n := testing.AllocsPerRun(100, func() {
		_, _ = pattern.ParseInt(text)
		_, _ = pattern.ParseLong(text)
		_, _ = pattern.ParseFloat(number)
		_, _ = pattern.ParseDouble(number)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestIntegersAgreeWithStrconv goes over all lengths, with a byte of each kind
// in each place.
func TestIntegersAgreeWithStrconv(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	for range 200_000 {
		text := make([]byte, random.IntN(21))
		for i := range text {
			text[i] = byte('0' + random.IntN(10))
		}
		if len(text) > 0 && random.IntN(3) == 0 {
			text[random.IntN(len(text))] = "-+/:a \x00\x7f\xb0"[random.IntN(9)]
		}
		got, err := pattern.ParseLong(text)
		want, wantErr := strconv.ParseInt(string(text), 10, 64)
		if got != want && wantErr == nil || (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %d, %v; strconv says %d, %v", text, got, err, want, wantErr)
		}
	}
}
