//go:build servers

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/naru-log/naru/internal/dashboards/lens"
	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/pipelines"
)

// stage runs the services of docker-compose.yml outside containers: the same
// files, arguments and environment, with the paths, hosts and ports that
// containers would have replaced by those of the test.
type stage struct {
	project *types.Project
	replace *strings.Replacer
	logs    string // the log volume
}

func newStage(t *testing.T, es, kibana, port, admin string) *stage {
	t.Helper()
	o, err := cli.NewProjectOptions([]string{"../../docker-compose.yml"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	logs, err := servers.NewDir("compose", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(logs) })
	return &stage{project: p, logs: logs, replace: strings.NewReplacer(
		"/usr/local/apache2/modules", "/usr/lib/apache2/modules",
		"/etc/naru/httpd.conf", servable(t, root, logs),
		"/etc/naru/load.sh", filepath.Join(root, "deploy/compose/load.sh"),
		"/var/log/apache2", logs, "/var/lib/naru", t.TempDir(),
		"http://elasticsearch:9200", es, "http://kibana:5601", kibana, "0.0.0.0:9600", admin, "PORT 80", "PORT "+port,
	)}
}

// servable writes Apache's configuration with the document root where the
// repository has it; Apache, which is not root, gets a copy of its own.
func servable(t *testing.T, root, dir string) string {
	t.Helper()
	www := filepath.Join(dir, "www")
	if err := os.CopyFS(www, os.DirFS(filepath.Join(root, "deploy/compose/htdocs"))); err != nil {
		t.Fatal(err)
	}
	conf, err := os.ReadFile(filepath.Join(root, "deploy/compose/httpd.conf"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(conf), `"/srv/www"`) {
		t.Fatal("httpd.conf does not serve /srv/www, where docker-compose.yml mounts the pages")
	}
	path := filepath.Join(dir, "httpd.conf")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(conf), "/srv/www", www)), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// command gives the arguments and environment of a service.
func (s *stage) command(t *testing.T, name string) (args, env []string) {
	t.Helper()
	service, err := s.project.GetService(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range service.Command {
		args = append(args, s.replace.Replace(a))
	}
	for k, v := range service.Environment {
		env = append(env, k+"="+s.replace.Replace(*v))
	}
	return args, env
}

// launch runs a service with a program of this machine.
func (s *stage) launch(t *testing.T, name, program string, args []string, env ...string) *servers.Process {
	t.Helper()
	log := filepath.Join(t.TempDir(), "console.log")
	p, err := servers.Launch(servers.Command{Name: name, Path: program, Args: args, Env: env, Dir: s.logs, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(10 * time.Second) })
	servers.ReportLogs(t, log, filepath.Join(s.logs, "error.log"))
	return p
}

// TestCompose plays docker compose up: setup, Apache, the load with its hanging
// connections, naru; and looks for 408s in Elasticsearch.
func TestCompose(t *testing.T) {
	es, kibana := shared.For(t), newKibana(t)
	ports, err := servers.FreePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	port, admin := strconv.Itoa(ports[0]), "127.0.0.1:"+strconv.Itoa(ports[1])
	s := newStage(t, es.URL(), kibana.URL, port, admin)
	args, env := s.command(t, "setup")
	if stdout, stderr, status := binary.Run(t, env, args...); status != 0 {
		t.Fatalf("setup: status %d\n%s%s", status, stdout, stderr)
	}
	kibana.check(t)

	args, _ = s.command(t, "apache")
	web := s.launch(t, "apache", "apache2", args[1:])
	if err := web.Await(t.Context(), servers.Answers("http://127.0.0.1:"+port+"/?ready")); err != nil {
		t.Fatal(err)
	}
	args, env = s.command(t, "naru")
	args = append(args, "--var", "paths="+s.replace.Replace(defaultPath(t)))
	naru := binary.Start(t, env, args...)
	args, _ = s.command(t, "load")
	// In a container the load goes on; three rounds tell as much.
	load := s.launch(t, "load", "busybox", append(slices.Replace(args, 2, 4, "127.0.0.1", port), "3"), "PATH="+applets(t))
	select {
	case <-load.Done():
	case <-time.After(2 * time.Minute):
		t.Fatalf("the load does not end:\n%s", load.LogTail(20))
	}

	access := filepath.Join(s.logs, "access.log")
	Eventually(t, time.Minute, "Apache logs the connections that said nothing", func() bool { return statuses(t, access)[408] >= 3 })
	got := statuses(t, access)
	for _, status := range []int{200, 302, 403, 404, 408} {
		if got[status] < 3 {
			t.Errorf("%d lines of status %d, want 3 or more, of all %v", got[status], status, got)
		}
	}
	stream := "logs-apache.access-default"
	Eventually(t, 2*time.Minute, "the documents arrive", func() bool { return es.Count(stream) >= countLines(access) })
	if _, stderr, status := binary.Run(t, nil, "health", "--admin", admin, "--ready"); status != 0 {
		t.Errorf("the health check fails: %s", stderr)
	}
	naru.Stop()
	compareWithLog(t, es, stream, access)
	found := es.Search(stream, `{"size":0,"query":{"match":{"http.response.status_code":408}}}`)
	if found.Total != got[408] {
		t.Errorf("%d documents of status 408 for %d lines", found.Total, got[408])
	}
	if shown := es.Search(stream, panelSearch(t, "timeouts")).Total; shown != got[408] {
		t.Errorf("the panel of 408s shows %d of %d", shown, got[408])
	}
}

// defaultPath is where the built-in pipeline looks in the container.
func defaultPath(t *testing.T) string {
	t.Helper()
	text, err := fs.ReadFile(pipelines.FS(), "apache.hcl")
	if err != nil {
		t.Fatal(err)
	}
	path := `"/var/log/apache2/*access.log"`
	if !strings.Contains(string(text), path) {
		t.Fatalf("apache.hcl does not read %s, where docker-compose.yml mounts the logs", path)
	}
	return "[" + path + "]"
}

// applets gives a directory with busybox under the names of its commands, which
// is all that the image of the load has.
func applets(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "busybox", "--install", "-s", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s (run: go run ./internal/servers/install)", err, out)
	}
	return dir
}

// statuses counts the lines of an access log by status.
func statuses(t *testing.T, path string) map[int]int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[int]int{}
	for line := range strings.Lines(string(text)) {
		if m := combined.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			n, err := strconv.Atoi(m[6])
			if err != nil {
				t.Fatal(err)
			}
			counts[n]++
		}
	}
	return counts
}

