# Everything a fresh machine needs to run Catenary and to test it: Python 3.11 and this file.
# Set-up happens once and again only when pyproject.toml or constraints.txt changes.

# The first of these that is 3.11 or newer; set PYTHON=/path/to/python to choose another.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)
PORT ?= 8000
# One more than there are processors: some wait for a browser, a server or a monitor.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

BIN := .venv/bin
SET_UP = $(if $(strip $(PYTHON)),"$(PYTHON)" scripts/set_up.py,\
	$(error Catenary needs Python 3.11 or newer, found as python3. On Debian: apt-get install python3 python3-venv))
# Files are handed out in the order of tests/order.py.
PYTEST = $(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# A database the caller has set must never be the one that tests are run on. And Python keeps what
# it has compiled, wherever it was told not to: else each of the thousand processes that tests
# start compiles the product anew, and each process of tests all the tests.
TESTING := env -u CATENARY_DATA -u PYTHONDONTWRITEBYTECODE
ON_SQLITE := $(TESTING) -u DATABASE_URL
ON_POSTGRESQL := $(TESTING) $(BIN)/python scripts/postgres_for_tests.py

.DEFAULT_GOAL := help
.PHONY: help run set-up set-up-dev set-up-tests test lint lint-style lint-types lint-contracts \
	lint-and-compile compile test-sqlite test-postgresql soak bench load screenshots clean

help: ## Say what can be done
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

run: set-up ## Start Catenary on http://localhost:8000 with the example stories in it
	@# Ctrl-C is the ordinary way to stop it, not a failure of make.
	@$(BIN)/catenary demo --port $(PORT) || [ $$? -eq 130 ]

set-up:
	@$(SET_UP) product

set-up-dev:
	@$(SET_UP) development

set-up-tests:
	@$(SET_UP) tests

test: set-up-tests lint-and-compile test-sqlite test-postgresql ## Linters, types, contracts and all tests on SQLite and PostgreSQL
	@echo "make test: all passed."

LINT := lint-types lint-style lint-contracts
AT_ONCE = @$(MAKE) --no-print-directory --jobs --output-sync=target

lint: set-up-dev ## Linters, formatting, types and import contracts
	$(AT_ONCE) $(LINT)

lint-style:
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lint-types:
	$(BIN)/mypy

lint-contracts:
	$(BIN)/lint-imports --no-logo

# Types are looked at by one processor, and that takes longest. What the others could do meanwhile:
# compile the product and its tests, which else all processes of tests do at once, each for itself.
lint-and-compile:
	$(AT_ONCE) $(LINT) compile

compile:
	@$(TESTING) $(BIN)/python -m compileall -q src
	@# What cannot be collected is told when tests are run.
	@$(ON_SQLITE) $(BIN)/pytest -qq --collect-only >/dev/null 2>&1 || true

test-sqlite: set-up-tests ## All tests on SQLite, browser journeys included
	$(ON_SQLITE) $(PYTEST)

# What asks for no database is not run on a second one: see tests/second.py. Of the foundation and
# the house that is all, so they are not even read.
test-postgresql: set-up-tests ## The tests that use the database, on a throw-away PostgreSQL
	$(ON_POSTGRESQL) $(PYTEST) --only-database --ignore=tests/domain --ignore=tests/house \
		-m "not journey"

# Properties are tried on forty times as many examples as in `make test`: see tests/examples.py.
soak: set-up-tests ## Long fuzz, load and kill runs, on both databases
	$(ON_SQLITE) $(PYTEST) --properties
	$(ON_POSTGRESQL) $(PYTEST) --properties --only-database
	$(ON_SQLITE) $(BIN)/pytest -q --soak -m soak
	$(ON_POSTGRESQL) $(BIN)/pytest -q --soak -m "soak and not journey"

bench: set-up-tests ## Measure speed and size on both databases; the figures go to docs/benchmarks.md
	$(ON_SQLITE) $(BIN)/python -m benchmarks
	$(ON_POSTGRESQL) $(BIN)/python -m benchmarks

load: set-up-tests ## Two hundred visitors at once for five minutes, at 100,000 services
	$(ON_SQLITE) $(BIN)/python -m benchmarks.load

screenshots: set-up-tests ## Take the pictures in docs/screenshots from the running product
	$(ON_SQLITE) $(BIN)/python -m scripts.screenshots

clean: ## Remove what was set up and cached; your data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
