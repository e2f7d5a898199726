#!/usr/bin/env bash
# Measures what the rows of analysis/src/savings/table.rs say, with real builds: the bytes of a layer with what a
# rewrite takes away, less the bytes of the layer without. Prints rows of Rust.
#   benches/savings.sh lists | recommends PACKAGE… | caches [TOOL…]
# Needs a Docker with BuildKit (DOCKER_HOST) that has debian:bookworm-slim, python:3.11-slim and node:20-slim, and
# reaches Debian's mirrors, PyPI and the npm registry. BUILD_OPTIONS is handed to `docker build`. pip keeps nothing
# of an index that forbids it: then PYTHON_IMAGE is to be a Python image that uses another.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The bytes of the last layer of the Dockerfile on standard input.
layer() {
  local image
  image=$(docker build --quiet ${BUILD_OPTIONS-} -f - "$work" 2>"$work/log") || { tail -3 "$work/log" >&2; return 1; }
  docker history --human=false --no-trunc --format '{{.Size}}' "$image" | head -n 1
}

# NAME BASE COMMAND COMMAND_WITHOUT: one row.
row() {
  local with without
  if with=$(printf 'FROM %s\n%s\n' "$2" "$3" | layer) && without=$(printf 'FROM %s\n%s\n' "$2" "$4" | layer); then
    printf '    ("%s", %s),\n' "$1" "$((with - without))"
  fi
}

lists() {
  row debian debian:bookworm-slim "RUN apt-get update" "RUN true"
}

recommends() {
  local package install
  cargo build --release --quiet
  printf 'FROM debian:bookworm-slim\nRUN apt-get update\n' | docker build --quiet ${BUILD_OPTIONS-} -t savings-lists -f - "$work" >/dev/null
  for package in "$@"; do
    install="RUN DEBIAN_FRONTEND=noninteractive apt-get install -y $package"
    # What the rewrite names is not saved.
    row "$package" savings-lists "$install" \
      "$(printf 'FROM debian:bookworm-slim\n%s\n' "$install" | target/release/dfopt --isolated --only apt-no-recommends - | tail -n 1)"
  done
}

caches() {
  local tool
  for tool in "${@:-pip npm}"; do
    for tool in $tool; do
      case $tool in
        pip)
          for package in flask django requests numpy pandas scipy matplotlib scikit-learn fastapi boto3 pytest jupyter; do
            row "$package" "${PYTHON_IMAGE:-python:3.11-slim}" "RUN pip install $package" "RUN pip install --no-cache-dir $package"
          done ;;
        npm)
          for package in express typescript react-scripts @angular/cli pm2 yarn; do
            row "$package" node:20-slim "RUN npm install -g $package" "RUN npm install -g $package && npm cache clean --force"
          done ;;
      esac
    done
  done
}

"$@"
