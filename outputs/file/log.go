package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/naru-log/naru/internal/attr"
)

// Waits between attempts to write to a disk that refuses.
const (
	firstWait = 100 * time.Millisecond
	lastWait  = 30 * time.Second
)

// chunkLog is a file that grows by whole chunks. It is used by one goroutine at a
// time. The file is opened for each chunk: a chunk costs an fsync anyway, and
// so the file may be moved away by others at any time.
type chunkLog struct {
	config Config
	logger *slog.Logger
}

func openLog(c Config, logger *slog.Logger) (*chunkLog, error) {
	l := &chunkLog{config: c, logger: logger}
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o755); err != nil {
		return nil, fmt.Errorf("make the directory of %s: %w", c.Path, err)
	}
	if info, err := os.Stat(c.Path); err == nil && !info.Mode().IsRegular() {
		return nil, attr.Errorf("path", "%s is not a regular file; to print documents use output \"stdout\"", c.Path)
	}
	f, err := l.open()
	if err != nil {
		return nil, err
	}
	return l, f.Close()
}

// write makes a chunk durable, however often that has to be tried.
func (l *chunkLog) write(ctx context.Context, chunk []byte) error {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		err := l.append(chunk)
		if err == nil {
			return nil
		}
		l.logger.Error("cannot write documents; trying again", "path", l.config.Path, "wait", wait, "error", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *chunkLog) append(chunk []byte) (err error) {
	f, err := l.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read the size of %s: %w", l.config.Path, err)
	}
	if _, err = f.Write(chunk); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("append to %s: %w", l.config.Path, err), f.Truncate(info.Size()))
	}
	if l.config.MaxBytes > 0 && info.Size()+int64(len(chunk)) >= int64(l.config.MaxBytes) {
		// The chunk is durable already: a failed rotation must not repeat it.
		if err := l.rotate(); err != nil {
			l.logger.Error("cannot rotate", "path", l.config.Path, "error", err)
		}
	}
	return nil
}

// open opens the file for appending and ends a line that a crash left open.
func (l *chunkLog) open() (*os.File, error) {
	_, err := os.Stat(l.config.Path)
	created := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(l.config.Path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open output file: %w", err)
	}
	if created {
		err = syncDir(filepath.Dir(l.config.Path))
	} else {
		err = endLine(f)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open output file: %w", err), f.Close())
	}
	return f, nil
}

func endLine(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = f.WriteString("\n")
	return err
}

// rotate renames path to path.1, path.1 to path.2 and so on.
func (l *chunkLog) rotate() error {
	name := func(i int) string {
		if i == 0 {
			return l.config.Path
		}
		return l.config.Path + "." + strconv.Itoa(i)
	}
	for i := l.config.Keep - 1; i >= 0; i-- {
		if err := os.Rename(name(i), name(i+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("rotate %s: %w", name(i), err)
		}
	}
	return syncDir(filepath.Dir(l.config.Path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
