# Two commands: `make run` starts everything, `make test` checks everything. Both install what they need first.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
GUARD := .venv/bin/guard
# Without compiled files a start takes twice as long; some environments forbid Python to write them.
unexport PYTHONDONTWRITEBYTECODE
LOCKED := .venv/.installed-from-lock

.PHONY: help run test bench train lint web clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

# The environment is made again only when the lock file has changed.
$(LOCKED): uv.lock pyproject.toml tools/bootstrap_uv.py
	@echo "==> Python environment (first time: a few minutes, about 1 GB)"
	@uv=$$($(PYTHON) tools/bootstrap_uv.py) && "$$uv" sync --frozen --quiet || { echo "The environment could not be installed. Check the network, or set UV_DEFAULT_INDEX to a package mirror you can reach, then run the same command again." >&2; exit 1; }
	@touch $@

run: $(LOCKED) ## Start the assistant, the action server and the staff console
	@$(GUARD) up

train: $(LOCKED) ## Train the model from data/
	@$(GUARD) train

test: $(LOCKED) ## Check style, types, architecture, data and behaviour
	@.venv/bin/python tools/test.py

lint: $(LOCKED) ## Only style, types and architecture
	@.venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports

bench: $(LOCKED) ## Measure speed and accuracy; prints ratios, decides nothing
	@.venv/bin/python bench/run.py

web: ## Build the chat page again (needs Node.js)
	@cd web && npm ci && npm run build

clean: ## Remove the environment, models and caches; keeps var/ with the data
	@rm -rf .venv .tools models .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
