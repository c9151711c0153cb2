package agent

import (
	"io"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/address"
	"github.com/naru-log/naru/filters/anonymize"
	"github.com/naru-log/naru/filters/cidr"
	"github.com/naru-log/naru/filters/convert"
	"github.com/naru-log/naru/filters/date"
	"github.com/naru-log/naru/filters/dissect"
	"github.com/naru-log/naru/filters/drop"
	"github.com/naru-log/naru/filters/fingerprint"
	"github.com/naru-log/naru/filters/forwarded"
	"github.com/naru-log/naru/filters/geoip"
	"github.com/naru-log/naru/filters/grok"
	"github.com/naru-log/naru/filters/gsub"
	"github.com/naru-log/naru/filters/json"
	"github.com/naru-log/naru/filters/kv"
	"github.com/naru-log/naru/filters/logformat"
	"github.com/naru-log/naru/filters/lowercase"
	"github.com/naru-log/naru/filters/redact"
	"github.com/naru-log/naru/filters/remove"
	"github.com/naru-log/naru/filters/rename"
	"github.com/naru-log/naru/filters/sample"
	"github.com/naru-log/naru/filters/set"
	"github.com/naru-log/naru/filters/split"
	"github.com/naru-log/naru/filters/stacktrace"
	"github.com/naru-log/naru/filters/tag"
	"github.com/naru-log/naru/filters/throttle"
	"github.com/naru-log/naru/filters/translate"
	"github.com/naru-log/naru/filters/url"
	"github.com/naru-log/naru/filters/useragent"
	"github.com/naru-log/naru/inputs/file"
	"github.com/naru-log/naru/outputs/elasticsearch"
	fileout "github.com/naru-log/naru/outputs/file"
	"github.com/naru-log/naru/outputs/stdout"
)

// filterEnv is what a filter may ask for besides its configuration.
type filterEnv struct {
	schema  *event.Schema
	log     *slog.Logger
	metrics prometheus.Registerer
}

// inputEnv is what an input may ask for.
type inputEnv struct {
	files   *checkpoint.Namespace
	budget  *event.Budget
	log     *slog.Logger
	metrics prometheus.Registerer
	once    bool
}

// outputEnv is what an output may ask for.
type outputEnv struct {
	schema   *event.Schema
	pipeline string
	dead     elasticsearch.DeadLetters
	stdout   io.Writer
	log      *slog.Logger
	metrics  prometheus.Registerer
}

// component describes one kind of block: how it is documented, its defaults and
// how it is built.
type component[E, T any] struct {
	doc    string
	config func() any
	build  func(cfg any, env E) (T, error)
}

// describe makes a component of typed functions.
func describe[C, E, T any, R interface{ *C }](doc string, defaults func() C, build func(C, E) (T, error)) component[E, T] {
	return component[E, T]{
		doc: doc,
		config: func() any {
			c := defaults()
			return R(&c)
		},
		build: func(cfg any, env E) (T, error) { return build(*cfg.(R), env) },
	}
}

// Kinds describes every component for the configuration loader and the
// reference.
func Kinds() config.Kinds {
	return config.Kinds{Inputs: kinds(inputs()), Filters: kinds(filters()), Outputs: kinds(outputs())}
}

func kinds[E, T any](from map[string]component[E, T]) map[string]config.Kind {
	to := make(map[string]config.Kind, len(from))
	for name, c := range from {
		to[name] = config.Kind{Doc: c.doc, Config: c.config}
	}
	return to
}

func inputs() map[string]component[inputEnv, event.Input] {
	return map[string]component[inputEnv, event.Input]{
		"file": describe("follows log files", file.Defaults, func(c file.Config, env inputEnv) (event.Input, error) {
			return file.New(c, file.Deps{Checkpoint: env.files, Budget: env.budget, Logger: env.log, Metrics: env.metrics, Once: env.once})
		}),
	}
}

