package debug

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

const maxLine = 16 << 20

// A lineReader cuts its input into lines at \n and \r\n, as the file input
// does.
type lineReader struct {
	in     *bufio.Reader
	long   []byte // a line that does not fit the reader's buffer
	number int    // of the line that next returned last, from 1
}

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(in, 64<<10)}
}

// next returns the next line, which is valid until the next call, or io.EOF.
func (l *lineReader) next() ([]byte, error) {
	l.long = l.long[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		if len(l.long)+len(part) > maxLine {
			return nil, fmt.Errorf("line %d is longer than %d MiB", l.number+1, maxLine>>20)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			l.long = append(l.long, part...)
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read line %d: %w", l.number+1, err)
		}
		if len(part)+len(l.long) == 0 {
			return nil, io.EOF
		}
		l.number++
		line := part
		if len(l.long) > 0 {
			l.long = append(l.long, part...)
			line = l.long
		}
		line, _ = bytes.CutSuffix(line, []byte("\n"))
		line, _ = bytes.CutSuffix(line, []byte("\r"))
		return line, nil
	}
}

// waiting says that the next line is not there yet: somebody may be typing
// it, and wants to see what became of the last.
func (l *lineReader) waiting() bool { return l.in.Buffered() == 0 }
