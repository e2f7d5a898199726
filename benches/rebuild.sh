#!/usr/bin/env bash
# Builds each example before and after dfopt with a real BuildKit: cold, after an edit of a source file, after
# an edit of a manifest. Prints one row of Markdown each: seconds before and after, their ratio, and how many
# steps BuildKit took from its cache.
#   benches/rebuild.sh [EXAMPLE…]
# Needs the reference scripts and images beside the project (`../shared/lab`, or DFOPT_SHARED), started with
# `builder.sh start` and `bases.sh build`; where no Go proxy is reached, the base's own has to have google/uuid 1.6.0.
set -euo pipefail
export DFOPT_OFFLINE=1
cd "$(dirname "$0")/.."
lab=${DFOPT_SHARED:-../shared}/lab
[ -x "$lab/rebuild.py" ] || [ -r "$lab/rebuild.py" ] || { echo "SKIPPED: $lab is not here" >&2; exit 0; }
cargo build --release --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# example: the source file and the manifest that are edited, and the target
row() {
  case $1 in
    express) echo "src/server.js package.json -" ;;
    flask) echo "app.py requirements.txt -" ;;
    flask-stages) echo "textstats/__init__.py requirements.txt production" ;;
    go) echo "main.go go.mod -" ;;
    *) return 1 ;;
  esac
}

[ $# -gt 0 ] || set -- express flask flask-stages go
echo '| example | cold | source edit | manifest edit | steps from cache after a source edit |'
echo '|---|---|---|---|---|'
for example in "$@"; do
  read -r source manifest target < <(row "$example")
  cp -r "examples/$example" "$work/$example"
  target/release/dfopt --isolated --write --level preserve --only install-order,copy-order,late-args "$work/$example" 2>/dev/null
  mv "$work/$example/Dockerfile" "$work/after"
  cp "examples/$example/Dockerfile" "$work/before"
  cp "$work/before" "$work/$example/Dockerfile"
  options=(--source "$source" --manifest "$manifest" --reps "${REPS:-3}" --json "$work/result.json")
  [ "$target" = - ] || options+=(--target "$target")
  python3 "$lab/rebuild.py" "$work/$example" "$work/before" "$work/after" "${options[@]}" >&2
  python3 - "$example" "$work/result.json" <<'P'
import json, sys
before, after = json.load(open(sys.argv[2]))
def cell(kind):
    b, a = before[kind]["seconds"], after[kind]["seconds"]
    return f"{b:.1f} s → {a:.1f} s, {a / b:.2f}"
cached = lambda row: f'{row["source"]["cached"]}/{row["source"]["steps"]}'
print(f'| {sys.argv[1]} | {cell("cold")} | {cell("source")} | {cell("manifest")} | {cached(before)} → {cached(after)} |')
P
done
