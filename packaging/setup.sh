#!/bin/sh
# Makes .venv from a lock file, once: `setup.sh LOCKFILE`. Run again, it does nothing until the lock file, pyproject.toml
# or the place of the clone has changed. The development lock holds everything the runtime lock does.
set -eu
lock=$1
venv=.venv

say() { printf '%s\n' "$*" >&2; }

wanted() { { pwd -P; cat "$1" pyproject.toml; } | cksum; }

stamp() { printf '%s/.%s' "$venv" "$(basename "$1" .lock.txt)"; }

fresh() { [ -x "$venv/bin/khabardar" ] && [ -f "$(stamp "$1")" ] && [ "$(cat "$(stamp "$1")")" = "$(wanted "$1")" ]; }

able() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

fresh "$lock" && exit 0
# What the development lock installed also serves `make demo` and `make run`.
[ "$lock" = requirements.lock.txt ] && fresh requirements-dev.lock.txt && exit 0

python=
if [ -n "${PYTHON:-}" ]; then
    able "$PYTHON" && python=$PYTHON
else
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if able "$candidate"; then python=$candidate; break; fi
    done
fi
if [ -z "$python" ]; then
    say "khabardar: no Python 3.11 or newer with the venv module was found (tried: ${PYTHON:-python3, python3.11 to 3.14})."
    say "Install one (Debian, Ubuntu: the packages python3 and python3-venv) or name it: make PYTHON=/path/to/python3.12 …"
    exit 2
fi
for folder in "$(pwd -P)" "$(pwd -P)/$venv"; do
    if [ -e "$folder" ] && { [ ! -w "$folder" ] || [ ! -x "$folder" ]; }; then
        say "khabardar: $folder cannot be written by $(id -un 2>/dev/null || id -u). Use the account that made it, or a clone of your own."
        exit 2
    fi
done

# An environment that was made elsewhere or by another Python cannot be mended; one that only lags behind can.
if [ -e "$venv" ] && { [ ! -f "$venv/.place" ] || [ "$(cat "$venv/.place")" != "$(pwd -P)" ] || ! able "$venv/bin/python"; }; then
    rm -rf "$venv"
fi
if [ ! -d "$venv" ]; then
    say "khabardar: making $venv with $("$python" --version 2>&1) …"
    "$python" -m venv "$venv"
    pwd -P > "$venv/.place"
fi
say "khabardar: installing the libraries of $lock (about a minute) …"
rm -f "$(stamp "$lock")"
# A home that cannot be written is no reason for a warning: then pip does without its cache.
[ -w "${XDG_CACHE_HOME:-${HOME:-/}}" ] || export PIP_NO_CACHE_DIR=1
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
wanted "$lock" > "$(stamp "$lock")"
