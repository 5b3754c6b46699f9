# Khabardar: two commands on a fresh machine are `make demo` and `make test`. Needed: Python 3.11+ (with venv) and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= $(or $(KHABARDAR_CONFIG),khabardar.toml)

.PHONY: help setup setup-dev demo run test lint format docs lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

setup:  ## puts the khabardar command at .venv/bin/khabardar
	@PYTHON="$(PYTHON)" sh packaging/setup.sh requirements.lock.txt

setup-dev:
	@PYTHON="$(PYTHON)" sh packaging/setup.sh requirements-dev.lock.txt

demo: setup  ## the main job on a sample newsroom: no configuration, no network
	@$(BIN)/khabardar demo

run: setup  ## the service; CONFIG=khabardar.toml names its configuration
	@$(BIN)/khabardar --config "$(CONFIG)" run

test: setup-dev  ## all tests, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: setup-dev  ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: setup-dev  ## formats the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup-dev  ## the documentation as a site, in build/site
	@$(BIN)/zensical build --strict --clean --config-file zensical.toml

lock:  ## makes the lock files anew from pyproject.toml (names, versions, hashes)
	@sh packaging/lock.sh

clean:  ## removes the environment and all caches
	rm -rf $(VENV) .lock-venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
