#!/usr/bin/env bash
# The program as users feel it: start-up on one file against /bin/true, and a whole tree with --check.
#   benches/cli.sh [FOLDER]    FOLDER: a tree with many Dockerfiles (default: the reference corpus, if there)
# Needs hyperfine (Debian: apt-get install hyperfine).
set -euo pipefail
export DFOPT_OFFLINE=1
cd "$(dirname "$0")/.."
cargo build --release --quiet
dfopt=$PWD/target/release/dfopt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== start-up and one file of 30 lines (ratio to /bin/true)"
head -n 30 examples/flask-stages/Dockerfile > "$work/Dockerfile"
hyperfine -N --warmup 50 --runs 500 --style basic --export-json "$work/start.json" \
  /bin/true "$dfopt --check --isolated $work/Dockerfile" --ignore-failure >/dev/null
python3 - "$work/start.json" <<'P'
import json, sys
true, dfopt = (r["median"] * 1000 for r in json.load(open(sys.argv[1]))["results"])
print(f"/bin/true {true:.2f} ms, dfopt {dfopt:.2f} ms, ratio {dfopt / true:.1f}")
P

tree=${1:-}
if [ -z "$tree" ] && [ -f ../shared/corpus/dockerfiles.tar.gz ]; then
  tar xzf ../shared/corpus/dockerfiles.tar.gz -C "$work"
  tree=$work/corpus/tree
fi
[ -n "$tree" ] || { echo "no tree to check: name a folder"; exit 0; }
echo "== a whole tree, --check --isolated, two threads"
hyperfine --warmup 2 --runs 10 --style basic --ignore-failure "$dfopt --check --isolated --jobs 2 $tree" 2>/dev/null |
  grep -E 'Time|Range'
"$dfopt" --check --isolated --jobs 2 "$tree" 2>&1 >/dev/null | tail -n 1 || true
