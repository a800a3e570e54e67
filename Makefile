# Freshet. Each target is a line or two; CONTRIBUTING.md says when to use which.

GOLANGCI_LINT := v2.15.0
GOVULNCHECK   := v1.9.0
CYCLONEDX     := v1.10.0
FUZZTIME      ?= 20s
FUZZFLAGS     ?=
ROOM          ?= .
BENCHDIR      ?= $(CURDIR)/.bench
TOOLS         := $(CURDIR)/.tools
MINUTES       ?= 30
PYTHON        ?= python3

.PHONY: run build test race e2e-smoke e2e torture soak soak-api lint vuln sbom reproducible bench-server bench fuzz generate models e2e-deps e2e-deps-all

run: build ## a server on 127.0.0.1:4566, data in ./freshet-data
	./bin/freshet dev

build: ## bin/freshet
	CGO_ENABLED=0 go build -trimpath -o bin/freshet ./cmd/freshet

test: ## what every change must pass
	go vet ./...
	go test -timeout 10m ./...

race: ## the same under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -timeout 20m ./...

e2e-smoke: build e2e-deps ## the README's first use, boto3, the AWS CLI, JavaScript, a hundred kills
	go test -tags e2e -timeout 10m -count 1 -short ./e2e/...

e2e: build e2e-deps-all ## all of them, at full length
	go test -tags e2e -timeout 60m -count 1 ./e2e/...

torture: build ## crashes, kills and I/O faults by the thousand
	FRESHET_TORTURE=1 go test -timeout 120m -count 1 ./internal/shardlog/... ./internal/meta/...
	go run ./e2e/killloop -n 1000

soak: ## the log engine at half its top speed for MINUTES: docs/soak.csv and docs/soak.svg
	go run ./internal/shardlog/soak -for $(MINUTES)m -csv docs/soak.csv -svg docs/soak.svg

soak-api: build ## the server, with everything in motion, for MINUTES: docs/soak-api.csv and docs/soak-api.svg
	go run ./e2e/soak -for $(MINUTES)m -csv docs/soak-api.csv -svg docs/soak-api.svg

lint: $(TOOLS)/bin/golangci-lint-$(GOLANGCI_LINT) ## the pinned linters of .golangci.yml
	$< run ./...

$(TOOLS)/bin/golangci-lint-$(GOLANGCI_LINT):
	GOBIN=$(TOOLS)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	mv $(TOOLS)/bin/golangci-lint $@

vuln: $(TOOLS)/bin/govulncheck-$(GOVULNCHECK) ## known vulnerabilities that our code reaches (asks vuln.go.dev; VULNFLAGS='-db file:///…' asks a copy)
	$< $(VULNFLAGS) ./...

$(TOOLS)/bin/govulncheck-$(GOVULNCHECK):
	GOBIN=$(TOOLS)/bin go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK)
	mv $(TOOLS)/bin/govulncheck $@

sbom: build $(TOOLS)/bin/cyclonedx-gomod-$(CYCLONEDX) ## bin/freshet.cdx.json: what is in the command, with licences; fails on a licence that we do not take
	$(TOOLS)/bin/cyclonedx-gomod-$(CYCLONEDX) bin -json -licenses -version "$$(git describe --always --dirty)" -output bin/freshet.cdx.json bin/freshet
	! grep -nE '"(id|name)": "[^"]*(AGPL|GPL-|SSPL)' bin/freshet.cdx.json

$(TOOLS)/bin/cyclonedx-gomod-$(CYCLONEDX):
	GOBIN=$(TOOLS)/bin go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX)
	mv $(TOOLS)/bin/cyclonedx-gomod $@

reproducible: build ## bin/freshet again, from a clone elsewhere and without a cache: the same bytes (what is not committed is not in it)
	sh .ci/reproducible

bench-server: build ## the tables of docs/benchmarks.md, on a machine that does nothing else; ten minutes
	@mkdir -p $(BENCHDIR)
	./bin/freshet bench all --data $(BENCHDIR)
	TMPDIR=$(BENCHDIR) go test -run '^$$' -bench 'Recovery|OpenLargeFolder|Waiters' -benchtime 3x ./internal/shardlog/disklog

bench: ## Go's benchmarks; docs/benchmarks.md has those of the whole server
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## every fuzz test below ROOM for FUZZTIME
	@grep -rHoE '^func Fuzz\w+' --include='*_test.go' --exclude-dir=.tools $(ROOM) | sed -E 's|/[^/]*:func | |' | \
	while read -r room name; do echo "$$room $$name"; go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) $(FUZZFLAGS) "$$room" || exit 1; done

generate: ## what is generated from internal/gen's facts
	go generate ./...

models: ## the facts of AWS's models, from the botocore that internal/gen/models.sh pins
	sh internal/gen/models.sh

e2e-deps: $(TOOLS)/venv/.installed $(TOOLS)/node/.installed ## boto3, the AWS CLI and the SDKs for JavaScript, in .tools

e2e-deps-all: e2e-deps $(TOOLS)/java/.installed ## those and the SDKs for Java (needs a JDK and Maven)

$(TOOLS)/venv/.installed: e2e/boto3/requirements.txt
	$(PYTHON) -m venv $(TOOLS)/venv
	$(TOOLS)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(TOOLS)/node/.installed: e2e/clients/package.json
	mkdir -p $(@D) && cp $< $(@D)
	npm install --prefix $(@D) --silent --no-package-lock --no-audit --no-fund
	touch $@

$(TOOLS)/java/.installed: e2e/clients/java/pom.xml $(wildcard e2e/clients/java/src/*.java)
	mvn -q -B -f $< -Dbuilt=$(@D) -Dmaven.repo.local=$(TOOLS)/m2 compile
	touch $@
