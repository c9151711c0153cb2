package useragent

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/filters/useragent/uap"
)

const (
	// watchEvery is how often the rule file is looked at. One that changed is
	// loaded when it stays the same until the next look: it may still be written.
	watchEvery = 2 * time.Second
	// maxFile is the largest rule file that is read, in bytes: uap-core's is 0.2 MB.
	maxFile = 32 << 20
)

// file is a file of rules.
type file struct {
	path           string
	now            stamp // of what is in use, or was refused
	loaded, failed prometheus.Counter
}

// stamp tells one version of a file from another.
type stamp struct {
	info fs.FileInfo
	err  error
}

func (s stamp) same(o stamp) bool {
	if s.err != nil || o.err != nil {
		return s.err != nil && o.err != nil && s.err.Error() == o.err.Error()
	}
	return os.SameFile(s.info, o.info) && s.info.Size() == o.info.Size() && s.info.ModTime().Equal(o.info.ModTime())
}

func (f *file) look() stamp {
	info, err := os.Stat(f.path)
	return stamp{info, err}
}

// load reads the file as it is now.
func (f *file) load() (*uap.Parser, error) {
	f.now = f.look()
	switch {
	case f.now.err != nil:
		return nil, fmt.Errorf("look at the rules: %w", f.now.err)
	case !f.now.info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", f.path)
	case f.now.info.Size() > maxFile:
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that rules may have", f.path, f.now.info.Size(), maxFile)
	}
	text, err := os.ReadFile(f.path)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	p, err := uap.Load(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return p, nil
}

// Run prepares the built-in rules, so that the first event need not wait for
// them; or it watches the rule file until ctx ends, and loads it when it was
// replaced. A file that cannot be used leaves the rules as they are.
func (f *Filter) Run(ctx context.Context) error {
	if f.file == nil {
		uap.Default()
		<-ctx.Done()
		return nil
	}
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	seen := f.file.now
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		is := f.file.look()
		if is.same(seen) && !is.same(f.file.now) {
			f.reload()
		}
		seen = is
	}
}

func (f *Filter) reload() {
	parser, err := f.file.load()
	if err != nil {
		f.file.failed.Inc()
		f.log.Error("user-agent rules not loaded; the rules loaded before stay in use", "error", err)
		return
	}
	f.use(parser)
	f.file.loaded.Inc()
	f.log.Info("user-agent rules loaded", "file", f.file.path, "rules", parser.Len())
}
