//go:build !linux

package file

// seekData does not exist everywhere: an invalid whence makes the seek fail, and
// holes are read as what they are.
const seekData = -1
