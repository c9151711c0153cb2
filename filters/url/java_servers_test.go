//go:build servers

package url

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

var pieces = []string{
	"http://", "https://", "//", "/", "/", "/a", "/shop/list", ".html", ".tar.gz", "?", "&", "=", "#", "q", "1", "%20", "%ED%95%9C", "%ff", "%C7%D1", "%e2%82",
	"%2F", "%f0%9f%98%80", "한", "me:pw@", "@", "example.com", ":8080", "[::1]", ":", ";", "+", "~", "*", "..", "%", " ", "|", "mailto:",
}

// java.net.URI, which Elasticsearch's uri_parts is made of, gives the same parts
// of every address that it takes.
func TestAgreesWithJava(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 9))
	var input bytes.Buffer
	var cases []string
	for range 6000 {
		var b strings.Builder
		for range 1 + random.IntN(7) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		cases = append(cases, b.String())
		fmt.Fprintln(&input, b.String())
	}
	cmd := exec.CommandContext(t.Context(), "java", "-Xmx256m", "testdata/Parts.java")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = &input, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run java.net.URI (a JDK 17 or newer is needed): %v\n%s", err, stderr.String())
	}
	answers := bufio.NewScanner(bytes.NewReader(out))
	compared, different := 0, 0
	for i, text := range cases {
		if !answers.Scan() {
			t.Fatalf("Java gave %d answers for %d addresses", i, len(cases))
		}
		parts := strings.Split(answers.Text(), "\t")
		if parts[0] != "ok" || !utf8.ValidString(text) { // an opaque address or an authority without a host: see split
			continue
		}
		compared++
		got := parse(t, Defaults(), text)
		for k, name := range []string{"scheme", "domain", "port", "path", "query", "fragment", "username", "password"} {
			have := ""
			if got[name] != nil {
				have = strings.NewReplacer("\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(fmt.Sprint(got[name]))
			}
			if have != parts[k+1] {
				if different++; different < 20 {
					t.Errorf("%q: %s = %q, Java says %q", text, name, have, parts[k+1])
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d addresses were legal", compared)
	}
}
