//go:build unix

package maven

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
)

type coordinate struct {
	group, artifact, version, packaging, classifier string
}

// part is what Maven allows in a coordinate; it also keeps a coordinate from
// leaving the cache folder or reaching a shell as anything but itself.
var part = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)

func parse(s string) (coordinate, error) {
	fields := strings.Split(s, ":")
	for _, f := range fields {
		if !part.MatchString(f) {
			return coordinate{}, fmt.Errorf("parse Maven coordinates %q: part %q is not a Maven name", s, f)
		}
	}
	c := coordinate{packaging: "jar"}
	switch len(fields) {
	case 5:
		c.classifier = fields[4]
		fallthrough
	case 4:
		c.packaging = fields[3]
		fallthrough
	case 3:
		c.group, c.artifact, c.version = fields[0], fields[1], fields[2]
		return c, nil
	}
	return coordinate{}, fmt.Errorf(
		"parse Maven coordinates %q: want group:artifact:version[:packaging[:classifier]]", s)
}

func (c coordinate) String() string {
	s := c.group + ":" + c.artifact + ":" + c.version + ":" + c.packaging
	if c.classifier != "" {
		s += ":" + c.classifier
	}
	return s
}

func (c coordinate) fileName() string {
	name := c.artifact + "-" + c.version
	if c.classifier != "" {
		name += "-" + c.classifier
	}
	return name + "." + c.packaging
}

// treeName is readable, and unique by the hash of all coordinates.
func treeName(list []coordinate) string {
	h := sha256.New()
	for _, c := range list {
		_, _ = fmt.Fprintln(h, c)
	}
	return list[0].artifact + "-" + list[0].version + "-" + hex.EncodeToString(h.Sum(nil)[:6])
}

// pom is a project that does nothing but depend on the artifacts.
func pom(list []coordinate) []byte {
	var b bytes.Buffer
	b.WriteString(`<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>naru</groupId><artifactId>tree</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
`)
	for _, c := range list {
		b.WriteString("    <dependency>")
		element(&b, "groupId", c.group)
		element(&b, "artifactId", c.artifact)
		element(&b, "version", c.version)
		element(&b, "type", c.packaging)
		if c.classifier != "" {
			element(&b, "classifier", c.classifier)
		}
		b.WriteString("</dependency>\n")
	}
	b.WriteString("  </dependencies>\n</project>\n")
	return b.Bytes()
}

func element(b *bytes.Buffer, name, value string) {
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(value)) // a bytes.Buffer does not fail
	b.WriteString("</" + name + ">")
}
