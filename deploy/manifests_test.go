package deploy

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// manifest is what naru uses of a Kubernetes object.
type manifest struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		Selector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				Containers []container
				Volumes    []struct {
					Name      string
					ConfigMap struct{ Name string } `yaml:"configMap"`
				}
			}
		}
	}
}

type container struct {
	Name         string
	Args         []string
	Ports        []struct{ ContainerPort int } `yaml:"ports"`
	VolumeMounts []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
		ReadOnly  bool   `yaml:"readOnly"`
	} `yaml:"volumeMounts"`
	SecurityContext struct {
		RunAsNonRoot           bool `yaml:"runAsNonRoot"`
		ReadOnlyRootFilesystem bool `yaml:"readOnlyRootFilesystem"`
	} `yaml:"securityContext"`
}

func manifests(t *testing.T) map[string]manifest {
	t.Helper()
	text, err := os.ReadFile("kubernetes/sidecar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	byKind := map[string]manifest{}
	documents := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var m manifest
		err := documents.Decode(&m)
		if errors.Is(err, io.EOF) {
			return byKind
		}
		if err != nil {
			t.Fatal(err)
		}
		byKind[m.Kind] = m
	}
}

func TestKubernetesSidecar(t *testing.T) {
	all := manifests(t)
	pod := all["Deployment"].Spec.Template
	for k, v := range all["Deployment"].Spec.Selector.MatchLabels {
		if pod.Metadata.Labels[k] != v {
			t.Errorf("the pods do not have the label %s=%s that the deployment looks for", k, v)
		}
	}
	volumes := map[string]bool{}
	for _, v := range pod.Spec.Volumes {
		volumes[v.Name] = true
		if name := v.ConfigMap.Name; name != "" && name != all["ConfigMap"].Metadata.Name {
			t.Errorf("volume %s is of ConfigMap %s, which is not in the manifest", v.Name, name)
		}
	}
	at := map[string]map[string]bool{} // container -> path -> read-only
	for _, c := range pod.Spec.Containers {
		at[c.Name] = map[string]bool{}
		for _, m := range c.VolumeMounts {
			at[c.Name][m.MountPath] = m.ReadOnly
			if !volumes[m.Name] {
				t.Errorf("%s mounts volume %s, which is not there", c.Name, m.Name)
			}
		}
	}
	logs := "/var/log/apache2"
	if readOnly, ok := at["naru"][logs]; !ok || !readOnly || at["apache"][logs] {
		t.Errorf("Apache has to write %s and naru only to read it: %v", logs, at)
	}
	naru := pod.Spec.Containers[slices.IndexFunc(pod.Spec.Containers, func(c container) bool { return c.Name == "naru" })]
	if !naru.SecurityContext.RunAsNonRoot || !naru.SecurityContext.ReadOnlyRootFilesystem {
		t.Error("naru needs neither root nor a root filesystem that it can write")
	}
	if !strings.Contains(all["ConfigMap"].Data["httpd.conf"], "CustomLog "+logs+"/access.log") {
		t.Error("Apache does not write where naru reads")
	}
}

// unit gives the settings of the systemd unit by section.
func unit(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("systemd/naru.service")
	if err != nil {
		t.Fatal(err)
	}
	sections, section := map[string]map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		key, value, setting := strings.Cut(line, "=")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
			sections[section] = map[string]string{}
		case !setting || section == "":
			t.Errorf("%q is no setting", line)
		default:
			sections[section][key] = value
		}
	}
	return sections
}

func TestSystemdUnit(t *testing.T) {
	u := unit(t)
	sections := slices.Sorted(maps.Keys(u))
	if want := []string{"Install", "Service", "Unit"}; !slices.Equal(sections, want) {
		t.Errorf("sections %v, want %v", sections, want)
	}
	s := u["Service"]
	// systemd makes /var/lib/naru for StateDirectory=naru, the one place to write.
	if s["StateDirectory"] != "naru" || !strings.Contains(s["ExecStart"], "--state /var/lib/naru") || s["ProtectSystem"] != "strict" {
		t.Errorf("state directory %q, command %q", s["StateDirectory"], s["ExecStart"])
	}
	if s["Restart"] == "" || !strings.Contains(s["ExecReload"], "-HUP") {
		t.Errorf("restart %q, reload %q", s["Restart"], s["ExecReload"])
	}
}
