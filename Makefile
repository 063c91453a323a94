# `make help` lists the targets. Everything they need is installed into .venv by the first one that runs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8000

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $(READY)

.PHONY: setup
setup: $(READY) ## install everything into .venv

.PHONY: demo
demo: $(READY) ## build the graph from seeds/ and serve it on http://127.0.0.1:8000/
	$(BIN)/peerkg build seeds --out public
	$(BIN)/peerkg serve public --port $(PORT)

.PHONY: build
build: $(READY) ## build the graph from seeds/ into public/
	$(BIN)/peerkg build seeds --out public

.PHONY: serve
serve: $(READY) ## serve public/
	$(BIN)/peerkg serve public --port $(PORT)

.PHONY: lint
lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: types
types: $(READY)
	$(BIN)/mypy

.PHONY: quick
quick: $(READY) ## the tests that need no server, no wheel and no browser
	$(BIN)/pytest -q -n 2 -m "not slow and not browser"

.PHONY: browser
browser: $(READY) ## install Chromium where that is allowed (Debian, root)
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null \
		|| echo "Chromium could not be installed: the browser tests will be skipped"; \
	else echo "no Chromium, and not root on Debian: the browser tests will be skipped"; fi

CHECKER := $(VENV)/checker
$(CHECKER)/.ready: tests/html/package-lock.json | $(READY)
	@mkdir -p $(CHECKER) && cp tests/html/package.json tests/html/package-lock.json $(CHECKER)/
	@if ! command -v npm >/dev/null || ! command -v java >/dev/null; then \
		echo "no npm or no Java: pages are not checked by the Nu Html Checker"; \
	elif npm ci --prefix $(CHECKER) --ignore-scripts --no-audit --no-fund --silent; then touch $@; \
	else echo "the Nu Html Checker could not be installed: pages are not checked by it"; fi

.PHONY: checker
checker: $(CHECKER)/.ready ## install the Nu Html Checker where there are npm and Java

.PHONY: test
test: $(READY) lint types browser checker ## every check: format, lint, types, tests, conformance, browser
	$(BIN)/pytest -n 2

.PHONY: accept
accept: $(READY) ## rewrite the expected graphs of tests/samples; then read the diff
	$(BIN)/pytest -q tests/test_sources.py --accept

.PHONY: bench
bench: $(READY) ## measure the build, and the endpoint beside other servers (BENCH="--size 1M --clients 1,4")
	$(BIN)/python benchmarks/run.py; broken=$$?; $(BIN)/python -m benchmarks.compare $(BENCH) && exit $$broken

.PHONY: bench-build
bench-build: $(READY) ## measure a build stage by stage: time, processor time, memory, bytes (BENCH="--sizes 10k,100k --again")
	$(BIN)/python -m benchmarks.build $(BENCH)

.PHONY: bench-convert
bench-convert: $(READY) ## measure the conversion of files of records beside rdflib and morph-kgc (BENCH="--growth 10k,1M")
	$(BIN)/python -m benchmarks.conversion $(BENCH)

.PHONY: bench-site
bench-site: $(READY) browser ## measure pages and go readers' ways among 100,000 made-up works (BENCH="--works 10k")
	$(BIN)/python -m benchmarks.site $(BENCH)

.PHONY: peers
peers: $(READY) ## install the servers that `make bench` compares with, into ~/.cache/peerkg-benchmarks
	$(BIN)/python -m benchmarks.compare --install
	$(BIN)/python benchmarks/annotation.py

FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz: $(READY) ## fuzz each reader and the conversion for FUZZ_SECONDS
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group fuzz
	$(BIN)/python tests/fuzzing/fuzz.py --seconds $(FUZZ_SECONDS)

.PHONY: lock
lock: ## renew requirements.lock from pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml --output-file requirements.lock

.PHONY: clean
clean: ## remove what the other targets made, .venv too
	rm -rf $(VENV) build dist public .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help
help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
