package date

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// Go's time package reads the same texts for formats that both know.
var layouts = []struct{ format, layout string }{
	{"dd/MMM/yyyy:HH:mm:ss Z", "02/Jan/2006:15:04:05 -0700"},
	{"yyyy-MM-dd HH:mm:ss.SSS", "2006-01-02 15:04:05.000"},
	{"yyyyMMddHHmmss", "20060102150405"},
	{"EEEE, dd MMMM yyyy hh:mm:ss a", "Monday, 02 January 2006 03:04:05 PM"},
	{"EEE, dd MMM yyyy HH:mm:ss ZZ", "Mon, 02 Jan 2006 15:04:05 -07:00"},
	{"yyyy-DDD HH", "2006-002 15"},
	{"ISO8601", time.RFC3339Nano},
}

func TestAgreesWithGo(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	zone := time.FixedZone("", 9*3600+1800)
	for _, l := range layouts {
		r := newReader(t, nil, l.format)
		for range 2000 {
			at := time.Unix(random.Int64N(16e9)-8e9, random.Int64N(1e9))
			if strings.Contains(l.layout, "07") {
				at = at.In(zone)
			} else {
				at = at.UTC()
			}
			text := at.Format(l.layout)
			want, err := time.Parse(l.layout, text)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.read(text); got != want.UTC().Format(time.RFC3339Nano) {
				t.Fatalf("%s: %q = %s, Go says %s", l.format, text, got, want.UTC().Format(time.RFC3339Nano))
			}
		}
	}
}

// What Go takes as RFC 3339, ISO8601 takes too and means the same.
func FuzzISO8601(f *testing.F) {
	for _, text := range []string{"2018-04-26T01:28:08Z", "2018-04-26T01:28:08.123+09:00", "2016-02-29T23:59:59,5-00:01", "1700-01-01T00:00:00Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := newReader(t, nil, "ISO8601").read(text)
		want, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || want.Year() < 1680 || want.Year() > 2260 {
			return
		}
		if got != want.UTC().Format(time.RFC3339Nano) {
			t.Errorf("%q = %s, Go says %s", text, got, want.UTC().Format(time.RFC3339Nano))
		}
	})
}

// Any format is refused or works on any text.
func FuzzFormat(f *testing.F) {
	f.Add("dd/MMM/yyyy:HH:mm:ss Z", "26/Apr/2018:01:28:08 +0900")
	f.Add("xxxx-'W'ww-e a ZZZ", "2018-W17-4 pm Asia/Seoul")
	f.Fuzz(func(t *testing.T, format, text string) {
		if _, err := compile(format, locales["ko"]); err != nil {
			return
		}
		r := newReader(t, func(c *Config) { c.Locale = "ko" }, format)
		first := r.read(text)
		if again := r.read(text); again != first {
			t.Errorf("%q: %q = %s, then %s", format, text, first, again)
		}
	})
}
