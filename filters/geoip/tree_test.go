package geoip

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
)

// compareNodes checks node n against what the library decodes. Keys that no record is
// read for are not in the tree, lists are their first element.
func compareNodes(t *testing.T, tr *tree, n *node, want any, path string) (leaves int) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		for k, v := range w {
			if useful[k] || k == tr.language {
				leaves += compareNodes(t, tr, tr.below(n, k), v, path+"."+k)
			} else if tr.below(n, k) != &none {
				t.Errorf("%s.%s is kept for nothing", path, k)
			}
		}
		return leaves
	case []any:
		return compareNodes(t, tr, n, w[0], path)
	case string:
		if n.text != w {
			t.Errorf("%s: %q, want %q", path, n.text, w)
		}
	case bool:
		if n.yes() != w {
			t.Errorf("%s: %v, want %v", path, n.yes(), w)
		}
	default:
		if f, ok := n.value(); !ok || fmt.Sprint(f) != fmt.Sprint(w) {
			t.Errorf("%s: %v %v, want %v", path, f, ok, w)
		}
	}
	return 1
}

// The oracle is the library's own decoding of whole records.
func TestTreeHasWhatTheLibraryDecodes(t *testing.T) {
	full := city("Seoul")
	full["traits"] = object{"is_tor_exit_node": mmdbtype.Bool(true), "is_anonymous": mmdbtype.Bool(false), "isp": str("KT"), "autonomous_system_number": mmdbtype.Uint32(4766)}
	full["registered_country"] = object{"iso_code": str("JP"), "names": object{"en": str("Japan")}}
	full["names"] = object{"de": str("Namen"), "xx": mmdbtype.Uint64(1 << 40)}
	path := temporary(t, "City", map[string]object{
		"1.0.0.0/24": full,
		"1.0.1.0/24": {"latitude": mmdbtype.Float32(1.5), "longitude": mmdbtype.Int32(-7), "asn": str("AS1"), "code": mmdbtype.Uint16(3), "isp": mmdbtype.Bytes("x")},
	})
	db, err := maxminddb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for addr, least := range map[string]int{"1.0.0.1": 18, "1.0.1.1": 4} {
		result := db.Lookup(netip.MustParseAddr(addr))
		var want map[string]any
		got := tree{language: "de"}
		if err := result.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if err := result.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if b, ok := want["isp"].([]byte); ok { // not a text: as good as absent
			delete(want, "isp")
			if got.text("isp") != "" {
				t.Errorf("bytes %q became a text", b)
			}
		}
		if n := compareNodes(t, &got, &got.nodes[0], want, addr); n < least {
			t.Errorf("%s: only %d values compared", addr, n)
		}
	}
}

// A file may hold objects of any depth and size.
func TestTreeIsBounded(t *testing.T) {
	deep := object{"isp": str("bottom")}
	for range 40 {
		deep = object{"traits": deep}
	}
	wide := mmdbtype.Map{}
	for k := range useful {
		inner := mmdbtype.Map{}
		for l := range useful {
			inner[mmdbtype.String(l)] = str(k + l)
		}
		wide[mmdbtype.String(k)] = inner
	}
	path := temporary(t, "City", map[string]object{"1.0.0.0/24": deep, "1.0.1.0/24": wide})
	db, err := maxminddb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for addr, most := range map[string]int{"1.0.0.1": maxDepth + 1, "1.0.1.1": maxNodes} {
		got := tree{language: "en"}
		if err := db.Lookup(netip.MustParseAddr(addr)).Decode(&got); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
		if len(got.nodes) > most || len(got.nodes) < maxDepth {
			t.Errorf("%s: %d nodes, want at most %d", addr, len(got.nodes), most)
		}
	}
}
