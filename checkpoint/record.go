package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// The log begins with a header of 16 bytes:
//
//	"naruckpt"  8 bytes
//	version     uint32, little-endian, as all integers of fixed size
//	checksum    uint32, CRC-32C of the twelve bytes before
//
// and goes on with records:
//
//	marker      0xC5
//	length      uint32, of the payload
//	checksum    uint32, CRC-32C of length and payload
//	payload     a byte that tells the kind, then the fields
//
// Each record stands for itself: the last one about a file says what is known
// of it. A put holds strings as uvarint length and bytes, counts as uvarints,
// times as varints. Version 1 had puts without Entry.Begin, which is the last
// field; they are read as if it was empty.
const (
	magic        = "naruckpt"
	version      = 2
	headerBytes  = 16
	marker       = 0xC5
	frameBytes   = 9
	maxPayload   = 64 << 10 // far beyond a namespace and two paths of 4 KiB
	maxNameBytes = 16 << 10
)

type kind byte

const (
	kindPut    kind = 1
	kindDelete kind = 2
	kindClean  kind = 3 // the writer stopped in order; counts only as the last record
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendHeader(b []byte) []byte {
	from := len(b)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
}

// errVersion is not corruption: another naru wrote the file.
type errVersion uint32

func (v errVersion) Error() string {
	return fmt.Sprintf("its format is version %d, and this naru reads versions up to %d: it was written by a newer naru", uint32(v), version)
}

func checkHeader(b []byte) error {
	if len(b) < headerBytes {
		return errors.New("the header is cut off")
	}
	if crc32.Checksum(b[:12], castagnoli) != binary.LittleEndian.Uint32(b[12:]) || string(b[:8]) != magic {
		return errors.New("the header is damaged")
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v == 0 || v > version {
		return errVersion(v)
	}
	return nil
}

// frame appends a record whose payload is written by fill.
func frame(b []byte, fill func([]byte) []byte) []byte {
	from := len(b)
	b = append(b, marker, 0, 0, 0, 0, 0, 0, 0, 0)
	b = fill(b)
	f := b[from:]
	binary.LittleEndian.PutUint32(f[1:], uint32(len(f)-frameBytes))
	sum := crc32.Update(crc32.Checksum(f[1:5], castagnoli), castagnoli, f[frameBytes:])
	binary.LittleEndian.PutUint32(f[5:], sum)
	return b
}

func appendPut(b []byte, e *Entry) []byte {
	return frame(b, func(b []byte) []byte {
		b = append(b, byte(kindPut))
		b = appendText(b, e.Namespace)
		b = binary.LittleEndian.AppendUint64(b, e.ID)
		b = binary.AppendVarint(b, e.FirstSeen.UnixNano())
		b = appendText(b, e.Path)
		b = appendText(b, e.Location)
		b = binary.AppendUvarint(b, e.Device)
		b = binary.AppendUvarint(b, e.Inode)
		b = appendSignature(b, e.Head)
		b = appendSignature(b, e.Tail)
		b = binary.AppendUvarint(b, uint64(e.Offset))
		b = binary.AppendUvarint(b, uint64(e.Sent))
		b = binary.AppendUvarint(b, uint64(e.Limit))
		b = binary.AppendVarint(b, e.Seen.Unix())
		b = binary.AppendVarint(b, e.Fresh.UnixNano())
		b = append(b, flag(e.Compressed)|flag(e.Finished)<<1)
		return appendText(b, e.Begin)
	})
}

func appendDelete(b []byte, namespace string, id uint64) []byte {
	return frame(b, func(b []byte) []byte {
		b = appendText(append(b, byte(kindDelete)), namespace)
		return binary.LittleEndian.AppendUint64(b, id)
	})
}

func appendClean(b []byte) []byte {
	return frame(b, func(b []byte) []byte { return append(b, byte(kindClean)) })
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendSignature(b []byte, s Signature) []byte {
	b = binary.AppendUvarint(b, uint64(s.Len))
	if s.Len == 0 {
		return b
	}
	return append(b, s.Sum[:]...)
}

func flag(v bool) byte {
	if v {
		return 1
	}
	return 0
}

// nextRecord takes the record at the beginning of b. incomplete says that b may
// be the beginning of a good record.
func nextRecord(b []byte) (payload []byte, size int, incomplete bool, err error) {
	if b[0] != marker {
		return nil, 0, false, errors.New("no record begins here")
	}
	if len(b) < frameBytes {
		return nil, 0, true, errors.New("the last record is cut off")
	}
	n := binary.LittleEndian.Uint32(b[1:])
	if n == 0 || n > maxPayload {
		return nil, 0, false, fmt.Errorf("a record of %d bytes is impossible", n)
	}
	size = frameBytes + int(n)
	if len(b) < size {
		return nil, 0, true, errors.New("the last record is cut off")
	}
	sum := crc32.Update(crc32.Checksum(b[1:5], castagnoli), castagnoli, b[frameBytes:size])
	if sum != binary.LittleEndian.Uint32(b[5:]) {
		return nil, size, false, errors.New("the checksum of a record is wrong")
	}
	return b[frameBytes:size], size, false, nil
}

// reader takes fields off a payload; the first failure sticks.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.take(uint64(n))
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.take(uint64(n))
	return v
}

func (r *reader) fixed() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// offset is a count that is no valid position when it is negative.
func (r *reader) offset() int64 {
	v := int64(r.uvarint())
	if v < 0 {
		r.bad = true
	}
	return v
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > maxNameBytes {
		r.bad = true
		return ""
	}
	return string(r.take(n))
}

func (r *reader) signature() (s Signature) {
	n := r.uvarint()
	if n > MaxHead {
		r.bad = true
	}
	if n == 0 || r.bad {
		return s
	}
	s.Len = int(n)
	if b := r.take(uint64(len(s.Sum))); b != nil {
		s.Sum = Hash(b)
	}
	return s
}

// record is a decoded payload.
type record struct {
	kind  kind
	entry Entry // of a delete only Namespace and ID
}

func decodeRecord(payload []byte) (rec record, err error) {
	r := &reader{b: payload[1:]}
	rec.kind = kind(payload[0])
	e := &rec.entry
	switch rec.kind {
	case kindPut:
		e.Namespace, e.ID = r.text(), r.fixed()
		e.FirstSeen = time.Unix(0, r.varint())
		e.Path, e.Location = r.text(), r.text()
		e.Device, e.Inode = r.uvarint(), r.uvarint()
		e.Head, e.Tail = r.signature(), r.signature()
		e.Offset, e.Sent, e.Limit = r.offset(), r.offset(), r.offset()
		e.Seen = time.Unix(r.varint(), 0)
		e.Fresh = time.Unix(0, r.varint())
		if b := r.take(1); b != nil {
			e.Compressed, e.Finished = b[0]&1 != 0, b[0]&2 != 0
		}
		if len(r.b) > 0 {
			e.Begin = r.text()
		}
	case kindDelete:
		e.Namespace, e.ID = r.text(), r.fixed()
	case kindClean:
	default:
		return rec, fmt.Errorf("record kind %d is unknown", payload[0])
	}
	if r.bad || len(r.b) > 0 {
		return rec, errors.New("the fields of a record do not fit its length")
	}
	return rec, nil
}
