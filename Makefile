# Rollcall: `make demo` to see it, `make test` to trust it. Each target installs what it needs, once.

SHELL := /bin/bash
PY := .venv/bin/python
STAMPS := .venv/stamps
PAGES := src/rollcall/web/pages
export ROLLCALL_PORT ?= 8080
# Compiled modules are kept: without them every start of the program, of which tests make hundreds, takes twice as long.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo test lint bench soak gallery pages lock format

setup: $(STAMPS)/python $(STAMPS)/pages

$(STAMPS)/uv:
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rollcall needs Python 3.11 or newer")'
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/python: $(STAMPS)/uv requirements/dev.txt pyproject.toml
	.venv/bin/uv pip sync --quiet --compile-bytecode --python $(PY) --require-hashes requirements/dev.txt
	.venv/bin/uv pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	touch $@

$(STAMPS)/node: $(STAMPS)/python frontend/package-lock.json
	cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --loglevel=error
	touch $@

# The pages are built once and travel in the wheel: users need no Node.
$(STAMPS)/pages: $(STAMPS)/node $(shell find frontend src/rollcall/locale -type f -not -path '*/node_modules/*' 2>/dev/null)
	cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent build
	touch $@

pages: $(STAMPS)/pages

demo: setup
	@.venv/bin/rollcall demo

test: setup
	@bash scripts/test_tools.sh
	@$(PY) -m pytest -n 2 --dist loadgroup
	@cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm test --silent

lint: $(STAMPS)/python $(STAMPS)/node
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent lint

format: $(STAMPS)/python $(STAMPS)/node
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent format

bench: setup
	@$(PY) -m bench

soak: setup
	@$(PY) -m bench.soak

# A picture of every state of the player, for `docs/gallery`.
gallery: setup
	@bash scripts/test_tools.sh
	@$(PY) -m bench.gallery

# Lock files record versions and hashes only, never where they came from.
lock: $(STAMPS)/uv
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements/run.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml -o requirements/dev.txt
