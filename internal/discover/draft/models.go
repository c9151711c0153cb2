package draft

import "github.com/naru-log/naru/internal/discover"

// model is the built-in pipeline for a kind of log.
type model struct {
	file     string // of the package pipelines, without .hcl
	pipeline string // the block in it
	what     string // for the comment
	values   func(paths []string, l discover.Log) map[string]any
}

// modelFor tells how a log is followed; false when no built-in pipeline is for
// its kind.
func modelFor(l discover.Log) (model, bool) {
	switch {
	case l.Server == discover.Apache && l.Kind == discover.Access:
		return model{"apache", "apache_access", "Access logs", formatted}, true
	case l.Kind == discover.ModJK:
		return model{"mod_jk", "mod_jk_log", "Log of mod_jk", followed("paths")}, true
	case l.Server == discover.Apache:
		return model{"apache", "apache_error", "Error logs", followed("error_paths")}, true
	case l.Server == discover.Nginx && l.Kind == discover.Access:
		return model{"nginx", "nginx_access", "Access logs", formatted}, true
	case l.Server == discover.Nginx:
		return model{"nginx", "nginx_error", "Error logs", followed("error_paths")}, true
	case l.Server == discover.Tomcat && l.Kind == discover.Access:
		return model{"tomcat", "tomcat_access", "Access logs", versioned}, true
	case l.Server == discover.UWSGI:
		return model{"uwsgi", "uwsgi", "Logs", formatted}, true
	case l.Server == discover.Tomcat:
		return model{"tomcat", "tomcat_log", "catalina.out and localhost logs", followed("log_paths")}, true
	}
	return model{}, false
}

// followed is for logs whose format is known.
func followed(variable string) func([]string, discover.Log) map[string]any {
	return func(paths []string, _ discover.Log) map[string]any { return map[string]any{variable: paths} }
}

func formatted(paths []string, l discover.Log) map[string]any {
	return map[string]any{"paths": paths, "format": l.Format}
}

func versioned(paths []string, l discover.Log) map[string]any {
	values := formatted(paths, l)
	if l.Version != 0 {
		values["version"] = l.Version
	}
	return values
}
