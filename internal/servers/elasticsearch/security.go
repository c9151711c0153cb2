package elasticsearch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/naru-log/naru/internal/servers/certs"
	"github.com/naru-log/naru/internal/servers/cluster"
)

// Security turns on TLS, with an authority made for this cluster, and users of
// the file realm. There is always a superuser, whose name and password the
// cluster gives.
type Security struct {
	Users      []User
	Roles      string // the text of roles.yml: own roles for the users
	ClientAuth bool   // clients must show a certificate of the authority, such as the cluster's ClientCert
}

// User is a user of the file realm.
type User struct {
	Name     string
	Password string
	Roles    []string
}

const (
	clientName    = "client"
	superName     = "naru_super"
	superPassword = "naru-super-password"
	authorityName = "ca"
	serverName    = "server"
)

// prepare makes the authority and the certificates of nodes and clients below
// dir, and tells the cluster of them.
func (s *Security) prepare(dir string, spec *cluster.Spec) error {
	authority, err := certs.New(dir, authorityName)
	if err != nil {
		return err
	}
	if _, err := authority.Issue(serverName, "127.0.0.1", "localhost"); err != nil {
		return err
	}
	client, err := authority.Issue(clientName)
	if err != nil {
		return err
	}
	spec.User, spec.Password = superName, superPassword
	spec.Authority, spec.Client = authority, client
	return nil
}

// writeNode writes certificates and users to a node's configuration directory
// and gives the lines of its elasticsearch.yml.
func (s *Security) writeNode(dir, config string) ([]string, error) {
	for _, name := range []string{authorityName + ".pem", serverName + ".pem", serverName + "-key.pem"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(config, name), b, 0o600); err != nil {
			return nil, err
		}
	}
	if err := s.writeUsers(config); err != nil {
		return nil, err
	}
	lines := []string{
		"xpack.security.enabled: true",
		"xpack.security.autoconfiguration.enabled: false",
		"xpack.security.authc.realms.file.file1.order: 0",
	}
	for _, layer := range []string{"http", "transport"} {
		prefix := "xpack.security." + layer + ".ssl."
		lines = append(lines,
			prefix+"enabled: true",
			prefix+"certificate: "+serverName+".pem",
			prefix+"key: "+serverName+"-key.pem",
			prefix+"certificate_authorities: "+authorityName+".pem",
		)
	}
	if s.ClientAuth {
		lines = append(lines, "xpack.security.http.ssl.client_authentication: required")
	}
	return lines, nil
}

// writeUsers writes the file realm, which bin/elasticsearch-users would do at
// the price of one Java start for each user.
func (s *Security) writeUsers(config string) error {
	var users strings.Builder
	roles := map[string][]string{}
	all := append([]User{{superName, superPassword, []string{"superuser"}}}, s.Users...)
	for _, u := range all {
		if u.Name == "" || strings.ContainsAny(u.Name, ":,\n") || len(u.Password) < 6 || len(u.Roles) == 0 {
			return fmt.Errorf("user %q: %w", u.Name, errBadUser)
		}
		hash, err := bcrypt.GenerateFromPassword([]byte(u.Password), bcrypt.MinCost)
		if err != nil {
			return fmt.Errorf("user %q: %w", u.Name, err)
		}
		fmt.Fprintf(&users, "%s:%s\n", u.Name, hash)
		for _, r := range u.Roles {
			roles[r] = append(roles[r], u.Name)
		}
	}
	var members strings.Builder
	for role, names := range roles {
		fmt.Fprintf(&members, "%s:%s\n", role, strings.Join(names, ","))
	}
	for name, text := range map[string]string{"users": users.String(), "users_roles": members.String(), "roles.yml": s.Roles} {
		if err := os.WriteFile(filepath.Join(config, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
