# Two commands for everybody, each of which makes what it needs:
#   make run     test the embedded reference and write the reports (ARGS="..." for other options)
#   make test    what has to pass before a change is merged
# and five more for those who work on the project:
#   make test-doubles  the exhaustive tests: every kind where `make test` tries a sample
#   make bench   measure the tool against a plain loop and against stock Schemathesis
#   make docs    build the documentation site into build/site
#   make reports run the campaign of reports/campaign.toml and publish reports/published/
#   make clean   remove the environment and the caches
#
# PYTHON=... chooses the interpreter the environment is made from.

VENV := .venv
BIN := $(VENV)/bin
PINS := pyproject.toml constraints.txt
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
ARGS ?=

# What the processes of tests and measures load is compiled once, whatever the environment says.
test test-doubles bench: export PYTHONDONTWRITEBYTECODE :=

# A worker takes one module at a time, in the order of their names: xdist would leave modules of few
# tests for the end, and some of these take longest.
PARALLEL := --numprocesses=auto --dist=loadscope --no-loadscope-reorder

.DELETE_ON_ERROR:
.PHONY: run test test-doubles bench docs reports clean

run: $(VENV)/.stamp-run
	$(BIN)/conformance run $(ARGS)

test: $(VENV)/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# The types are checked while the tests run: these wait for servers now and then.
	@echo "$(BIN)/mypy & $(BIN)/pytest"; \
	$(BIN)/mypy & types=$$!; \
	$(BIN)/pytest $(PARALLEL) -m 'not exhaustive' $(ARGS); tests=$$?; \
	wait $$types || { echo "mypy found what stands above the tests" >&2; exit 1; }; \
	exit $$tests

test-doubles: $(VENV)/.stamp-dev
	$(BIN)/pytest $(PARALLEL) -m exhaustive $(ARGS)

bench: $(VENV)/.stamp-dev
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/.stamp-dev
	$(BIN)/python docs/overlay_reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict $(ARGS)

reports: $(VENV)/.stamp-dev
	$(BIN)/conformance campaign reports/campaign.toml -o build/league --publish reports/published $(ARGS)

clean:
	rm -rf $(VENV) .grimp_cache .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

# An interpreter is usable when it is new enough and can make an environment with pip in it.
# A name may exist and not run (version managers put such names on the PATH), so each is tried.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14 python; do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	      >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$python (once)"; \
	    exec "$$python" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "No usable Python: version 3.11 or newer with its venv module is needed" >&2; \
	echo "  hint: install it (on Debian: python3 python3-venv), or say make PYTHON=/path/to/python" >&2; \
	exit 1

$(VENV)/.stamp-run: $(PINS) | $(BIN)/python
	@echo "Installing what the tool needs into $(VENV)"
	$(INSTALL) --editable .
	@touch $@

# The development environment holds the other one too.
$(VENV)/.stamp-dev: $(PINS) | $(BIN)/python
	@echo "Installing the tool and its development tools into $(VENV)"
	$(INSTALL) --editable '.[dev,moto]'
	@touch $@ $(VENV)/.stamp-run
