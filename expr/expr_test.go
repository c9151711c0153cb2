package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
)

// document is the event that the tests ask about.
func document(t testing.TB, src string) (*event.Event, *Program, error) {
	t.Helper()
	s := event.NewSchema()
	slot := func(path string, kind event.Kind) event.Slot {
		n, err := s.Slot(path, kind)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	status := slot("http.response.status_code", event.Int)
	path := slot("url.path", event.String)
	size := slot("size", event.String)
	ratio := slot("ratio", event.Float)
	ok := slot("ok", event.Bool)
	ip := slot("source.ip", event.IP)
	point := slot("source.geo.location", event.GeoPoint)
	category := slot("event.category", event.List)
	kind := slot("event.kind", event.JSON)
	types := slot("event.type", event.JSON)
	times := slot("times", event.List)
	sizes := slot("sizes", event.JSON)
	slot("gone", event.String)
	slot("nothing", event.Int)
	tag := s.Tag("_grokparsefailure")
	e, diags := Parse(src, "test.hcl", nil)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	p, err := e.Compile(s)
	s.Freeze()
	ev := event.NewEvent(s)
	ev.Reset(nil, []byte("GET /Index.html"), 0)
	ev.SetUnixNano(event.Timestamp, 1524673688e9)
	ev.SetInt(status, 408)
	ev.SetString(path, "/Index.html")
	ev.SetString(size, "1234")
	ev.SetFloat(ratio, 0.5)
	ev.SetBool(ok, true)
	ev.SetIP(ip, []byte("10.1.2.3"))
	ev.SetPoint(point, 37.5, 127)
	ev.SetList(category, []event.Value{event.StringValue([]byte("web")), event.IntValue(7)})
	ev.SetJSON(kind, []byte(`"ev\u0065nt"`))
	ev.SetJSON(types, []byte(`["access", "a,b", 3, [1, 2]]`))
	ev.SetList(times, []event.Value{event.StringValue([]byte("0.5")), event.IntValue(1), event.StringValue([]byte("2"))})
	ev.SetJSON(sizes, []byte(`[1, "2", 0.25]`))
	ev.AddTag(tag)
	return ev, p, err
}

func show(v event.Value) string {
	switch v.Kind() {
	case event.Absent:
		return "absent"
	case event.JSON:
		return string(v.Bytes())
	case event.GeoPoint:
		lat, lon := v.Point()
		return fmt.Sprint(lat, ",", lon)
	case event.String:
		return fmt.Sprintf("%q", v.Bytes())
	}
	b, _ := appendText(nil, v)
	return string(b)
}

func TestEval(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{`http.response.status_code`, "408"},
		{`http.response.status_code >= 500 && !startswith(url.path, "/health")`, "false"},
		{`http.response.status_code == 408`, "true"},
		{`408 == http.response.status_code`, "true"},
		{`500 > http.response.status_code`, "true"},
		{`gone != "x"`, "false"},
		{`!(gone == "x")`, "true"},
		{`gone == null`, "true"},
		{`gone != null`, "false"},
		{`event.category != null`, "true"},
		{`has(event.category)`, "true"},
		{`size > 1000`, "true"},
		{`size * 2`, "2468"},
		{`1 + 2 * 3`, "7"},
		{`-ratio`, "-0.5"},
		{`7 / 2`, "3.5"},
		{`size % 10 + 0.5`, "4.5"},
		{`http.response.status_code / nothing`, "absent"},
		{`http.response.status_code / (size - 1234)`, "absent"},
		{`"${http.response.status_code} ${url.path}"`, `"408 /Index.html"`},
		{`"${lower(url.path)}-${upper(url.path)}-${ratio}-${ok}-${source.ip}"`, `"/index.html-/INDEX.HTML-0.5-true-10.1.2.3"`},
		{`"a${size}b${size}c${size}d${size}e${size}f${size}g${size}"`, `"a1234b1234c1234d1234e1234f1234g1234"`},
		{`"${gone}x"`, "absent"},
		{`"at ${field("@timestamp")}"`, `"at 2018-04-25T16:28:08.000Z"`},
		{`field("@timestamp") == "2018-04-25T16:28:08.000Z"`, "true"},
		{`ok ? "yes" : "no"`, `"yes"`},
		{`gone == null ? 1 : "x"`, `"1"`},
		{`"%{ if ok }yes%{ else }no%{ endif }!"`, `"yes!"`},
		{`ok ? null : 1`, "absent"},
		{`contains(["GET", "HEAD"], substr(message, 0, 3))`, "true"},
		{`contains([404, 408], http.response.status_code)`, "true"},
		{`contains(event.category, "web")`, "true"},
		{`contains(event.category, 7)`, "true"},
		{`contains(event.type, "a,b")`, "true"},
		{`contains(event.type, 3)`, "true"},
		{`contains(event.type, "b")`, "false"},
		{`contains(tags, "_grokparsefailure")`, "true"},
		{`hastag("other")`, "false"},
		{`event.kind == "event"`, "true"},
		{`join("-", event.category)`, `"web-7"`},
		{`join("-", event.type)`, "absent"},
		{`join("-", event.kind)`, `"event"`},
		{`join("-", http.response.status_code)`, `"408"`},
		{`join("-", gone)`, "absent"},
		{`sum(times)`, "3.5"},
		{`sum(sizes) * 2`, "6.5"},
		{`sum(http.response.status_code)`, "408"},
		{`sum(event.category)`, "absent"},
		{`sum(event.type)`, "absent"},
		{`sum(gone)`, "absent"},
		{`length(event.category)`, "2"},
		{`length(event.type)`, "4"},
		{`length(url.path)`, "11"},
		{`length("한글é")`, "3"},
		{`length("${url.path}\r\n")`, "12"},
		{`substr("a\r\nb${url.path}", 1, 2)`, `"\r\nb"`},
		{`substr("한글é", 1, -1)`, `"글é"`},
		{`substr(url.path, -4, 3)`, `"htm"`},
		{`matches(url.path, "(?i)^/index\\.html?$")`, "true"},
		{`cidr(source.ip, "192.168.0.0/16", "10.0.0.0/8")`, "true"},
		{`cidr("::ffff:10.0.0.1", "10.0.0.0/8")`, "true"},
		{`cidr(url.path, "10.0.0.0/8")`, "false"},
		{`cidr(source.ip, ["10.1.2.3"]...)`, "true"},
		{`coalesce(gone, size, "x")`, `"1234"`},
		{`coalesce(nothing, http.response.status_code)`, "408"},
		{`replace(url.path, "Index", "index")`, `"/index.html"`},
		{`replace("ab", "", "-")`, `"-a-b-"`},
		{`tonumber(size) + 1`, "1235"},
		{`tonumber(url.path)`, "absent"},
		{`tostring(http.response.status_code)`, `"408"`},
		{`round(2.5) + floor(-0.5) + ceil(0.2) + abs(-3)`, "6"},
		{`event.category`, "absent"},
		{`["a", 1]`, `["a",1]`},
		{`{ a = 1 }`, `{"a":1}`},
		{`source.geo.location`, "37.5,127"},
		{`source["geo"].location`, "37.5,127"},
		{`trimprefix(trimsuffix(url.path, ".html"), "/")`, `"Index"`},
		{`strcontains(url.path, "dex")`, "true"},
		{`unknown.field == "x" || ok`, "true"},
	} {
		ev, p, err := document(t, tt.src)
		if err != nil {
			t.Errorf("%s: %v", tt.src, err)
			continue
		}
		if got := show(p.Eval(ev)); got != tt.want {
			t.Errorf("%s = %s, want %s", tt.src, got, tt.want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{`http.response.status_code == "408"`, "never equal"},
		{`source.ip > 5`, "source.ip is an address"},
		{`!http.response.status_code`, "Not a condition"},
		{`starswith(url.path, "/")`, `Did you mean "startswith"?`},
		{`contains(url.path, "/admin")`, "strcontains"},
		{`matches(url.path, "(")`, "Invalid regular expression"},
		{`matches(url.path, url.path)`, "known when the file is loaded"},
		{`cidr(source.ip, "10.0.0.0/33")`, "is not a network"},
		{`[for x in event.category : x]`, "A loop over fields"},
		{`event.category[*]`, "contains(list, element)"},
		{`event.category[0]`, "by number"},
		{`[source.ip]`, "A list made of fields"},
		{`{ a = source.ip }`, "An object made of fields"},
		{`event.category == ["web"]`, "A list cannot be compared"},
		{`lower(url.path, 1)`, "Write lower(text)."},
		{`tags == "x"`, `hastag("name")`},
		{`length(ratio)`, "No length"},
		{`"x${event.category}"`, "is a list"},
		{`ok ? 1 : true`, "Inconsistent"},
		{`size / 0`, "Division by zero"},
		{`message.text == "x"`, "message is a plain value"},
		{`gone < null`, "field == null"},
		{`1e400 == ratio`, "out of range"},
	} {
		_, _, err := document(t, tt.src)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.src, err, tt.want)
		}
	}
}
