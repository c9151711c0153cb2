package deploy

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func project(t *testing.T) *types.Project {
	t.Helper()
	o, err := cli.NewProjectOptions([]string{"../docker-compose.yml"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func service(t *testing.T, name string) types.ServiceConfig {
	t.Helper()
	s, err := project(t).GetService(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestComposeServices(t *testing.T) {
	got := project(t).ServiceNames()
	slices.Sort(got)
	if want := []string{"apache", "elasticsearch", "kibana", "load", "naru", "setup"}; !slices.Equal(got, want) {
		t.Errorf("services %v, want %v", got, want)
	}
}

// TestComposeOrder: templates are there before the first document, and the
// cluster before the templates.
func TestComposeOrder(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"kibana": {"elasticsearch": types.ServiceConditionHealthy},
		"setup":  {"elasticsearch": types.ServiceConditionHealthy, "kibana": types.ServiceConditionHealthy},
		"naru":   {"setup": types.ServiceConditionCompletedSuccessfully},
		"load":   {"apache": types.ServiceConditionStarted},
	} {
		s := service(t, name)
		if len(s.DependsOn) != len(want) {
			t.Errorf("%s depends on %v, want %v", name, s.DependsOn, want)
		}
		for on, condition := range want {
			if got := s.DependsOn[on].Condition; got != condition {
				t.Errorf("%s waits for %s with condition %q, want %q", name, on, got, condition)
			}
			if condition == types.ServiceConditionHealthy && service(t, on).HealthCheck == nil {
				t.Errorf("%s waits for %s to be healthy, which has no health check", name, on)
			}
		}
	}
}

// TestComposeImages: an image is pinned to a version at least as exact as
// major.minor, and Kibana's is Elasticsearch's.
func TestComposeImages(t *testing.T) {
	pinned := regexp.MustCompile(`^[a-z0-9./-]+:\d+\.\d+(\.\d+)?$`)
	for name, s := range project(t).Services {
		if s.Build == nil && !pinned.MatchString(s.Image) {
			t.Errorf("%s: image %q is not pinned", name, s.Image)
		}
		if s.Build != nil && s.Build.Context == "" {
			t.Errorf("%s is built from nowhere", name)
		}
	}
	version := func(name string) string {
		image := service(t, name).Image
		return image[strings.LastIndexByte(image, ':')+1:]
	}
	if version("elasticsearch") != version("kibana") {
		t.Errorf("Elasticsearch %s with Kibana %s", version("elasticsearch"), version("kibana"))
	}
}

func volume(t *testing.T, name, target string) types.ServiceVolumeConfig {
	t.Helper()
	for _, v := range service(t, name).Volumes {
		if v.Target == target {
			return v
		}
	}
	t.Fatalf("%s mounts nothing at %s", name, target)
	return types.ServiceVolumeConfig{}
}

// TestComposeSidecar: naru reads the volume that Apache writes, cannot write it,
// and keeps its state.
func TestComposeSidecar(t *testing.T) {
	written, read := volume(t, "apache", "/var/log/apache2"), volume(t, "naru", "/var/log/apache2")
	if written.Source != read.Source || written.ReadOnly || !read.ReadOnly {
		t.Errorf("Apache writes %+v, naru reads %+v", written, read)
	}
	if state := volume(t, "naru", "/var/lib/naru"); state.ReadOnly || state.Type != types.VolumeTypeVolume {
		t.Errorf("the state lies on %+v", state)
	}
	s := service(t, "naru")
	if !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") || s.Privileged || s.User == "root" || s.User == "0" {
		t.Errorf("naru may do more than it has to: read-only root %t, dropped %v, user %q", s.ReadOnly, s.CapDrop, s.User)
	}
}

// TestComposeListensOnLoopback: a demo does not open ports to the network.
func TestComposeListensOnLoopback(t *testing.T) {
	for name, s := range project(t).Services {
		for _, p := range s.Ports {
			if p.HostIP != "127.0.0.1" {
				t.Errorf("%s opens port %s on %q", name, p.Published, p.HostIP)
			}
		}
	}
}

// TestComposeFilesExist: what is mounted from the repository is there.
func TestComposeFilesExist(t *testing.T) {
	mounted := 0
	for name, s := range project(t).Services {
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				mounted++
				mustExist(t, name, v.Source)
			}
		}
	}
	if mounted == 0 {
		t.Error("nothing is mounted from the repository")
	}
}
