package tomcat

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// readyPath is asked until the server answers, and not logged.
const readyPath = "/.naru-ready"

const webXML = `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
  <servlet><servlet-name>app</servlet-name><servlet-class>shop.App</servlet-class></servlet>
  <servlet-mapping><servlet-name>app</servlet-name><url-pattern>/*</url-pattern></servlet-mapping>
</web-app>
`

const serverXML = `<Server port="-1">
  <Listener className="org.apache.catalina.startup.VersionLoggerListener"/>
  <Service name="Catalina">
    <Connector protocol="HTTP/1.1" address="127.0.0.1" port="%d" connectionTimeout="%d"/>
    <Connector protocol="AJP/1.3" address="127.0.0.1" port="%d" secretRequired="false"/>
    <Engine name="Catalina" defaultHost="localhost"%s>
      <Host name="localhost" appBase="webapps" autoDeploy="false">
        <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs" prefix="localhost_access_log"
               suffix=".txt" rotatable="false" buffered="false" conditionUnless="naru.ready" pattern="%s"/>
      </Host>
    </Engine>
  </Service>
</Server>
`

// loggingProperties is Tomcat's own default, without dates in the names of the
// files; Debian's writes for journald.
const loggingProperties = `handlers = 1catalina.org.apache.juli.AsyncFileHandler, 2localhost.org.apache.juli.AsyncFileHandler, java.util.logging.ConsoleHandler
.handlers = 1catalina.org.apache.juli.AsyncFileHandler, java.util.logging.ConsoleHandler
1catalina.org.apache.juli.AsyncFileHandler.level = ALL
1catalina.org.apache.juli.AsyncFileHandler.directory = ${catalina.base}/logs
1catalina.org.apache.juli.AsyncFileHandler.prefix = catalina
1catalina.org.apache.juli.AsyncFileHandler.rotatable = false
2localhost.org.apache.juli.AsyncFileHandler.level = ALL
2localhost.org.apache.juli.AsyncFileHandler.directory = ${catalina.base}/logs
2localhost.org.apache.juli.AsyncFileHandler.prefix = localhost
2localhost.org.apache.juli.AsyncFileHandler.rotatable = false
java.util.logging.ConsoleHandler.level = ALL
java.util.logging.ConsoleHandler.formatter = %s
org.apache.catalina.core.ContainerBase.[Catalina].[localhost].level = INFO
org.apache.catalina.core.ContainerBase.[Catalina].[localhost].handlers = 2localhost.org.apache.juli.AsyncFileHandler
`

// write fills the configuration directory.
func (c Config) write(conf string, http, ajp int) error {
	for _, name := range []string{"web.xml", "context.xml", "catalina.properties"} {
		b, err := os.ReadFile(filepath.Join(home, "etc", name))
		if err != nil {
			return fmt.Errorf("%w (run: go run ./internal/servers/install)", err)
		}
		if err := os.WriteFile(filepath.Join(conf, name), b, 0o644); err != nil {
			return err
		}
	}
	route := ""
	if c.Route != "" {
		route = fmt.Sprintf(" jvmRoute=%q", c.Route)
	}
	timeout := cmp.Or(c.Timeout, 20*time.Second).Milliseconds()
	server := fmt.Sprintf(serverXML, http, timeout, ajp, route, attribute(cmp.Or(c.Pattern, "common")))
	if err := os.WriteFile(filepath.Join(conf, "server.xml"), []byte(server), 0o644); err != nil {
		return err
	}
	logging := fmt.Sprintf(loggingProperties, cmp.Or(c.Formatter, "org.apache.juli.OneLineFormatter"))
	return os.WriteFile(filepath.Join(conf, "logging.properties"), []byte(logging), 0o644)
}

// attribute escapes text for an XML attribute.
func attribute(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return b.String()
}
