#!/bin/sh
# Makes both lock files anew. They hold names, versions and hashes only, so they serve any registry or mirror.
set -eu
[ -x .lock-venv/bin/uv ] || { python3 -m venv .lock-venv && .lock-venv/bin/pip install --quiet uv; }
compile() { .lock-venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 "$@"; }
compile --upgrade --extra build pyproject.toml --output-file requirements.lock.txt
compile --extra build --extra dev --constraints requirements.lock.txt pyproject.toml --output-file requirements-dev.lock.txt
