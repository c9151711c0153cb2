//go:build servers

package logformat

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/apache"
	"github.com/naru-log/naru/internal/servers/modjk"
	"github.com/naru-log/naru/internal/servers/tomcat"
)

// documents reads a log by its format.
func documents(t *testing.T, c Config, path string) []map[string]any {
	t.Helper()
	logged, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var docs []map[string]any
	for line := range strings.SplitSeq(strings.TrimSuffix(string(logged), "\n"), "\n") {
		var doc map[string]any
		if err := json.Unmarshal([]byte(run(t, c, line)), &doc); err != nil {
			t.Fatal(err)
		}
		if doc["tags"] != nil {
			t.Errorf("%s: %v", line, find(doc, "error.message"))
		}
		docs = append(docs, doc)
	}
	return docs
}

func fetch(t *testing.T, client *http.Client, url string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
}

// mod_jk's notes tell which Tomcat answered and how long it took.
func TestModJK(t *testing.T) {
	const format = modjk.LogFormat + ` %{JK_WORKER_TYPE}n %{JK_LB_FIRST_NAME}n %{JK_LB_LAST_STATE}n %{JK_LB_LAST_ERRORS}n %{JK_LB_LAST_BUSY}n`
	one := tomcat.Start(t, tomcat.Config{Route: "one"})
	b := modjk.New(t, modjk.Worker{Name: "one", Port: one.AJPPort})
	s := apache.Start(t, apache.Config{LogFormat: format, Modules: b.Modules, Extra: b.Extra})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 3 {
		fetch(t, client, s.URL+"/slow?ms=30")
	}
	one.Quit()
	fetch(t, client, s.URL+"/gone")
	s.Quit()
	c := Defaults()
	c.Apache = format
	docs := documents(t, c, s.AccessLog)
	if len(docs) != 4 {
		t.Fatalf("%d documents, want 4", len(docs))
	}
	for i, doc := range docs {
		if worker, member := find(doc, "mod_jk.worker.name"), find(doc, "mod_jk.lb.first.name"); worker != "balancer" || member != "one" {
			t.Errorf("worker %v, member %v", worker, member)
		}
		took, _ := find(doc, "mod_jk.request.duration").(int64)
		whole, _ := find(doc, "event.duration").(float64)
		if i < 3 && (took < 30e6 || float64(took) > whole+1e6) {
			t.Errorf("mod_jk took %d of %v ns", took, whole)
		}
	}
	if got := find(docs[3], "http.response.status_code"); got != int64(503) {
		t.Errorf("status %v without a Tomcat", got)
	}
}

// The SSL request log names protocol and cipher.
func TestTLSRequestLog(t *testing.T) {
	const format = `%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x "%r" %b %{SSL_TLS_SNI}x %{SSL_CLIENT_S_DN}x %{cipher}c`
	host := apache.NewSecure(t, "CustomLog tls.log tls")
	s := apache.Start(t, apache.Config{Modules: host.Modules, Extra: fmt.Sprintf("LogFormat \"%s\" tls\n", strings.ReplaceAll(format, `"`, `\"`)) + host.Extra})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		fetch(t, host.Client(t, version), host.URL+"/?v")
	}
	s.Quit()
	c := Defaults()
	c.Apache = format
	docs := documents(t, c, filepath.Join(s.Dir, "tls.log"))
	for i, want := range []string{"1.2", "1.3"} {
		doc := docs[i]
		cipher, _ := find(doc, "tls.cipher").(string)
		if find(doc, "tls.version") != want || find(doc, "tls.version_protocol") != "tls" || cipher == "" || find(doc, "tls.client.server_name") != "localhost" || find(doc, "url.original") != "/?v" {
			t.Errorf("TLS %s gives %v", want, doc)
		}
	}
}
