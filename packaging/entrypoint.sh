#!/bin/sh
# The container's first start: a volume without a configuration gets one to edit; then the command runs as process 1's child.
# With a password in the environment the new configuration listens beyond the container's loopback, and asks for it.
set -eu
config=${KHABARDAR_CONFIG:-/data/khabardar.toml}
if [ ! -e "$config" ] && [ "${1:-run}" = run ]; then
    khabardar init "$(dirname "$config")"
    if [ -n "${KHABARDAR_WEB_PASSWORD:-}" ]; then
        sed 's/^listen = "127\.0\.0\.1:8017".*/listen = "0.0.0.0:8017"\npassword = "${KHABARDAR_WEB_PASSWORD}"/' \
            "$config" > "$config.new"
        mv "$config.new" "$config"
    fi
fi
exec khabardar "$@"
