//go:build servers

package date

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/servers/maven"
)

// jodaFormats are the formats that are compared, with a layout that writes texts
// for them.
var jodaFormats = []struct{ format, layout string }{
	{"dd/MMM/yyyy:HH:mm:ss Z", "02/Jan/2006:15:04:05 -0700"},
	{"yyyy-MM-dd HH:mm:ss,SSS", "2006-01-02 15:04:05,000"},
	{"yyyy-MM-dd'T'HH:mm:ss.SSSZZ", "2006-01-02T15:04:05.000-07:00"},
	{"yyyyMMddHHmmssSSS", ""},
	{"yyMMdd HHmmss", "060102 150405"},
	{"M/d/yyyy h:mm:ss a", "1/2/2006 3:04:05 PM"},
	{"MMMM d, yyyy K:mm a", "January 2, 2006 3:04 PM"},
	{"yyyy-DDD kk", "2006-002 15"},
	{"yyyy.MM.dd 'at' HH 'o''clock'", "2006.01.02 at 15 o'clock"},
	{"ISO8601", time.RFC3339Nano},
	{"ISO8601", "2006-01-02T15:04:05"},
	{"ISO8601", "2006-01-02T15:04"},
	{"ISO8601", "2006-01-02"},
}

// Joda-Time, which Logstash parses with, reads the same texts, and refuses the
// same ones of those that a byte was changed in.
func TestAgreesWithJoda(t *testing.T) {
	jar, err := maven.Fetch(t.Context(), "joda-time:joda-time:2.14.0")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(9, 10))
	var cases [][2]string
	var input bytes.Buffer
	for _, f := range jodaFormats {
		for i := range 400 {
			text := jodaText(random, f.layout)
			if i%2 == 1 {
				text = damage(random, text)
			}
			cases = append(cases, [2]string{f.format, text})
			fmt.Fprintf(&input, "%s\t%s\n", f.format, text)
		}
	}
	cmd := exec.CommandContext(t.Context(), "java", "-Xmx256m", "-cp", jar, "testdata/Joda.java")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = &input, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run Joda-Time (a JDK 17 or newer is needed): %v\n%s", err, stderr.String())
	}
	answers := bufio.NewScanner(bytes.NewReader(out))
	readers := map[string]*reader{}
	different := 0
	for i, c := range cases {
		if !answers.Scan() {
			t.Fatalf("Joda-Time gave %d answers for %d texts", i, len(cases))
		}
		r := readers[c[0]]
		if r == nil {
			r = newReader(t, nil, c[0])
			readers[c[0]] = r
		}
		got := "failed"
		if text := r.read(c[1]); text != "failed" {
			got = strconv.FormatInt(time.Unix(0, r.ev.UnixNano(event.Timestamp)).UnixMilli(), 10)
		}
		if want := answers.Text(); got != want && !deliberate(c[1], want) {
			if different++; different < 30 {
				t.Errorf("%s: %q = %s, Joda-Time says %s", c[0], c[1], got, want)
			}
		}
	}
}

// jodaText writes a random time; an empty layout means digits down to the
// millisecond.
func jodaText(random *rand.Rand, layout string) string {
	at := time.UnixMilli(random.Int64N(8e12) - 4e12).UTC()
	if strings.Contains(layout, "07") {
		at = at.In(time.FixedZone("", (random.IntN(96)-48)*900))
	}
	if layout == "" {
		return strings.Replace(at.Format("20060102150405.000"), ".", "", 1)
	}
	return at.Format(layout)
}

// damage changes, deletes or doubles one byte. It puts no letters and spaces in,
// for this filter takes names in any case, and a space before the offset.
func damage(random *rand.Rand, text string) string {
	i := random.IntN(len(text))
	switch random.IntN(3) {
	case 0:
		return text[:i] + text[i+1:]
	case 1:
		return text[:i] + text[i:i+1] + text[i:]
	}
	const bytes = "0123456789:/-+.,"
	return text[:i] + string(bytes[random.IntN(len(bytes))]) + text[i+1:]
}

// fractions are of an hour or a minute, which only ISO 8601 itself has.
var fractions = regexp.MustCompile(`[Tt]\d{1,2}(:\d{1,2})?[.,]\d`)

// deliberate reports differences that are meant: instants that nanoseconds since
// 1970 cannot hold, and fractions of hours.
func deliberate(text, joda string) bool {
	ms, err := strconv.ParseInt(joda, 10, 64)
	outside := err == nil && (ms/1000 < minSecond || ms/1000 > maxSecond)
	return outside || fractions.MatchString(text)
}
