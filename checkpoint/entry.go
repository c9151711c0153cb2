package checkpoint

import (
	"crypto/sha256"
	"time"
)

// Hash is the first half of a SHA-256 sum.
type Hash [16]byte

// Signature recognises a run of bytes of a file: how many there are and their
// hash. The zero Signature is that of no bytes.
type Signature struct {
	Len int
	Sum Hash
}

// MaxHead is how many bytes at the beginning of a file its signature covers once
// the file has them.
const MaxHead = 1 << 10

// Sign computes the signature of b.
func Sign(b []byte) Signature {
	if len(b) == 0 {
		return Signature{}
	}
	sum := sha256.Sum256(b)
	return Signature{Len: len(b), Sum: Hash(sum[:16])}
}

// Entry is what is known of one file.
type Entry struct {
	// Namespace is the input that follows the file. Put fills it in.
	Namespace string
	// ID is the file's random identity. It never changes.
	ID uint64
	// FirstSeen is when the identity was assigned, exact to the nanosecond.
	FirstSeen time.Time
	// Path is where the file was found first, Location where it lies now.
	Path, Location string
	Device, Inode  uint64
	// Head is the signature of the file's first bytes, up to MaxHead.
	Head Signature
	// Begin is the bytes that Head covers, as long as a copy may turn up that was
	// made before the last of them were written; else it is empty.
	Begin string
	// Offset is the watermark: all bytes before it are delivered.
	Offset int64
	// Tail is the signature of the bytes just before Offset.
	Tail Signature
	// Sent is where reading had come: bytes between Offset and Sent may have
	// been delivered or not. After an unclean stop Open raises it to Limit.
	Sent int64
	// Limit is how far reading may go before this entry is replaced by a newer one.
	Limit int64
	// Compressed says that Location is a gzip file; offsets count its content.
	Compressed bool
	// Finished says that the file was rotated away and read to its end.
	Finished bool
	// Seen is when the file was last known to exist, exact to the second.
	Seen time.Time
	// Fresh is a time at which the file had certainly not been rotated away yet,
	// exact to the nanosecond.
	Fresh time.Time
}
