package main

import (
	"os/exec"
	"strings"
	"testing"
)

func TestMissing(t *testing.T) {
	all := []requirement{{pkg: "nginx"}, {pkg: "maven", command: "mvn"}, {pkg: "npm", command: "npm"}}
	has := func(name string) bool { return name == "mvn" }
	f := func(listing string, want ...string) {
		t.Helper()
		var got []string
		for _, r := range missing(all, parseInstalled(listing), has) {
			got = append(got, r.pkg)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("with %q missing are %q, want %q", listing, got, want)
		}
	}
	f("", "nginx", "npm")
	f("nginx install ok installed\n", "npm")
	f("nginx deinstall ok config-files\nnpm install ok installed\n", "nginx")
	f("nginx unknown ok not-installed\n", "nginx", "npm")
}

func TestAptScript(t *testing.T) {
	script := aptScript([]requirement{{pkg: "nginx", service: "nginx"}, {pkg: "logrotate"}})
	for _, want := range []string{"install nginx logrotate\n", "disable nginx;", "exit 101"} {
		if !strings.Contains(script, want) {
			t.Errorf("no %q in:\n%s", want, script)
		}
	}
	if out, err := exec.Command("sh", "-n", "-c", script).CombinedOutput(); err != nil {
		t.Errorf("the shell does not take the script: %v\n%s", err, out)
	}
	if strings.Contains(aptScript([]requirement{{pkg: "logrotate"}}), "systemctl") {
		t.Error("services are disabled where none is installed")
	}
}
