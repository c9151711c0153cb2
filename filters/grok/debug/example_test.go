package debug_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/naru-log/naru/filters/grok/debug"
)

func ExampleRun() {
	lines := "order=7 open\norder=x open\n"
	opt := debug.Options{Pattern: `order=%{POSINT:order.id:long} %{WORD:order.state}`}
	if err := debug.Run(context.Background(), opt, strings.NewReader(lines), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// line 1: match
	//     order=7 open
	//     order.id     long     7
	//     order.state  string   "open"
	//
	// line 2: no match, stopped at byte 6 in POSINT
	//     order=x open
	//           ^
	//     expected here, in the definition of POSINT:
	//     \b[1-9][0-9]*\b
	//       ^
	//
	// 1 of 2 lines matched
}

func ExampleRun_json() {
	lines := "order=7 open\norder=x open\n"
	opt := debug.Options{Pattern: `order=%{POSINT:order.id:long} %{WORD:order.state}`, JSON: true}
	if err := debug.Run(context.Background(), opt, strings.NewReader(lines), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"match": true, "captures": {"order.id": 7, "order.state": "open"}}
	// {"match": false}
}
