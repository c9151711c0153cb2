# make run   see naru at work; needs Go and nothing else
# make test  everything that is checked; installs what that needs first

GO ?= go
BIN := dist/naru

# Pinned, and run through the go command: no tool is installed.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
export GO STATICCHECK GOVULNCHECK

FUZZTIME ?= 20s
# 3 rounds of 20 kills in each cell that kills are more than a thousand.
ROUNDS ?= 3

.DEFAULT_GOAL := help
.PHONY: help build run demo install test test-unit race lint fuzz bench bench-go bench-arena torture docs catalog dashboards clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

build: ## build dist/naru
	@[ -e $(BIN) ] || echo 'building naru; the first time takes a minute'
	@CGO_ENABLED=0 $(GO) build -o $(BIN) ./cmd/naru

run: build ## watch a live sample log go through the Apache pipeline (to ELASTICSEARCH_HOSTS if set)
	@$(BIN) demo

demo: run ## the same

install: ## install what the tests need: packages, servers, data (as root or through sudo)
	@$(GO) run ./internal/servers/install

test: install lint ## everything: lint, unit tests with the race detector, tests against real servers
	@scripts/test

test-unit: ## the quick tests, which need no server and no network
	@$(GO) test ./...

race: ## the quick tests with the race detector
	@$(GO) test -race ./...

lint: ## gofmt, go vet, staticcheck, govulncheck
	@scripts/lint

fuzz: ## every fuzz target for FUZZTIME (20s)
	@scripts/fuzz $(FUZZTIME)

bench: bench-go bench-arena ## both of the next two

bench-go: ## Go benchmarks of every stage
	@$(GO) test -run '^$$' -bench . -benchmem $$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -n 1 dirname | sort -u)
	@$(GO) test -tags servers -run '^$$' -bench Core -benchmem ./filters/useragent/uap
	@$(GO) test -tags servers -run '^$$' -bench AgainstReference -benchmem ./filters/grok/pattern/difftest

bench-arena: ## naru as a whole on the arena's log, beside its peers (ARENA=-n=200000 for a short one)
	@$(GO) run ./bench/arena $(ARENA)

torture: install ## the long form of the delivery matrix: kills and faults by the thousand
	@$(GO) test -tags servers -timeout 0 -v -run TestMatrix ./internal/torture -args -rounds $(ROUNDS) -kills 20 -lines 20000 -report $(CURDIR)/docs/reliability.md

docs: ## write the generated pages of docs/ again
	@$(GO) generate ./...

catalog: install build ## write docs/catalog.md and its pictures again, with a real Elasticsearch
	@$(GO) test -tags servers -count 1 -run TestCatalog ./internal/e2e -update-catalog

dashboards: ## compile the Kibana dashboards again from their YAML
	@$(GO) run ./internal/dashboards/compile

clean: ## remove what make made; downloads stay in the user's cache directory
	@rm -rf dist