func outputs() map[string]component[outputEnv, event.Output] {
	return map[string]component[outputEnv, event.Output]{
		"elasticsearch": describe("puts documents into Elasticsearch or OpenSearch, each exactly once", elasticsearch.Defaults, func(c elasticsearch.Config, env outputEnv) (event.Output, error) {
			return elasticsearch.New(c, env.schema, elasticsearch.Options{Pipeline: env.pipeline, Logger: env.log, Registerer: env.metrics, DeadLetters: env.dead})
		}),
		"file": describe("appends documents to a file, one JSON object per line, each at least once", fileout.Defaults, func(c fileout.Config, env outputEnv) (event.Output, error) {
			return fileout.New(c, env.log)
		}),
		"stdout": describe("prints documents, one JSON object per line, each at least once", stdout.Defaults, func(c stdout.Config, env outputEnv) (event.Output, error) {
			return stdout.New(c, env.stdout), nil
		}),
	}
}

func filters() map[string]component[filterEnv, event.Filter] {
	return map[string]component[filterEnv, event.Filter]{
		"address":     plain("tells addresses from host names", address.Defaults, address.New),
		"anonymize":   plain("makes addresses and other traces of people unrecognisable", anonymize.Defaults, anonymize.New),
		"cidr":        plain("names the network that an address belongs to", cidr.Defaults, cidr.New),
		"convert":     plain("changes the type of fields", convert.Defaults, convert.New),
		"date":        plain("reads the time of an event", date.Defaults, date.New),
		"dissect":     plain("cuts text at fixed delimiters", dissect.Defaults, dissect.New),
		"drop":        plain("leaves events out; give it a when", drop.Defaults, drop.New),
		"fingerprint": plain("sets a field to a hash of others", fingerprint.Defaults, fingerprint.New),
		"forwarded":   plain("finds the client behind trusted proxies", forwarded.Defaults, forwarded.New),
		"geoip": describe("tells where an address is and whose network it belongs to", geoip.Defaults, func(c geoip.Config, env filterEnv) (event.Filter, error) {
			return geoip.New(c, env.schema, env.log, env.metrics)
		}),
		"grok": describe("takes text apart by named patterns", grok.Defaults, func(c grok.Config, env filterEnv) (event.Filter, error) {
			return grok.New(c, env.schema, env.metrics)
		}),
		"gsub":        plain("replaces what a regular expression matches", gsub.Defaults, gsub.New),
		"json":        plain("reads a JSON object out of a field", json.Defaults, json.New),
		"kv":          plain("reads pairs such as name=value", kv.Defaults, kv.New),
		"log_format":  plain("takes access logs apart by the format string of the server that wrote them", logformat.Defaults, logformat.New),
		"lowercase":   plain("turns letters into lower case", lowercase.Defaults, lowercase.New),
		"redact":      plain("blots out secrets in query strings", redact.Defaults, redact.New),
		"remove":      plain("removes fields", remove.Defaults, remove.New),
		"rename":      plain("renames fields", rename.Defaults, rename.New),
		"sample":      plain("keeps a share of the events and drops the others", sample.Defaults, sample.New),
		"set":         plain("sets fields to values or to expressions over other fields", set.Defaults, set.New),
		"split":       plain("makes a list of text that holds several values", split.Defaults, split.New),
		"stack_trace": plain("takes exceptions with their stack traces out of messages", stacktrace.Defaults, stacktrace.New),
		"tag":         plain("adds and removes tags", tag.Defaults, tag.New),
		"throttle":    plain("marks or drops events that come too often", throttle.Defaults, throttle.New),
		"translate": describe("looks values up in a table", translate.Defaults, func(c translate.Config, env filterEnv) (event.Filter, error) {
			return translate.New(c, env.schema, env.log)
		}),
		"url": plain("takes a URL apart", url.Defaults, url.New),
		"user_agent": describe("tells which program and device a request came from", useragent.Defaults, func(c useragent.Config, env filterEnv) (event.Filter, error) {
			return useragent.New(c, env.schema, env.log, env.metrics)
		}),
	}
}

// plain describes a filter that needs nothing but the schema.
func plain[C any, F event.Filter](doc string, defaults func() C, build func(C, *event.Schema) (F, error)) component[filterEnv, event.Filter] {
	return describe(doc, defaults, func(c C, env filterEnv) (event.Filter, error) { return build(c, env.schema) })
}
