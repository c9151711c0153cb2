package file

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Deps is what an input needs from the agent.
type Deps struct {
	// Checkpoint keeps this input's positions; no other input uses it at the
	// same time.
	Checkpoint *checkpoint.Namespace
	// Budget bounds the bytes in flight.
	Budget *event.Budget
	Logger *slog.Logger
	// Metrics may be nil.
	Metrics prometheus.Registerer
	// Once makes Run return when everything that is there has been emitted.
	Once bool
	// Window is how many bytes are read beyond what is durably delivered of a
	// file, so that what may be sent twice after a crash is bounded. 0 means 64 MiB.
	Window int64
}

const defaultWindow = 64 << 20

// Input follows files. It implements event.Input.
//
// One goroutine, the scanner, finds files and knows where they lie; a few
// readers read those that have something to read, each file by one reader at a
// time; acknowledgements come from any goroutine. A file's fields say who may
// touch them.
type Input struct {
	cfg         Config
	deps        Deps
	log         *slog.Logger
	globs       []*glob
	exclude     []*glob
	dec         *decoder
	join        *joiner
	joinTimeout time.Duration
	window      int64
	slack       int64 // what a long line may be read beyond the window
	chunk       int   // bytes read at once
	now         func() time.Time
	notify      func() (*watcher, error)

	queue   *queue
	pools   pools
	handles handles
	metrics *metrics
	notices notices
	detach  func()

	dirty     dirtyList
	collected []*file // by the commit under way

	mu    sync.Mutex
	files []*file // every file that is known; written by the scanner
}

var _ event.Input = (*Input)(nil)

// New makes an input of a valid configuration. It touches no file.
func New(cfg Config, deps Deps) (*Input, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	in := &Input{cfg: cfg, deps: deps, log: deps.Logger, window: deps.Window, chunk: chunkBytes, now: time.Now, notify: newWatcher}
	if in.window == 0 {
		in.window = defaultWindow
	}
	in.slack = int64(cfg.MaxLineBytes) + 2*chunkBytes
	in.dec, _ = newDecoder(cfg.Encoding) // validated
	for i, p := range cfg.Paths {
		p, err := filepath.Abs(p)
		if err != nil {
			return nil, attr.At("paths", i, err)
		}
		g, err := parseGlob(p)
		if err != nil {
			return nil, err
		}
		in.globs = append(in.globs, g)
	}
	for i, p := range cfg.Exclude {
		if strings.Contains(p, "/") {
			abs, err := filepath.Abs(p)
			if err != nil {
				return nil, attr.At("exclude", i, err)
			}
			p = abs
		}
		g, err := parseGlob(p)
		if err != nil {
			return nil, err
		}
		in.exclude = append(in.exclude, g)
	}
	if m := cfg.Multiline; m != nil {
		in.join, in.joinTimeout = m.joiner()
	}
	in.handles.open = map[*file]struct{}{}
	in.notices.signal = make(chan struct{}, 1)
	in.queue = newQueue(in.notices.wake)
	in.metrics = newMetrics(in, deps.Metrics)
	return in, nil
}

func (m *Multiline) joiner() (*joiner, time.Duration) {
	j := &joiner{
		pattern: regexp.MustCompile(m.StartPattern + m.ContinuePattern), // validated
		starts:  m.StartPattern != "",
		lines:   cmp.Or(m.MaxLines, defaultMultilineLines),
	}
	if m.SinglePattern != "" {
		j.single = regexp.MustCompile(m.SinglePattern)
	}
	return j, cmp.Or(m.Timeout, defaultMultilineTimeout)
}

// cutter makes the cutter of a file that begins with head.
func (in *Input) cutter(head []byte) *cutter {
	return newCutter(in.dec.forFile(head), int(in.cfg.MaxLineBytes), in.join)
}

// Run implements event.Input.
func (in *Input) Run(ctx context.Context, emit func(context.Context, *event.Batch) error) error {
	if err := in.metrics.register(); err != nil {
		return err
	}
	s, err := newScanner(in)
	if err != nil {
		return err
	}
	in.detach = in.deps.Checkpoint.Attach(in)
	ctx, stop := context.WithCancel(ctx)
	var readers sync.WaitGroup
	for range min(4, max(2, runtime.GOMAXPROCS(0))) {
		readers.Go(func() { in.work(ctx, emit) })
	}
	err = s.run(ctx)
	stop()
	in.queue.close()
	readers.Wait()
	for _, f := range in.handles.list() {
		in.shut(f)
	}
	return err
}

// work reads whatever file is ready.
func (in *Input) work(ctx context.Context, emit emitFunc) {
	for {
		f := in.queue.next()
		if f == nil {
			return
		}
		more, err := in.turn(ctx, f, emit)
		if err != nil { // ctx ended
			return
		}
		in.queue.done(f, more)
	}
}

// Close implements event.Input.
func (in *Input) Close() error {
	if in.detach == nil {
		return nil // never ran
	}
	in.mu.Lock()
	files := in.files
	in.mu.Unlock()
	for _, f := range files {
		f.mu.Lock()
		if f.position != f.durable {
			f.markDirty() // so that it is known how far was sent
		}
		f.mu.Unlock()
	}
	err := in.deps.Checkpoint.Commit()
	in.detach()
	in.detach = nil
	in.metrics.unregister()
	if errors.Is(err, checkpoint.ErrClosed) {
		return nil
	}
	return err
}

// snapshot is the list of all files.
func (in *Input) snapshot() []*file {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.files)
}

func sortByUse(files []*file) {
	slices.SortFunc(files, func(a, b *file) int { return a.reading.h.used.Compare(b.reading.h.used) })
}

// notice tells the scanner what a reader found out.
type notice struct {
	file *file
	what trouble
	key  key // of the file that the reader meant
}

type trouble uint8

const (
	replaced trouble = iota // the content is not what it was
	vanished                // the path leads nowhere, or elsewhere
)

// notices wait for the scanner. Posting never blocks.
type notices struct {
	mu     sync.Mutex
	list   []notice
	signal chan struct{}
}

func (n *notices) post(x notice) {
	n.mu.Lock()
	n.list = append(n.list, x)
	n.mu.Unlock()
	n.wake()
}

// wake makes the scanner look around.
func (n *notices) wake() {
	select {
	case n.signal <- struct{}{}:
	default:
	}
}

func (n *notices) take() []notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.list
	n.list = nil
	return list
}
