//go:build servers

package torture

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// smallStateDisk gives naru's state a file system of its own, which is small.
func smallStateDisk(c *cell) {
	if err := os.Mkdir(c.state, 0o755); err != nil {
		c.t.Fatal(err)
	}
	command(c, "mount", "-t", "tmpfs", "-o", "size=2m", "naru-torture", c.state)
	c.t.Cleanup(func() { command(c, "umount", c.state) }) // naru, started later, ends earlier
}

// command runs a command that only root may run.
func command(c *cell, args ...string) {
	if os.Geteuid() != 0 {
		args = append([]string{"sudo", "-n"}, args...)
	}
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		c.t.Fatalf("%q: %v: %s (a full disk takes the right to mount one)", args, err, out)
	}
}

// withFullDisk does something while nothing can be written to the state.
func withFullDisk(ctx context.Context, c *cell, what func() error) error {
	path := filepath.Join(c.state, "ballast")
	if err := fillUp(path); err != nil {
		return err
	}
	err := what()
	// What naru frees in vain it shall not have either.
	return errors.Join(err, fillUp(path), sleep(ctx, 100*time.Millisecond), os.Remove(path))
}

// fillUp writes to a file until the disk is full.
func fillUp(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	for _, size := range []int{64 << 10, 4 << 10, 1} {
		for err == nil {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			break
		}
		err = nil
	}
	return errors.Join(err, f.Close())
}

// fillStateDisk begins when naru has kept that it follows the log: nothing can
// be promised of a log that is rotated away before.
func fillStateDisk(ctx context.Context, c *cell) error {
	if err := c.delivered(ctx); err != nil {
		return err
	}
	for range 6 {
		pause(ctx, time.Duration(c.rand.IntN(400))*time.Millisecond)
		err := withFullDisk(ctx, c, func() error { return sleep(ctx, time.Duration(c.rand.IntN(800))*time.Millisecond) })
		if err != nil {
			return err
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	pause(ctx, d)
	return ctx.Err()
}
