#!/bin/sh
# The container's first start: a volume without a configuration gets one to edit; then the command runs as process 1's child.
set -eu
if [ ! -e "${KHABARDAR_CONFIG:-/data/khabardar.toml}" ] && [ "${1:-run}" = run ]; then
    khabardar init "$(dirname "${KHABARDAR_CONFIG:-/data/khabardar.toml}")"
fi
exec khabardar "$@"
