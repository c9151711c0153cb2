package uap

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/naru-log/naru/filters/useragent/uap/matcher"
)

// maxLength is how much of a user agent is looked at, in bytes: more than web servers take, and a bound for what a
// log that was made up can cost.
const maxLength = 16 << 10

// Other is the family of what no rule matches.
const Other = "Other"

// Version is a version's parts, as text; those that are not known are empty.
type Version struct {
	Major, Minor, Patch, PatchMinor string
}

// Result is what the rules say of a user agent. The families are Other where no rule matches.
type Result struct {
	Family  string // of the user agent: "Chrome"
	Version Version

	OS        string // "Mac OS X"
	OSVersion Version

	Device string // "iPhone", "Spider"
	Brand  string
	Model  string

	// Type and DeviceType are not of the rules but of this package's classifier.
	Type       Type
	DeviceType DeviceType
}

// Parser holds a set of rules. It is immutable and safe for concurrent use.
type Parser struct {
	rules    []rule
	ends     [sections]int // rules of section s end here
	finder   *finder
	triggers [][]uint16 // rules to consider when a literal occurs
	always   []uint64   // rules to consider whatever occurs
	classes  *classifier
	scratch  sync.Pool // of *scratch
}

// rule is one rule. Its program is compiled when it is first tried: most never are.
type rule struct {
	regex     string
	fold      bool
	fields    uint8
	needs     [][]uint16 // one literal of each must occur
	templates [maxFields]template
	program   atomic.Pointer[matcher.Program]
}

type scratch struct {
	machine    matcher.Machine
	lower      []byte
	normal     []byte // lower, or folded
	folded     []byte
	seen       []uint64
	candidates []uint64
}

// Parse fills r with what the rules say of ua, in each section the first rule that matches, and with its classes. r keeps
// no part of ua. Of a user agent longer than 16 KiB it reads the beginning.
func (p *Parser) Parse(ua []byte, r *Result) {
	ua = ua[:min(len(ua), maxLength)]
	s, _ := p.scratch.Get().(*scratch)
	if s == nil {
		s = &scratch{}
	}
	p.parse(s, ua, r)
	p.scratch.Put(s)
}

func (p *Parser) parse(s *scratch, ua []byte, r *Result) {
	s.prepare(p, ua)
	p.finder.find(s.normal, func(lit uint16) {
		if s.seen[lit>>6]&(1<<(lit&63)) != 0 {
			return
		}
		s.seen[lit>>6] |= 1 << (lit & 63)
		for _, i := range p.triggers[lit] {
			s.candidates[i>>6] |= 1 << (i & 63)
		}
	})
	text := string(ua)
	*r = Result{Family: Other, OS: Other, Device: Other}
	var f [maxFields]string
	if p.first(s, agents, text, &f) {
		r.Family, r.Version = orOther(f[0]), Version{f[1], f[2], f[3], f[4]}
	}
	if p.first(s, systems, text, &f) {
		r.OS, r.OSVersion = orOther(f[0]), Version{f[1], f[2], f[3], f[4]}
	}
	if p.first(s, devices, text, &f) {
		r.Device, r.Brand, r.Model = orOther(f[0]), f[1], f[2]
	}
	p.classes.classify(s.normal, r)
}

func orOther(family string) string {
	if family == "" {
		return Other
	}
	return family
}

func (s *scratch) prepare(p *Parser, ua []byte) {
	s.lower = s.lower[:0]
	high := byte(0)
	for _, c := range ua {
		high |= c
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		s.lower = append(s.lower, c)
	}
	s.normal = s.lower
	if high >= 0x80 {
		s.folded = normalise(s.folded[:0], s.lower)
		s.normal = s.folded
	}
	s.machine.SetText(ua, s.lower)
	words := (len(p.triggers) + 63) / 64
	s.seen = slices.Grow(s.seen[:0], words)[:words]
	clear(s.seen)
	s.candidates = append(s.candidates[:0], p.always...)
}

// first runs the rules of a section that can match, in order, and fills fields from the first that does.
func (p *Parser) first(s *scratch, sec section, text string, fields *[maxFields]string) bool {
	from := 0
	if sec > 0 {
		from = p.ends[sec-1]
	}
	for i := from; i < p.ends[sec]; i++ {
		word := s.candidates[i>>6] >> (i & 63)
		if word == 0 {
			i |= 63
			continue
		}
		if i += bits.TrailingZeros64(word); i >= p.ends[sec] {
			return false
		}
		r := &p.rules[i]
		if !s.has(r.needs) {
			continue
		}
		if caps, ok := s.machine.Match(r.compiled()); ok {
			for f := range r.fields {
				fields[f] = r.templates[f].expand(text, caps)
			}
			return true
		}
	}
	return false
}

func (s *scratch) has(needs [][]uint16) bool {
	for _, c := range needs {
		if !slices.ContainsFunc(c, func(lit uint16) bool { return s.seen[lit>>6]&(1<<(lit&63)) != 0 }) {
			return false
		}
	}
	return true
}

// compiled returns the program of a rule. Load has parsed the expression, so compiling it cannot fail.
func (r *rule) compiled() *matcher.Program {
	if prog := r.program.Load(); prog != nil {
		return prog
	}
	prog, err := matcher.Compile(r.regex, r.fold)
	if err != nil {
		panic(fmt.Sprintf("user-agent rule '%s' parsed but did not compile: %v", r.regex, err))
	}
	r.program.Store(prog)
	return prog
}

// Len returns the number of rules.
func (p *Parser) Len() int { return len(p.rules) }
