package useragent_test

import (
	"fmt"
	"log/slog"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/useragent"
)

// The filter makes one fragment of a document of a user agent.
func Example() {
	schema := event.NewSchema()
	config := useragent.Defaults()
	config.Field = "message"
	filter, err := useragent.New(config, schema, slog.Default(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	schema.Freeze()

	ev := event.NewEvent(schema)
	ev.Reset(nil, []byte("Mozilla/5.0 (compatible; Yeti/1.1; +https://naver.me/spd)"), 0)
	filter.Processor().Process(ev)
	ev.Unset(event.Message)
	fmt.Println(string(event.NewEncoder(schema).Append(nil, ev)))
	// Output: {"user_agent":{"name":"Yeti","version":"1.1","device":{"name":"Spider","type":"bot"},"type":"crawler"}}
}
