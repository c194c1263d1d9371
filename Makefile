# make help lists the targets. Needs Python 3.11 or newer with venv; each target installs its packages into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable
DEMO := $(VENV)/.demo
TEST := $(VENV)/.test
LINT := $(VENV)/.lint
ENGINES := $(VENV)/.engines
BROWSER := $(VENV)/.browser
TRUST := $(VENV)/.trust
BENCH := .venv-bench
# One more than the cores of a small machine: tests wait for servers and processes.
WORKERS ?= 3
# The tests start hundreds of processes, which are twice as fast with compiled modules.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test client browser picture engines lint check prove trust trust-quick bench bench-quick reference goldens audit clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 14

#: Python compiles the modules that run when it first imports them.
$(DEMO): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) '.[endpoint]'
	@touch $@

$(TEST): $(DEMO)
	$(INSTALL) '.[test]'
	@touch $@

$(LINT): $(TEST)
	$(INSTALL) '.[test,lint]'
	@touch $@

$(ENGINES): $(TEST)
	$(INSTALL) '.[test,spark,clickhouse]'
	@touch $@

$(BROWSER): $(TEST)
	$(INSTALL) '.[browser]'
	@touch $@

$(TRUST): $(TEST)
	$(INSTALL) '.[trust]'
	@touch $@

$(BENCH)/.ready: pyproject.toml benchmarks/peers.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[endpoint,scan]' --requirement benchmarks/peers.txt
	@touch $@

demo: $(DEMO)  ## load sample orders into an embedded store and search them
	@$(BIN)/orderquery demo

test: $(TEST)  ## the whole test suite
	$(BIN)/python -m pytest -q -n $(WORKERS)

client: $(TEST)  ## the real JavaScript SDK against a running endpoint; needs Node
	$(BIN)/python -m pytest -q -rsP -m client tests/client

browser: $(BROWSER)  ## the playground in a real Chromium; needs chromium and npm
	$(BIN)/python -m pytest -q -rsP -m browser tests/playground

picture: $(BROWSER)  ## take the picture of the playground for the README; needs chromium
	$(BIN)/python tests/playground/picture.py

engines: $(ENGINES)  ## the conformance cases, a few random searches and attacks on Spark and ClickHouse; needs Java 17
	$(BIN)/python -m pytest -q -m engines tests/stores/test_engines_corpus.py tests/stores/test_engines_attacks.py tests/test_readme.py

lint: $(LINT)  ## style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m pytest -q tests/test_type_checkers.py

check: lint test  ## what a change has to pass

prove: $(ENGINES)  ## the full differential runs, 10,000 corrections, searches with holes, translations and explanations, 50,000 steps of the service a store, 1,000 synced shops; needs Java 17
	ORDERQUERY_SEARCHES=10000 $(BIN)/python -m pytest -q -n $(WORKERS) tests/test_differential.py
	ORDERQUERY_CORRECTIONS=10000 ORDERQUERY_HOLES=10000 $(BIN)/python -m pytest -q -rP -n $(WORKERS) tests/compiler/test_corrections.py tests/compiler/test_holes.py tests/compiler/test_helps.py tests/compiler/test_neighbours.py
	ORDERQUERY_TRANSLATIONS=10000 $(BIN)/python -m pytest -q -rP -n $(WORKERS) tests/migration/test_translate.py
	ORDERQUERY_PAIRS=10000 ORDERQUERY_HISTOGRAMS=1000 $(BIN)/python -m pytest -q -n $(WORKERS) tests/memory/test_why.py tests/stores/test_histogram.py
	ORDERQUERY_STEPS=50000 $(BIN)/python -m pytest -q -rP -n $(WORKERS) tests/emulator/test_service_machine.py
	ORDERQUERY_SYNCS=1000 $(BIN)/python -m pytest -q -rP -n $(WORKERS) tests/sync/test_model.py tests/sync/test_processes.py
	ORDERQUERY_SEARCHES_EXPORTED=300 $(BIN)/python -m pytest -q -m engines tests/stores/test_engines_corpus.py

trust: $(TRUST)  ## every attack in full (fuzzing, hostile requests, crashes, crowds), and the long form of every test
	ORDERQUERY_TRUST=full $(BIN)/python -m pytest -q -n $(WORKERS) -m 'not browser and not client and not engines'

trust-quick: $(TRUST)  ## the attacks in their short form, as .ci/run does
	$(BIN)/python -m pytest -q -n $(WORKERS) -m trust tests/trust

bench: $(BENCH)/.ready  ## the benchmarks, each against a named opponent in the same run
	$(BENCH)/bin/python -m benchmarks

bench-quick: $(BENCH)/.ready  ## the same at smaller sizes, in under two minutes
	$(BENCH)/bin/python -m benchmarks --quick

reference: $(DEMO)  ## make what is generated: grammar/README.md, the tables in READMEs, types
	$(BIN)/python -m orderquery.tools.reference > grammar/README.md.new && mv grammar/README.md.new grammar/README.md
	$(BIN)/python -m orderquery.tools.parity
	$(BIN)/python -m orderquery.tools.file_tables
	$(BIN)/python -m orderquery.tools.typed_fields
	$(BIN)/python -m orderquery.tools.typed_dicts

goldens: $(TEST)  ## rewrite the expected SQL; read the difference before committing it
	ORDERQUERY_GOLDENS=write $(BIN)/python -m pytest -q tests/sql/test_goldens.py
	ORDERQUERY_GOLDENS=write $(BIN)/python -m pytest -q tests/sql/test_mapped_layouts.py -k golden

audit: $(DEMO)  ## list the direct dependencies, their makers, and whether they are needed at run time
	@$(BIN)/python -m orderquery.tools.audit

clean:  ## remove what make made
	rm -rf $(VENV) $(BENCH) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
