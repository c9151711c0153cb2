package expr

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
)

func TestCompareIntFloat(t *testing.T) {
	ints := []int64{0, 1, -1, 5, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, 1<<53 + 1, -1<<62 - 1, 1 << 62}
	floats := []float64{0, 0.5, -0.5, 1, -1, 5, 1 << 53, 1 << 62, -1 << 62, 1 << 63, -1 << 63, -1<<63 - 2048, 1e300, -1e300, 5.000001}
	for _, i := range ints {
		for _, f := range floats {
			want := new(big.Float).SetInt64(i).Cmp(big.NewFloat(f))
			if got := compareIntFloat(i, f); got != want {
				t.Errorf("%d against %v: %d, want %d", i, f, got, want)
			}
		}
	}
}

func TestArithmeticIsExact(t *testing.T) {
	values := []int64{0, 1, -1, 2, 7, -7, 1 << 31, math.MaxInt64, math.MinInt64, math.MaxInt64 / 2, 3037000500}
	for _, a := range values {
		for _, b := range values {
			x, y := big.NewInt(a), big.NewInt(b)
			for op, want := range map[byte]*big.Int{'+': new(big.Int).Add(x, y), '-': new(big.Int).Sub(x, y), '*': new(big.Int).Mul(x, y)} {
				got, ok := arithmetic(op, number{i: a, whole: true}, number{i: b, whole: true})
				if !ok || got.whole != want.IsInt64() || got.whole && got.i != want.Int64() {
					t.Errorf("%d %c %d = %+v, want %v", a, op, b, got, want)
				}
			}
		}
	}
}

// A time has the text that the document has.
func TestTimeText(t *testing.T) {
	s := event.NewSchema()
	s.Freeze()
	for _, ns := range []int64{0, 1, -1, 999999, 1000000, 1524673688e9, 1524673688123456789, -62135596800} {
		ev := event.NewEvent(s)
		ev.Reset(nil, nil, 0)
		ev.Unset(event.Message)
		ev.SetUnixNano(event.Timestamp, ns)
		doc := string(event.NewEncoder(s).Append(nil, ev))
		if got := `{"@timestamp":"` + string(appendTime(nil, time.Unix(0, ns))) + `"}`; got != doc {
			t.Errorf("%d: %s, the document has %s", ns, got, doc)
		}
	}
}
