package discover

import "github.com/naru-log/naru/filters/logformat"

// LogFormat is the configuration of the filter log_format that reads a log.
func (l Log) LogFormat() logformat.Config {
	c := logformat.Defaults()
	switch l.Server {
	case Apache:
		c.Apache = l.Format
	case Nginx:
		c.Nginx = l.Format
	case UWSGI:
		c.UWSGI = l.Format
	case Tomcat:
		c.Tomcat = l.Format
		if l.Version != 0 {
			c.TomcatVersion = l.Version
		}
	}
	return c
}

// checkFormat says what is not understood in the format of a log.
func checkFormat(l Log) error {
	if l.Server == UWSGI && l.Format == "" { // uWSGI's own
		return nil
	}
	c := l.LogFormat()
	return c.Validate()
}
