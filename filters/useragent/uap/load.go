package uap

import (
	"fmt"
	"regexp/syntax"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ua-parser/uap-go/uaparser"
)

// Default returns the parser with the rules compiled into the program, which all callers share. The first call loads
// them, in some 20 ms. It panics if these rules are faulty, which the tests of this package rule out.
func Default() *Parser { return builtIn() }

var builtIn = sync.OnceValue(func() *Parser {
	p, err := Load(uaparser.DefinitionYaml)
	if err != nil {
		panic(fmt.Sprintf("load the built-in rules: %v", err))
	}
	return p
})

// Load reads rules in the format of uap-core's regexes.yaml. An error names the line and the rule at fault.
func Load(yaml []byte) (*Parser, error) {
	defs, err := readRules(yaml)
	if err != nil {
		return nil, fmt.Errorf("read user-agent rules: %w", err)
	}
	slices.SortStableFunc(defs, func(a, b definition) int { return int(a.section) - int(b.section) })
	if len(defs) > 1<<16 {
		return nil, fmt.Errorf("read user-agent rules: %d rules, more than the %d that fit", len(defs), 1<<16)
	}
	l := newLoader(len(defs))
	for i, a := range analyseAll(defs) {
		if a.err != nil {
			return nil, fmt.Errorf("read user-agent rules: line %d: regex '%s': %w", defs[i].line, defs[i].regex, a.err)
		}
		l.add(i, &defs[i], a)
	}
	if l.p.finder, err = newFinder(l.literals); err != nil {
		return nil, fmt.Errorf("read user-agent rules: %w", err)
	}
	if l.p.classes, err = newClassifier(); err != nil {
		return nil, fmt.Errorf("prepare the classifier: %w", err)
	}
	return l.p, nil
}

// analysis is what loading needs to know of a rule's expression.
type analysis struct {
	groups  int
	clauses []clause
	err     error
}

// analyseAll analyses the rules on all processors: it is most of the work of loading.
func analyseAll(defs []definition) []analysis {
	out := make([]analysis, len(defs))
	var wg sync.WaitGroup
	var next atomic.Int64
	const share = 32
	for range min(runtime.GOMAXPROCS(0), 8) {
		wg.Go(func() {
			for from := int(next.Add(share)) - share; from < len(defs); from = int(next.Add(share)) - share {
				for i := from; i < min(from+share, len(defs)); i++ {
					out[i] = defs[i].analyse()
				}
			}
		})
	}
	wg.Wait()
	return out
}

func (d *definition) analyse() analysis {
	flags := syntax.Perl
	if d.fold {
		flags |= syntax.FoldCase
	}
	re, err := syntax.Parse(d.regex, flags)
	if err != nil {
		return analysis{err: err}
	}
	return analysis{groups: re.MaxCap(), clauses: required(re)}
}

// loader builds a parser from rules in order.
type loader struct {
	p        *Parser
	ids      map[string]uint16
	literals []string
}

func newLoader(rules int) *loader {
	literals := 4 * rules // as uap-core has
	return &loader{
		p:        &Parser{rules: make([]rule, rules), always: make([]uint64, (rules+63)/64), triggers: make([][]uint16, 0, literals)},
		ids:      make(map[string]uint16, literals),
		literals: make([]string, 0, literals),
	}
}

func (l *loader) add(i int, d *definition, a analysis) {
	r := &l.p.rules[i]
	r.regex, r.fold, r.fields = d.regex, d.fold, uint8(len(fieldKeys[d.section]))
	for f := range r.fields {
		r.templates[f] = newTemplate(d.templates[f], a.groups)
	}
	for s := d.section; s < sections; s++ {
		l.p.ends[s] = i + 1
	}
	if len(a.clauses) == 0 {
		l.p.always[i>>6] |= 1 << (i & 63)
		return
	}
	for _, lit := range l.intern(a.clauses[0]) {
		l.p.triggers[lit] = append(l.p.triggers[lit], uint16(i))
	}
	for _, c := range a.clauses[1:] {
		r.needs = append(r.needs, l.intern(c))
	}
}

func (l *loader) intern(c clause) []uint16 {
	out := make([]uint16, len(c))
	for i, s := range c {
		id, ok := l.ids[s]
		if !ok && len(l.literals) < maxFiled {
			id = uint16(len(l.literals))
			l.ids[s] = id
			l.literals = append(l.literals, s)
			l.p.triggers = append(l.p.triggers, nil)
		}
		out[i] = id
	}
	return out
}
