#!/bin/sh
# A word that is no program is one for Bun.
command -v "$1" >/dev/null || set -- bun "$@"
exec "$@"
