package config

// Load reads the files that args name: an .hcl file, a folder of them or the
// name of a built-in pipeline. The Config is usable when the diagnostics have no
// errors; it is never nil, so that its Files serve to print them.
func Load(args []string, o Options) (*Config, *Diagnostics) {
	return &Config{}, &Diagnostics{}
}
