package uap

import (
	"strings"
	"sync"
	"testing"

	"github.com/ua-parser/uap-go/uaparser"
)

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		v    Version
		want string
	}{
		{Version{}, ""},
		{Version{Major: "50"}, "50"},
		{Version{"50", "0", "", ""}, "50.0"},
		{Version{"15", "0", "a2", ""}, "15.0.a2"},
		{Version{"54", "0", "2840", "59"}, "54.0.2840.59"},
		{Version{"1", "", "2", ""}, "1"},
		{Version{"", "7", "", ""}, ""},
	} {
		if got := c.v.String(); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.v, got, c.want)
		}
	}
	for _, c := range []struct {
		r    Result
		want string
	}{
		{Result{OS: Other}, ""},
		{Result{OS: "Windows", OSVersion: Version{Major: "7"}}, "Windows 7"},
		{Result{OS: "Mac OS X", OSVersion: Version{"10", "10", "5", ""}}, "Mac OS X 10.10.5"},
		{Result{OS: "Linux"}, ""},
	} {
		if got := c.r.OSFull(); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.r, got, c.want)
		}
	}
}

func TestTemplates(t *testing.T) {
	const ua = "ab cd"
	caps := []int32{0, 5, 0, 2, 2, 5, -1, -1}
	for text, want := range map[string]string{
		"": "", "x": "x", " x ": "x", "$1": "ab", "$2": "cd", "$3": "", "$4": "", "$9$1": "ab", "$1$2": "ab cd", "<$1>": "<ab>",
		"$": "$", "$0": "$0", "$$1": "$ab", "a$": "a$", "$3 $1 ": "ab", "$10": "ab0", "US$5$x": "US$x",
	} {
		tpl := newTemplate(text, 3)
		if got := tpl.expand(ua, caps); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestResultKeepsNothing overwrites the user agent after it was parsed.
func TestResultKeepsNothing(t *testing.T) {
	p := Default()
	ua := []byte("Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36")
	var got, want Result
	p.Parse(ua, &got)
	p.Parse([]byte(string(ua)), &want)
	for i := range ua {
		ua[i] = 'x'
	}
	if got != want || got.Device != "Samsung SM-S918N" {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestEndlessUserAgent(t *testing.T) {
	ua := strings.Repeat("; A100; U1 Build/", 1<<20/17)
	var got, want Result
	Default().Parse([]byte(ua), &got)
	Default().Parse([]byte(ua[:maxLength]), &want)
	if got.Family != want.Family || got.OS != want.OS || got.Device != want.Device {
		t.Errorf("got %+v, want what its beginning gives: %+v", got, want)
	}
}

func TestConcurrentParse(t *testing.T) {
	p, err := Load(uaparser.DefinitionYaml) // with no rule compiled yet
	if err != nil {
		t.Fatal(err)
	}
	want := make([]Result, len(samples))
	for i, s := range samples {
		Default().Parse([]byte(s.ua), &want[i])
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for n := range 3 * len(samples) {
				i := (n*(2*g+1) + g) % len(samples)
				var got Result
				if p.Parse([]byte(samples[i].ua), &got); got != want[i] {
					t.Errorf("%q: got %+v, want %+v", samples[i].ua, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

// TestEqualsSequential compares with the sequential matcher over the samples and what they become when damaged.
func TestEqualsSequential(t *testing.T) {
	p, ref := Default(), newReference(t, uaparser.DefinitionYaml)
	odd := []string{"\xff", "ſ", "\u212a", "é", "\n", "bot", "; "}
	for i, s := range samples {
		same(t, p, ref, s.ua)
		at := len(s.ua) * (i % 10) / 10
		switch i % 3 {
		case 0:
			same(t, p, ref, s.ua[:at]+odd[i%len(odd)]+s.ua[at:])
		case 1:
			same(t, p, ref, s.ua[at:]+" "+samples[(i*7)%len(samples)].ua)
		case 2:
			same(t, p, ref, strings.NewReplacer("s", "ſ", "k", "\u212a").Replace(s.ua))
		}
	}
}

// same fails the test if the parser and the sequential matcher differ.
func same(t testing.TB, p *Parser, ref *reference, ua string) {
	t.Helper()
	var got Result
	p.Parse([]byte(ua), &got)
	got.Type, got.DeviceType = 0, 0
	if want := ref.parse(ua); got != want {
		t.Errorf("%q:\ngot  %+v\nwant %+v", ua, got, want)
	}
}

func FuzzParse(f *testing.F) {
	p, ref := Default(), newReference(f, uaparser.DefinitionYaml)
	for _, s := range samples {
		f.Add(s.ua)
	}
	f.Fuzz(func(t *testing.T, ua string) {
		if len(ua) <= 1000 {
			same(t, p, ref, ua)
		}
	})
}

func TestParseAllocatesLittle(t *testing.T) {
	p := Default()
	ua := []byte(samples[3].ua)
	var r Result
	var mem scratch // of our own: a pool forgets now and then, on purpose in race tests
	p.parse(&mem, ua, &r)
	if n := testing.AllocsPerRun(200, func() { p.parse(&mem, ua, &r) }); n > 2 {
		t.Errorf("%v allocations, want the copy of the user agent and a device's name at most", n)
	}
}
