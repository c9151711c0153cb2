package geoip

import (
	"math"
	"slices"
	"strings"

	"github.com/naru-log/naru/event"
)

// section is what is known of one object: some fields as encoded members, the
// others as values. It never changes.
type section struct {
	json   string
	values []value
}

// form says which fields of an object are kept as values, by a bit for each of
// those that were asked for. The others are encoded.
type form uint32

// encoded is all of all objects as JSON.
var encoded = &[objects]form{}

type value struct {
	leaf  int // number among the fields that were asked for
	value event.Value
}

// builder collects the fields of an object that were asked for.
type builder struct {
	wanted []string
	form   form
	values []value
}

func (b *builder) add(name string, v event.Value) {
	if i := slices.Index(b.wanted, name); i >= 0 {
		b.values = append(b.values, value{i, v})
	}
}

func (b *builder) text(name, text string) {
	if text != "" {
		b.add(name, event.StringValue([]byte(text)))
	}
}

// section encodes what was collected; nil when it is nothing.
func (b *builder) section() *section {
	if len(b.values) == 0 {
		return nil
	}
	slices.SortFunc(b.values, func(x, y value) int { return x.leaf - y.leaf })
	s := &section{}
	var room [512]byte
	json := room[:0]
	for _, v := range b.values {
		if b.form>>v.leaf&1 != 0 {
			s.values = append(s.values, v)
			continue
		}
		if len(json) > 0 {
			json = append(json, ',')
		}
		json = appendMember(json, b.wanted[v.leaf], v.value)
	}
	s.json = string(json)
	return s
}

// appendMember encodes a field. No two fields share an object below the one
// that they all stand in.
func appendMember(dst []byte, name string, v event.Value) []byte {
	outer, inner, nested := strings.Cut(name, ".")
	dst = append(event.AppendJSONString(dst, []byte(outer)), ':')
	if nested {
		dst = append(dst, '{')
		dst = appendMember(dst, inner, v)
		return append(dst, '}')
	}
	switch v.Kind() {
	case event.GeoPoint:
		lat, lon := v.Point()
		dst = event.AppendJSONFloat(append(dst, `{"lat":`...), lat)
		dst = event.AppendJSONFloat(append(dst, `,"lon":`...), lon)
		return append(dst, '}')
	case event.Int:
		return event.AppendJSONFloat(dst, float64(v.Int()))
	case event.Bool:
		return append(dst, "true"...)
	}
	return event.AppendJSONString(dst, v.Bytes())
}

// onEarth reports whether a position can be indexed.
func onEarth(lat, lon float64) bool {
	return math.Abs(lat) <= 90 && math.Abs(lon) <= 180
}
