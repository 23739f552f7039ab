# Few commands, the same names everywhere; CI runs them too. `make` alone explains them.
PORT ?= 8080
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check audit prove fix schema texts widget bench screenshots

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/ready ## everything from nothing: install, load two businesses, serve on PORT (8080)
	@exec $(BIN)/pulse demo --port $(PORT)

test: .venv/ready-to-test ## all tests, browser tests too; installs browsers, Redis and Node if missing
	@tools/need chromium redis-server haproxy node npm firefox-esr
	@[ widget_bundle/node_modules/.package-lock.json -nt widget_bundle/package-lock.json ] \
		|| npm --prefix widget_bundle ci --no-audit --no-fund
	@$(BIN)/pytest

test-fast: .venv/ready-to-test ## tests without browser, demo and slow ones: under 90 seconds
	@$(BIN)/pytest -m "not browser and not demo and not slow"

check: .venv/ready-to-test ## lint, types, layers, limits, structure, licences, bill of materials
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m checks
	$(BIN)/python -m checks.bill_of_materials .venv/bill-of-materials.json

audit: .venv/ready-to-test ## known weaknesses of what Pulse installs; needs a network
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt pip-audit
	$(BIN)/pip-audit --requirement deploy/requirements.lock --require-hashes --disable-pip
	@tools/need node npm
	npm --prefix widget_bundle audit

prove: .venv/ready-to-test ## the long form of the isolation walk, generated cases and fuzzing
	$(BIN)/pytest --long --timeout=7200 tests/isolation tests/widget_api/test_contract.py

fix: .venv/ready-to-test ## format, and mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: .venv/ready-to-test ## write the migrated schema to schema.sql, after a new migration
	$(BIN)/python -m pulse.db.schema

texts: .venv/ready-to-test ## after a text has changed: write the message catalogues anew
	@$(BIN)/python -m tools.texts

widget: ## rebuild the widget's bundle and report its size (needs Node)
	@tools/need node npm
	cd widget_bundle && npm ci --no-audit --no-fund && npm run build

bench: .venv/ready-to-test ## all benchmarks beside their peers; writes docs/performance.md
	@tools/need chromium redis-server haproxy
	@$(BIN)/python -m bench.report

screenshots: .venv/ready-to-test ## the demo in a real browser, as pictures in docs/screens
	@tools/need chromium
	$(BIN)/python -m tools.screenshots

# Stamps keep a second start short: nothing is installed again until these files change.
.venv/ready: pyproject.toml constraints.txt
	@tools/install .venv .
	@touch $@

.venv/ready-to-test: pyproject.toml constraints.txt
	@tools/install .venv '.[dev]'
	@touch .venv/ready $@
