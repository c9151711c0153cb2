package geoip

import (
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/naru-log/naru/internal/datafile"
	"github.com/naru-log/naru/internal/s3fifo"
)

const (
	// Bounds of the decoded records that one database keeps: a busy day's
	// clients come from some ten thousand networks.
	maxRecords     = 32768
	maxRecordBytes = 8 << 20
	// recordOverhead is what a record costs besides its text, in bytes, and
	// valueOverhead each value of it.
	recordOverhead = 200
	valueOverhead  = 64
	// oldAfter is the age at which a database is worth a warning: MaxMind and
	// DB-IP publish anew every week or month.
	oldAfter = 90 * 24 * time.Hour
	// sampled is how many networks are looked at for something to use.
	sampled = 200
)

// database is an open file and what was read from it. Readers use it without a
// lock; it is unmapped by the collector once nobody refers to it.
type database struct {
	path    string
	reader  *maxminddb.Reader
	records *s3fifo.Cache[uintptr, *record]
	built   time.Time
	kind    string
	broken  atomic.Bool // it was seen to be damaged
}

// snapshot is the set of databases that is in use.
type snapshot struct {
	databases []*database
}

// open maps a file and checks that it is of use.
func open(path string, r *reader) (*database, error) {
	mapped, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open GeoIP database %s: %w: it is truncated or no mmdb file; fetch it again", path, err)
	}
	d := &database{
		path: path, reader: mapped, built: mapped.Metadata.BuildTime(), kind: mapped.Metadata.DatabaseType,
		records: s3fifo.New[uintptr, *record](s3fifo.Limits{Entries: maxRecords, Bytes: maxRecordBytes}),
	}
	if err := d.check(r); err != nil {
		return nil, err
	}
	return d, nil
}

// check reads some networks.
func (d *database) check(r *reader) error {
	useful, err := d.sample(r)
	switch {
	case err != nil:
		return fmt.Errorf("read GeoIP database %s: %w: it is damaged; fetch it again", d.path, err)
	case d.broken.Load():
		return fmt.Errorf("read GeoIP database %s: it is truncated; fetch it again", d.path)
	case !useful:
		return fmt.Errorf("GeoIP database %s is of type %q, which has no country, city, network or anonymity: use a City, Country, ASN, ISP or Anonymous-IP database", d.path, d.kind)
	}
	return nil
}

// sample reports whether the first networks have something to use.
func (d *database) sample(r *reader) (useful bool, err error) {
	defer d.settle(debug.SetPanicOnFault(true))
	n := 0
	for result := range d.reader.Networks() {
		m := tree{language: r.language}
		if err := result.Decode(&m); err != nil {
			return false, err
		}
		if rec := r.read(&m, encoded); rec[geo] != nil || rec[as] != nil || rec[anonymous] != nil {
			return true, nil
		}
		if n++; n == sampled {
			break
		}
	}
	return false, nil
}

// find gives the record of an address in the forms that are asked for, always
// the same ones; nil when there is none.
func (d *database) find(addr netip.Addr, r *reader, forms *[objects]form) *record {
	defer d.settle(debug.SetPanicOnFault(true))
	result := d.reader.Lookup(addr)
	if !result.Found() {
		return nil
	}
	if rec, ok := d.records.Get(result.Offset()); ok {
		return rec
	}
	m := tree{language: r.language}
	if err := result.Decode(&m); err != nil {
		d.broken.Store(true)
		return nil
	}
	rec := r.read(&m, forms)
	return d.records.Put(result.Offset(), rec, rec.size())
}

// settle ends a use of the mapped file. A file that is cut short while it is
// mapped faults where its pages are gone; the caller then returns nothing.
func (d *database) settle(panicOnFault bool) {
	debug.SetPanicOnFault(panicOnFault)
	fault := recover()
	if fault == nil {
		return
	}
	if _, memory := fault.(interface{ Addr() uintptr }); !memory {
		panic(fault)
	}
	d.broken.Store(true)
}

func (r *record) size() int {
	n := recordOverhead
	for _, s := range r {
		if s != nil {
			n += len(s.json) + len(s.values)*valueOverhead
		}
	}
	return n
}

// file is a database that may be replaced on disk.
type file struct {
	path    string
	watch   *datafile.Watch
	current *database
}

// openFile opens a database for the first time.
func openFile(path string, r *reader) (*file, error) {
	watch, err := datafile.New(path)
	if err != nil {
		return nil, fmt.Errorf("open GeoIP database: %w: install it (geoipupdate fetches GeoLite2), or leave the database out to know countries alone", err)
	}
	d, err := open(path, r)
	return &file{path, watch, d}, err
}

// report tells what was opened.
func (f *file) report(log *slog.Logger) {
	d := f.current
	log.Info("GeoIP database opened", "database", d.path, "type", d.kind, "built", d.built.UTC().Format(time.DateOnly))
	if age := time.Since(d.built); age > oldAfter {
		log.Warn("GeoIP database is old, addresses may have moved: fetch a new one", "database", d.path, "built", d.built.UTC().Format(time.DateOnly), "days", int(age.Hours()/24))
	}
}
