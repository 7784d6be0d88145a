# Everything a person does here, from a machine with Python 3.11 (or newer) and make only.
#
#   make demo      a full demonstration on http://127.0.0.1:8000 (PORT=8001 for another port)
#   make test      the whole suite; journeys run where a Chromium is found
#   make journeys  the journeys in a real Chromium alone (SHOTS=folder keeps screenshots)
#   make lint      ruff, import contracts, mypy, djlint, migrations
#   make messages  gather the words of the pages into the translation files, and compile them
#   make bench NAME=pages
#   make static    build static/src into static/dist (needs npm)
#   make lock      write the locked requirements again (needs uv)
#
# DATABASE_URL and REDIS_URL are used when set; without them, SQLite in .demo/ and one process.

PORT ?= 8000
NAME ?= pages
WORKERS ?= auto
PYTEST ?=
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
STAMP := .venv/installed
RUNTIME = requirements.txt $$(cksum < requirements.txt)
DEVELOPMENT = requirements-dev.txt $$(cksum < requirements-dev.txt)

.DEFAULT_GOAL := help
.PHONY: help demo test test-only journeys lint types messages bench static lock clean environment environment-dev

help:
	@sed -n 's/^#   \(make.*\)/  \1/p' Makefile

# The environment is made once, and made again from nothing when a locked version changes.
environment:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@if ! grep -qsx "$(RUNTIME)" $(STAMP) || { grep -qs '^requirements-dev.txt' $(STAMP) && ! grep -qsx "$(DEVELOPMENT)" $(STAMP); }; then \
		echo "Making the environment (once, and again when requirements change)…" && \
		rm -rf .venv && $(PYTHON) -m venv .venv && \
		$(PIP) install --require-hashes -r requirements.txt && \
		$(PIP) install --no-deps --no-build-isolation --editable . && \
		echo "$(RUNTIME)" > $(STAMP); \
	fi

environment-dev: environment
	@if ! grep -qsx "$(DEVELOPMENT)" $(STAMP); then \
		echo "Adding the development tools…" && \
		$(PIP) install --require-hashes -r requirements-dev.txt && \
		echo "$(DEVELOPMENT)" >> $(STAMP); \
	fi

demo: environment
	@umask 077 && mkdir -p .demo && test -s .demo/secret-key || \
		$(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))' > .demo/secret-key
	@DEMO=1 SITE_URL=http://127.0.0.1:$(PORT) SECRET_KEY="$${SECRET_KEY:-$$(cat .demo/secret-key)}" \
		$(BIN)/python manage.py demo --port $(PORT)

test: test-only
	@if [ -n "$$($(BIN)/python -m tests.browser)" ]; then $(MAKE) --no-print-directory journeys; \
	else echo "JOURNEYS NOT RUN: no Chromium on this machine (set CHROMIUM to its path)."; fi

test-only: environment-dev
	$(BIN)/python -m pytest -n $(WORKERS) --ignore=tests/journeys $(PYTEST)

# In the order of the files: what one journey leaves on the server they share, the next ones find.
journeys: environment-dev
	$(BIN)/python -m pytest -p no:randomly tests/journeys $(PYTEST)

lint: environment-dev types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint templates --lint --quiet
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run

types: environment-dev
	$(BIN)/mypy

messages: environment-dev
	$(BIN)/python manage.py messages

bench: environment-dev
	$(BIN)/python -m tests.benchmarks $(NAME)

static:
	cd static/src && npm ci --no-audit --no-fund && npm run build

# hatchling too: `make environment` installs our own code without a build environment of its own.
lock:
	echo hatchling | uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--python-version 3.11 pyproject.toml - --output-file requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--python-version 3.11 --constraints requirements.txt --extra dev pyproject.toml --output-file requirements-dev.txt

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
