package pattern_test

import (
	"fmt"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
)

func Example() {
	p, err := pattern.Compile(`%{IP:client} %{WORD:method} %{URIPATHPARAM:path} %{NUMBER:bytes:int}`,
		pattern.Options{Definitions: pattern.Map(bank.ECS())})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := p.NewMatcher() // one for each goroutine
	line := []byte("192.0.2.1 GET /index.html?x=1 15824")
	if m.Match(line) != pattern.Matched {
		fmt.Println("no match")
		return
	}
	for i, c := range p.Captures() {
		for _, v := range m.Values(i) {
			fmt.Printf("%s (%s): %s\n", c.Name, v.Type, line[v.Start:v.End])
		}
	}
	// Output:
	// client (string): 192.0.2.1
	// method (string): GET
	// path (string): /index.html?x=1
	// bytes (int): 15824
}

func ExampleLayers() {
	own := pattern.Map{"ORDER": `[A-Z]{2}-%{INT:number:long}`}
	p, err := pattern.Compile(`order %{ORDER:order}`, pattern.Options{Definitions: pattern.Layers{own, pattern.Map(bank.ECS())}})
	if err != nil {
		fmt.Println(err)
		return
	}
	line := []byte("order KR-20240305 shipped")
	m := p.NewMatcher()
	fmt.Println(m.Match(line))
	i, _ := p.Lookup("number")
	v, _ := m.Get(i)
	n, err := pattern.ParseLong(line[v.Start:v.End])
	fmt.Println(n, err)
	// Output:
	// matched
	// 20240305 <nil>
}

func ExampleCompile_error() {
	_, err := pattern.Compile(`%{IP:ip} (?<n>\d+`, pattern.Options{Definitions: pattern.Map(bank.ECS())})
	fmt.Println(err)
	_, err = pattern.Compile(`%{BROKEN}`, pattern.Options{Definitions: pattern.Map{"BROKEN": `a(?s)b`}})
	fmt.Println(err)
	// Output:
	// grok: expression at byte 9: (?<n>\d+: the group has no closing parenthesis
	// grok: pattern BROKEN at byte 1: (?s: there is no option 's': (?m) lets the dot match newlines
}

func ExamplePattern_Explain() {
	p, err := pattern.Compile(`%{HTTPD_COMMONLOG}`, pattern.Options{Definitions: pattern.Map(bank.ECS())})
	if err != nil {
		fmt.Println(err)
		return
	}
	line := `1.2.3.4 - - [26/Abr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 10945`
	e := p.Explain([]byte(line))
	fmt.Println(e.Result, "at byte", e.Offset, "in", strings.Join(e.Path, " > "))
	fmt.Println(line)
	fmt.Println(strings.Repeat(" ", e.Offset) + "^")
	// Output:
	// no match at byte 17 in HTTPD_COMMONLOG > HTTPDATE > MONTH
	// 1.2.3.4 - - [26/Abr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 10945
	//                  ^
}

func ExampleSetMatcher_Match() {
	set, err := pattern.CompileSet([]string{`^%{INT:number}$`, `^%{WORD:word}`},
		pattern.Options{Definitions: pattern.Map(bank.ECS())})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := set.NewMatcher()
	fmt.Println(m.Match([]byte("hello"), 0))
	fmt.Println(m.Match([]byte("42"), 0))
	// Output:
	// 1 matched
	// 0 matched
}
