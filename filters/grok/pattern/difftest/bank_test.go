//go:build servers

package difftest

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/bank"
	"github.com/naru-log/naru/internal/grokoracle"
)

// TestBankDefinitions puts our definitions and the reference's through the
// reference engine, so that a difference is one of the definitions and not of
// the engines.
func TestBankDefinitions(t *testing.T) {
	o := startOracle(t)
	r := random(t)
	cases, _ := recordings(t)
	f := func(name string, reference grokoracle.BankName, ours map[string]string) {
		theirs, err := o.Bank(reference)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(slices.Sorted(maps.Keys(ours)), slices.Sorted(maps.Keys(theirs))) {
			t.Errorf("%s: the names differ from the reference's", name)
		}
		pool := newLinePool(name, ours, cases)
		for _, key := range slices.Sorted(maps.Keys(ours)) {
			if isMended(name, "%{"+key+"}", ours) {
				continue
			}
			lines := pool.lines(r, key)
			expression := "%{" + key + ":whole}"
			got := askOracle(t, o, expression, grokoracle.Options{Definitions: ours}, lines...)
			want := askOracle(t, o, expression, grokoracle.Options{Bank: reference}, lines...)
			for i, line := range lines {
				if got[i].kind != timeout && want[i].kind != timeout && !got[i].equal(want[i]) {
					t.Errorf("%s %s on %q\n got %v\nwant %v", name, key, line, got[i], want[i])
					break
				}
			}
		}
	}
	f("ecs-v1", grokoracle.ECS, bank.ECS())
	f("legacy", grokoracle.Legacy, bank.Legacy())
}

// TestMendedDefinitionsCompile shows that the entries that the reference
// cannot even compile are patterns in ours.
func TestMendedDefinitionsCompile(t *testing.T) {
	o := startOracle(t)
	for _, name := range []string{"S3_ACCESS_LOG", "EXIM_REMOTE_HOST", "EXIM_NAMED_FIELDS", "EXIM_MESSAGE_ARRIVAL", "EXIM", "CISCOFW106023", "CISCOFW106100_2_3", "CISCOFW106100"} {
		if _, err := o.Compile("%{"+name+"}", grokoracle.Options{Bank: grokoracle.ECS}); err == nil {
			t.Errorf("the reference's %s compiles: it need not be mended", name)
		}
		if _, err := o.Compile("%{"+name+"}", grokoracle.Options{Definitions: bank.ECS()}); err != nil {
			t.Errorf("our %s: %v", name, err)
		}
	}
}

// A linePool finds lines that are worth trying on a pattern.
type linePool struct {
	own map[string][]string
	all []string
}

func newLinePool(bankName string, definitions map[string]string, cases []recording) *linePool {
	pool := &linePool{own: map[string][]string{}}
	for _, c := range cases {
		if c.bank != bankName || len(c.definitions) > 0 {
			continue
		}
		pool.all = append(pool.all, c.line)
		for name := range reachable(c.pattern, definitions) {
			pool.own[name] = append(pool.own[name], c.line)
		}
	}
	return pool
}

// lines returns lines of the pattern itself or of those that it is part of,
// changed ones, and a few of other patterns.
func (p *linePool) lines(r *rand.Rand, name string) []string {
	own := p.own[name]
	if len(own) == 0 {
		own = p.all
	}
	var lines []string
	for _, i := range r.Perm(len(own))[:min(len(own), 60)] {
		lines = append(lines, own[i])
	}
	for range 100 {
		lines = append(lines, mutate(r, own[r.IntN(len(own))]))
	}
	for range 20 {
		lines = append(lines, mutate(r, p.all[r.IntN(len(p.all))]))
	}
	return lines
}