// standIn is a server that takes saved objects as Kibana's API does.
type standIn struct {
	*httptest.Server
	mu       sync.Mutex
	problems []string
	objects  []byte
}

func newKibana(t *testing.T) *standIn {
	t.Helper()
	k := &standIn{}
	k.Server = httptest.NewServer(http.HandlerFunc(k.serve))
	t.Cleanup(k.Close)
	return k
}

func (k *standIn) serve(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	objects, err := k.take(r)
	if err != nil {
		k.problems = append(k.problems, err.Error())
		http.Error(w, `{"statusCode":400,"message":"`+err.Error()+`"}`, http.StatusBadRequest)
		return
	}
	k.objects = objects
	read, err := lens.Read(objects)
	if err != nil {
		k.problems = append(k.problems, err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	answer := map[string]any{"success": true, "successCount": len(read)}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		k.problems = append(k.problems, err.Error())
	}
}

// take reads what Kibana would take: a form with one file, with the header that
// keeps browsers of other sites away.
func (k *standIn) take(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost || r.URL.Path != "/api/saved_objects/_import" || r.URL.Query().Get("overwrite") != "true" {
		return nil, fmt.Errorf("%s %s is not an import that may be repeated", r.Method, r.URL)
	}
	if r.Header.Get("kbn-xsrf") == "" {
		return nil, fmt.Errorf("the header kbn-xsrf is missing")
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	part, err := parts.NextPart()
	if err != nil {
		return nil, err
	}
	if part.FormName() != "file" || !strings.HasSuffix(part.FileName(), ".ndjson") {
		return nil, fmt.Errorf("the form has %q with file name %q", part.FormName(), part.FileName())
	}
	objects, err := io.ReadAll(part)
	if err != nil {
		return nil, err
	}
	if _, err := parts.NextPart(); err != io.EOF {
		return nil, fmt.Errorf("the form has more than the file")
	}
	return objects, nil
}

// check says whether everything was imported.
func (k *standIn) check(t *testing.T) {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.problems {
		t.Error(p)
	}
	want, err := pipelines.SavedObjects()
	if err != nil {
		t.Fatal(err)
	}
	if string(k.objects) != string(want) {
		t.Errorf("%d bytes were imported, want the %d bytes of the saved objects", len(k.objects), len(want))
	}
}

// panelSearch gives the search of a panel of the Apache dashboard.
func panelSearch(t *testing.T, panel string) map[string]any {
	t.Helper()
	d := dashboard(t, "naru-apache-access")
	i := slices.IndexFunc(d.Panels, func(p lens.Panel) bool { return p.ID == panel })
	if i < 0 {
		t.Fatalf("there is no panel %s", panel)
	}
	body, err := d.Panels[i].Search(d, "1m")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestComposeStage: what the stage replaces is what docker-compose.yml says.
func TestComposeStage(t *testing.T) {
	s := newStage(t, "http://es", "http://kibana", "1", "127.0.0.1:2")
	for name, want := range map[string][]string{
		"setup": {"http://es", "http://kibana"}, "naru": {"http://es", "127.0.0.1:2"}, "apache": {"Define PORT 1", "Define MODULES /usr/lib/apache2/modules", "Define LOGS " + s.logs},
	} {
		args, env := s.command(t, name)
		for _, w := range want {
			if !slices.ContainsFunc(append(args, env...), func(a string) bool { return strings.HasSuffix(a, w) }) {
				t.Errorf("%s: %q is not in %q %q", name, w, args, env)
			}
		}
	}
}
