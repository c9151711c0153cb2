package file

import "sync"

// phase is what a file waits for.
type phase uint8

const (
	idle    phase = iota
	queued        // for a reader
	running       // a reader has it
	again         // a reader has it, and has to look again
)

// queue hands the files that have something to read to the readers, each to one
// of them at a time. It is not a channel because a file must stand in it only
// once however often it is woken, and because it must never block who wakes.
type queue struct {
	mu     sync.Mutex
	ready  sync.Cond
	first  *file // linked by file.nextReady
	last   *file
	busy   int // queued or running
	closed bool
	onIdle func() // called when nothing is busy any more
}

func newQueue(onIdle func()) *queue {
	q := &queue{onIdle: onIdle}
	q.ready.L = &q.mu
	return q
}

// wake says that there may be something to read in f.
func (q *queue) wake(f *file) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch f.sched {
	case idle:
		q.busy++
		q.append(f)
	case running:
		f.sched = again
	}
}

// next waits for a file; nil means that the queue is closed.
func (q *queue) next() *file {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.first == nil && !q.closed {
		q.ready.Wait()
	}
	if q.closed {
		return nil
	}
	f := q.first
	if q.first = f.nextReady; q.first == nil {
		q.last = nil
	}
	f.nextReady, f.sched = nil, running
	return f
}

// append puts f at the end. q.mu is held.
func (q *queue) append(f *file) {
	f.sched = queued
	if q.last == nil {
		q.first = f
	} else {
		q.last.nextReady = f
	}
	q.last = f
	q.ready.Signal()
}

// done gives a file back; more says that it is not read to its end.
func (q *queue) done(f *file, more bool) {
	q.mu.Lock()
	if more || f.sched == again {
		q.append(f)
		q.mu.Unlock()
		return
	}
	f.sched = idle
	q.busy--
	quiet := q.busy == 0
	q.mu.Unlock()
	if quiet {
		q.onIdle()
	}
}

// seize takes an idle file out of the readers' reach until done; it reports
// whether it could.
func (q *queue) seize(f *file) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if f.sched != idle {
		return false
	}
	f.sched = running
	q.busy++
	return true
}

// quiet reports whether no file is queued or read.
func (q *queue) quiet() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.busy == 0
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.ready.Broadcast()
}
