# Every target sets up what it needs: nothing has to be installed before but Python 3.11+ and make.
#
#   make up                                     the default stack
#   make up STACK=founder-diary-development     another one
#   make up ARGS="--allow-delete db"            options of `infra-kit up`
#   make plan STACK=nomadshift-production       what it would be and cost; nothing is made

STACK ?= zuclubit-development
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
ALL := .venv/.all
PULUMI = vars=$$($(BIN)/infra-kit env) && eval "$$vars"
FAST_TESTS := $(wildcard tests/unit tests/contract tests/conformance)
ENGINE_TESTS := $(wildcard tests/live tests/faults)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help up down stop status lint style types fast check engine test test-system bench plan

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  STACK=NAME picks the stack (default $(STACK)); there are:"
	@ls stacks/environments | sed -n 's/^Pulumi\.\(.*\)\.yaml$$/    \1/p'

up: $(READY) ## Make what the stack describes and say how to connect
	@$(BIN)/infra-kit up --stack $(STACK) $(ARGS)

down: $(READY) ## Destroy the stack (data is kept in every environment but development)
	@$(BIN)/infra-kit down --stack $(STACK) $(ARGS)

stop: $(READY) ## Stop the stack's servers and keep all data
	@$(BIN)/infra-kit stop --stack $(STACK)

status: $(READY) ## Show what the stack has and whether it runs
	@$(BIN)/infra-kit status --stack $(STACK)

plan: $(ALL) ## Show what the stack would be and cost, on any target; nothing is made
	@$(BIN)/infra-kit plan --stack $(STACK) $(ARGS)

lint: $(ALL) style types ## ruff, mypy, import-linter

style: $(ALL) ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(ALL) ## mypy, import-linter
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fast: $(ALL) ## The tests that need no engine: unit, contract, conformance
# By class: what is recorded for one test of a suite is there for the next.
	@$(BIN)/pytest -n 2 --dist loadscope $(FAST_TESTS)

# mypy has one core: side by side with the fast tests it costs half its time. It is silent until its end, so that what
# the tests say can be seen as it comes.
check: style ## lint, and the fast tests
	@$(MAKE) -j 2 types fast

test: $(ALL) ## lint, then every test that needs no Debian package
	@$(MAKE) check
	@$(MAKE) engine

engine: $(ALL) ## The tests that run Pulumi's engine and real servers
# By file: tests of one share servers and stacks, some in their order; what takes longest first (tests/conftest.py).
# They wait more than they work.
	@$(PULUMI) && $(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder $(ENGINE_TESTS)

test-system: $(ALL) ## The tests that need Debian packages
# By file: tests of one share a daemon; what takes longest first. They wait much more than they work.
	@$(PULUMI) && $(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder tests/system

bench: $(ALL) ## Measure: from nothing to all servers answering, a no-op up, memory; what recording and a plan cost, what the edge adds, what a release fails, what backing up costs, how soon a panel's page is there
	@$(BIN)/python -m tests.bench_recording
	@$(BIN)/python -m tests.bench_services
	@$(BIN)/python -m tests.bench_plan
	@$(PULUMI) && $(BIN)/python -m tests.bench $(ARGS)
	@$(BIN)/python -m tests.bench_edge
	@$(BIN)/python -m tests.bench_release
	@$(BIN)/python -m tests.bench_backup
	@$(BIN)/python -m tests.bench_panel

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "infra-kit needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)." >&2; \
	  echo "Install it (https://www.python.org/downloads/), or name it: make up PYTHON=/path/to/python3.12" >&2; \
	  exit 1; }
	@echo "… Setting up .venv (once; about a minute)"
	@started=$$SECONDS; \
	if ! [ -x $(BIN)/pip ]; then $(PYTHON) -m venv --clear .venv || { \
	  echo "Python's venv module is missing: on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }; fi; \
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local,documents,search,dev]'; \
	touch $@; echo "✓ Setting up .venv ($$((SECONDS - started)) s)"

$(ALL): $(READY)
	@echo "… Setting up what plans and tests need: the SDKs of the clouds"
# Python compiles what it imports; to compile all of the SDKs takes half a minute.
	@$(BIN)/pip install --no-compile --quiet --disable-pip-version-check -c constraints.txt -e '.[local,documents,search,aws,gcp,vps,cloudflare,dev]'
	@touch $@
