#!/usr/bin/env bash
# Asks BuildKit's own frontend for its verdict and its build checks over all real Dockerfiles that dfopt changes, before and
# after `--level harden`. Fails where a file that was accepted is rejected, or where a check has more findings than
# before. Prints a table per check.
#   benches/checks.sh [STEP]        every STEP-th file (default 1: all, half an hour on two cores)
# Needs the reference data and scripts beside the project (`../shared`, or DFOPT_SHARED), with the builder started
# (`builder.sh start`).
set -euo pipefail
export DFOPT_OFFLINE=1
cd "$(dirname "$0")/.."
shared=$(realpath "${DFOPT_SHARED:-../shared}")
[ -r "$shared/lab/check.py" ] || { echo "SKIPPED: $shared/lab is not here" >&2; exit 0; }
cargo build --release --quiet
dfopt=$PWD/target/release/dfopt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$shared/corpus/dockerfiles.tar.gz" -C "$work"
cp -r "$work/corpus/tree" "$work/after"
mv "$work/corpus/tree" "$work/before"
# Files that do not parse are said to be so and stay: exit 2.
(cd "$work/after" && "$dfopt" --isolated --write --level harden . 2>/dev/null) || [ $? -le 2 ]
{ diff -rq "$work/before" "$work/after" || true; } | sed -n "s|^Files $work/before/\(.*\) and .* differ$|\1|p" | awk "NR % ${1:-1} == 0" >"$work/changed"
echo "$(wc -l <"$work/changed") files" >&2
for side in before after; do
  (cd "$work/$side" && python3 "$shared/lab/check.py" --json "$work/$side.json" $(cat "$work/changed") >&2) || true
done
python3 - "$work" <<'P'
import collections, json, sys
before, after = ({path: (error, found) for path, error, found in json.load(open(f"{sys.argv[1]}/{side}.json"))} for side in ("before", "after"))
rejected = [(path, error) for path, (error, _) in after.items() if error and not before[path][0]]
for path, error in rejected:
    print(f"REJECTED {path}: {error}", file=sys.stderr)
read = [path for path in before if not before[path][0]]
count = lambda side: collections.Counter(rule for path in read for rule, _ in side[path][1])
old, new = count(before), count(after)
print("| check | before | after |\n|---|---|---|")
for rule in sorted(old | new):
    print(f"| {rule} | {old[rule]} | {new[rule]} |")
risen = [rule for rule in new if new[rule] > old[rule]]
for rule in risen:
    for path in read:
        rises = [sum(r == rule for r, _ in side[path][1]) for side in (before, after)]
        if rises[1] > rises[0]:
            print(f"RISES {rule}: {rises[0]} -> {rises[1]} in {path}", file=sys.stderr)
print(f"{len(read)} files that BuildKit accepts, {len(rejected)} rejected afterwards, {len(risen)} checks rise")
sys.exit(bool(rejected or risen))
P
