package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// requirement is a Debian or Ubuntu package that the tests need.
type requirement struct {
	pkg     string
	command string // a program that makes the package needless wherever it came from
	service string // the system service that comes with it, never used by the tests
}

func requirements() []requirement {
	return []requirement{
		{pkg: "apache2", service: "apache2"},
		{pkg: "libapache2-mod-jk"},
		{pkg: "libapache2-mod-wsgi-py3"},
		{pkg: "nginx", service: "nginx"},
		{pkg: "uwsgi", service: "uwsgi"},
		{pkg: "uwsgi-plugin-python3"},
		{pkg: "python3-flask"},
		{pkg: "tomcat10", service: "tomcat10"},
		{pkg: "logrotate"},
		{pkg: "busybox", command: "busybox"},
		{pkg: "default-jdk-headless", command: "javac"},
		{pkg: "maven", command: "mvn"},
		{pkg: "npm", command: "npm"},
		{pkg: "gcc", command: "gcc"}, // the race detector's
		{pkg: "util-linux", command: "taskset"},
	}
}

// missing gives the requirements that this machine does not meet.
func missing(all []requirement, installed map[string]bool, hasCommand func(string) bool) []requirement {
	var out []requirement
	for _, r := range all {
		if installed[r.pkg] || r.command != "" && hasCommand(r.command) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// parseInstalled reads dpkg-query's "package status" lines.
func parseInstalled(listing string) map[string]bool {
	installed := map[string]bool{}
	for line := range strings.Lines(listing) {
		name, status, _ := strings.Cut(strings.TrimSpace(line), " ")
		if status == "install ok installed" {
			installed[name] = true
		}
	}
	return installed
}

// installedPackages asks dpkg which of the packages are there.
func installedPackages(all []requirement) (map[string]bool, error) {
	args := []string{"-W", "-f=${Package} ${Status}\n"}
	for _, r := range all {
		args = append(args, r.pkg)
	}
	out, err := exec.Command("dpkg-query", args...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // it exits 1 when it does not know one of them
		return nil, fmt.Errorf("ask dpkg-query for packages (the tests' servers come from Debian 12 or Ubuntu): %w", err)
	}
	return parseInstalled(string(out)), nil
}

// aptScript is the shell script that installs the packages. Debian starts a
// service as soon as its package is unpacked, unless policy-rc.d forbids it; and
// at the next boot, unless it is disabled. The tests use neither, so both are
// prevented for the packages that this installs.
func aptScript(need []requirement) string {
	var pkgs, services []string
	for _, r := range need {
		pkgs = append(pkgs, r.pkg)
		if r.service != "" {
			services = append(services, r.service)
		}
	}
	lines := []string{
		"set -e",
		"export DEBIAN_FRONTEND=noninteractive",
		"policy=/usr/sbin/policy-rc.d",
		`if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy; trap 'rm -f $policy' EXIT; fi`,
		"apt-get -qq update",
		"apt-get -qq -y --no-install-recommends install " + strings.Join(pkgs, " "),
	}
	if len(services) > 0 {
		lines = append(lines, "if [ -d /run/systemd/system ]; then systemctl -q disable "+strings.Join(services, " ")+"; fi")
	}
	return strings.Join(lines, "\n")
}

// installPackages installs what is missing, as root or through sudo.
func installPackages(log io.Writer) error {
	all := requirements()
	installed, err := installedPackages(all)
	if err != nil {
		return err
	}
	need := missing(all, installed, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if len(need) == 0 {
		return nil
	}
	var names []string
	for _, r := range need {
		names = append(names, r.pkg)
	}
	script := aptScript(need)
	cmd := exec.Command("sh", "-c", script)
	if os.Geteuid() != 0 {
		if exec.Command("sudo", "-n", "true").Run() != nil {
			return fmt.Errorf("packages are missing, and this user may not install them; as one who may, run:\n\nsudo sh -c '%s'",
				strings.ReplaceAll(script, "'", `'\''`))
		}
		cmd = exec.Command("sudo", "-n", "sh", "-c", script)
	}
	fmt.Fprintf(log, "installing packages: %s\n", strings.Join(names, " "))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("install packages %s: %w", strings.Join(names, " "), err)
	}
	return nil
}
