package apache

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"
)

// readyPath is asked until the server answers; what asks for it is not logged,
// so that a test can count its own requests.
const readyPath = "/.naru-ready"

// modules that every server loads; log_config, logio and unixd are compiled
// into Debian's.
var modules = []string{
	"mpm_event", "authz_core", "authz_host", "access_compat", "dir", "mime", "alias", "env",
	"setenvif", "headers", "filter", "reqtimeout", "rewrite", "status",
}

// text writes the configuration of s.
func (c Config) text(s *Server) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }

	line("ServerRoot %q", s.Dir)
	line("DefaultRuntimeDir %q", s.Dir)
	line("PidFile %q", s.Dir+"/apache.pid")
	line("Listen %s", s.Addr)
	line("ServerName %s", s.Addr)
	// By default the kernel hands a connection that sends nothing to Apache only
	// after 30 s (TCP_DEFER_ACCEPT); request timeouts would take as long.
	line("AcceptFilter http none")
	for _, m := range append(append([]string{}, modules...), c.Modules...) {
		line("LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so", m, m)
	}
	if os.Geteuid() == 0 {
		line("User nobody\nGroup nogroup")
	}
	line("TypesConfig /etc/mime.types")
	line("DocumentRoot %q", s.Root)
	line("<Directory %q>\nRequire all granted\nAllowOverride None\n</Directory>", s.Root)
	line("DirectoryIndex index.html")
	line("StartServers 1\nThreadsPerChild 25\nMaxRequestWorkers 100\nServerLimit 4")
	line("Timeout 20\nKeepAlive On\nKeepAliveTimeout %d", seconds(c.KeepAlive, 5))
	line("RequestReadTimeout header=%d", seconds(c.HeaderTimeout, 1))

	line("LogLevel %s", cmp.Or(c.LogLevel, "info"))
	line("ErrorLog %q", s.ErrorLog)
	if c.ErrorLogFormat != "" {
		line("ErrorLogFormat \"%s\"", c.ErrorLogFormat)
	}
	line("SetEnvIf Request_URI ^%s$ naru_ready", readyPath)
	line("LogFormat \"%s\" naru", cmp.Or(c.LogFormat, CombinedD))
	line("CustomLog %q naru env=!naru_ready", c.accessLog(s))

	if c.Deflate {
		line("LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so")
		line("SetOutputFilter DEFLATE")
	}
	line("%s", c.Extra)
	return b.String()
}

func (c Config) accessLog(s *Server) string {
	if c.Pipe != "" {
		return "|" + c.Pipe
	}
	return s.AccessLog
}

func seconds(d time.Duration, otherwise int) int {
	if d < time.Second {
		return otherwise
	}
	return int(d / time.Second)
}
