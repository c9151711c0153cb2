package file

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/bytesize"
)

// Config is the block input "file".
type Config struct {
	Paths          []string      `hcl:"paths" doc:"files to follow: paths, or globs with *, ?, [a-z], {a,b}, and ** for any number of directories; relative ones start at the directory in which naru was started. An empty list follows nothing"`
	Exclude        []string      `hcl:"exclude,optional" doc:"globs of files to leave alone; one without a slash is compared with the file name"`
	WarnMissing    bool          `hcl:"warn_missing,optional" doc:"warn when a path or glob names no file; false for files that many machines do not have"`
	StartAt        string        `hcl:"start_at,optional" doc:"where to begin with files found at the very first start: beginning or end. Files that appear later are always read from the beginning"`
	IgnoreOlder    time.Duration `hcl:"ignore_older,optional" doc:"a file unchanged for longer than this when it is first seen is skipped up to its end; 0 reads everything"`
	MaxLineBytes   bytesize.Size `hcl:"max_line_bytes,optional" doc:"longest line; the rest of a longer one is left out and the event tagged"`
	PartialLineAge time.Duration `hcl:"partial_line_age,optional" doc:"how long a last line without newline waits for its end before it is sent as it is; 0 waits until the line ends or the file is rotated away"`
	Encoding       string        `hcl:"encoding,optional" doc:"encoding of the files, by a name of the WHATWG list such as utf-8, euc-kr, latin1, utf-16le; utf-16 follows the byte order mark"`
	PollInterval   time.Duration `hcl:"poll_interval,optional" doc:"how often files in use are looked at, for file systems that tell nothing about changes"`
	SweepInterval  time.Duration `hcl:"sweep_interval,optional" doc:"how often the paths are searched for new files and quiet files are looked at; stretched when a search takes more than 1 % of the time"`
	MaxOpenFiles   int           `hcl:"max_open_files,optional" doc:"most files kept open; beyond it the longest idle are closed and opened again when they change"`
	CloseIdle      time.Duration `hcl:"close_idle,optional" doc:"how long an unchanged file stays open"`
	RotatedDirs    []string      `hcl:"rotated_dirs,optional" doc:"further directories in which rotated files are looked for (logrotate's olddir); the file's own directory always is"`
	ForgetAfter    time.Duration `hcl:"forget_after,optional" doc:"how long a file that has vanished is remembered"`
	Multiline      *Multiline    `hcl:"multiline,block" doc:"joins lines that belong together, such as stack traces; an event ends before it would be longer than max_line_bytes"`
}

// Multiline is the block multiline of an input "file". StartPattern or
// ContinuePattern is needed.
type Multiline struct {
	StartPattern    string        `hcl:"start_pattern,optional" doc:"regular expression (RE2) of the first line of an event; lines that do not match belong to the one before"`
	ContinuePattern string        `hcl:"continue_pattern,optional" doc:"regular expression (RE2) of lines that belong to the one before"`
	SinglePattern   string        `hcl:"single_pattern,optional" doc:"regular expression (RE2) of lines that are an event each, whatever the other pattern says: nothing is joined to them, and they do not wait for the next line"`
	MaxLines        int           `hcl:"max_lines,optional" doc:"most lines of an event; further ones begin a new event"`
	Timeout         time.Duration `hcl:"timeout,optional" doc:"how long the last event of a file waits for more lines before it is sent"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		WarnMissing:   true,
		StartAt:       "beginning",
		MaxLineBytes:  1 << 20,
		Encoding:      "utf-8",
		PollInterval:  time.Second,
		SweepInterval: 10 * time.Second,
		MaxOpenFiles:  1024,
		CloseIdle:     5 * time.Minute,
		ForgetAfter:   48 * time.Hour,
	}
}

// SetDefaults gives the values of attributes that are not written.
func (m *Multiline) SetDefaults() {
	m.MaxLines, m.Timeout = defaultMultilineLines, defaultMultilineTimeout
}

// What a multiline block that is made in code may leave out.
const (
	defaultMultilineLines   = 500
	defaultMultilineTimeout = 5 * time.Second
)

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	for i, p := range c.Paths {
		if err := checkGlob(p); err != nil {
			errs = append(errs, attr.At("paths", i, err))
		}
	}
	for i, p := range c.Exclude {
		if err := checkGlob(p); err != nil {
			errs = append(errs, attr.At("exclude", i, err))
		}
	}
	if c.StartAt != "beginning" && c.StartAt != "end" {
		errs = append(errs, attr.Errorf("start_at", "%q is neither \"beginning\" nor \"end\"", c.StartAt))
	}
	if c.MaxLineBytes < minLineBytes || c.MaxLineBytes > maxLineBytes {
		errs = append(errs, attr.Errorf("max_line_bytes", "%v is not between %v and %v", c.MaxLineBytes, bytesize.Size(minLineBytes), bytesize.Size(maxLineBytes)))
	}
	if _, err := newDecoder(c.Encoding); err != nil {
		errs = append(errs, attr.Errorf("encoding", "%w", err))
	}
	errs = append(errs, c.checkTimes()...)
	if c.MaxOpenFiles < 1 {
		errs = append(errs, attr.Errorf("max_open_files", "%d: at least one file has to be open", c.MaxOpenFiles))
	}
	for i, d := range c.RotatedDirs {
		if !filepath.IsAbs(d) {
			errs = append(errs, attr.At("rotated_dirs", i, fmt.Errorf("%q is not an absolute path", d)))
		}
	}
	if c.Multiline != nil {
		errs = append(errs, c.Multiline.validate())
	}
	return errors.Join(errs...)
}

const (
	minLineBytes = 1 << 10
	maxLineBytes = 64 << 20
)

func (c *Config) checkTimes() []error {
	var errs []error
	for _, d := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"ignore_older", c.IgnoreOlder, 0},
		{"partial_line_age", c.PartialLineAge, 0},
		{"poll_interval", c.PollInterval, 10 * time.Millisecond},
		{"sweep_interval", c.SweepInterval, 10 * time.Millisecond},
		{"close_idle", c.CloseIdle, time.Second},
		{"forget_after", c.ForgetAfter, time.Minute},
	} {
		if d.value < d.least {
			errs = append(errs, attr.Errorf(d.name, "%v is too short: at least %v", d.value, d.least))
		}
	}
	return errs
}

func (m *Multiline) validate() error {
	if (m.StartPattern == "") == (m.ContinuePattern == "") {
		return attr.Errorf("multiline", "needs start_pattern or continue_pattern, one of them")
	}
	for _, pattern := range []string{m.StartPattern, m.ContinuePattern, m.SinglePattern} {
		if _, err := regexp.Compile(pattern); err != nil {
			return attr.Errorf("multiline", "pattern: %w", err)
		}
	}
	if m.MaxLines < 0 || m.MaxLines == 1 {
		return attr.Errorf("multiline", "max_lines %d: an event of several lines has at least 2", m.MaxLines)
	}
	if m.Timeout < 0 {
		return attr.Errorf("multiline", "timeout %v is negative", m.Timeout)
	}
	return nil
}
