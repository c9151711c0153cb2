package elasticsearch

import "encoding/binary"

// idLen is the length of an _id: 21 bytes in base64url.
const idLen = 28

// AppendID appends the _id of the line that stands at a byte offset of a source
// and is dated ns, in nanoseconds since 1970 UTC. It is the same whenever the
// line is read again and different for every other line.
//
// The id is 6 bytes of milliseconds, 8 bytes of source and 7 bytes of offset,
// big-endian, in base64url. The time comes first because Lucene finds out that
// an id is new at little cost when ids arrive in order; the alphabet and a
// length without padding let Elasticsearch store it as 21 bytes.
func AppendID(dst []byte, ns int64, source uint64, offset int64) []byte {
	ms := ns / 1e6
	if ns%1e6 < 0 {
		ms-- // towards the past, before 1970 too
	}
	n := len(dst)
	dst = append(dst, "0000000000000000000000000000"...)
	id := (*[idLen]byte)(dst[n:])
	binary.BigEndian.PutUint64(id[0:], base64URL(uint64(ms)))
	binary.BigEndian.PutUint64(id[8:], base64URL(source>>16))
	binary.BigEndian.PutUint64(id[16:], base64URL(source<<32|uint64(offset)>>24))
	binary.BigEndian.PutUint32(id[24:], uint32(base64URL(uint64(offset))))
	return dst
}

// ones has a one in each byte.
const ones = 0x0101010101010101

// base64URL turns the low 48 bits of v into 8 characters. It spreads the bits
// to 6 for each byte and maps all bytes at once, adding what separates each run
// of the alphabet (A-Z a-z 0-9 - _) from the one before.
func base64URL(v uint64) uint64 {
	v = v<<8&0x00ffffff00000000 | v&0x0000000000ffffff
	v = v<<4&0x0fff00000fff0000 | v&0x00000fff00000fff
	v = v<<2&0x3f003f003f003f00 | v&0x003f003f003f003f
	reaches := func(n uint64) uint64 { return (v + ones*(128-n)) >> 7 & ones }
	up := v + ones*'A' + reaches(26)*('a'-'A'-26) + reaches(63)*('_'-'-'-1)
	return up - reaches(52)*('a'-'0'+26) - reaches(62)*('0'-'-'+10)
}
