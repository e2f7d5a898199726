#!/usr/bin/env bash
# Builds each example before dfopt, after `--level preserve` and after `--level slim`, with a real BuildKit, and
# compares the flattened images: at `preserve` the files and the configuration are equal, at `slim` only files of
# declared classes are gone. Prints one row of Markdown each: sizes, layers, and what is gone.
#   benches/layers.sh [EXAMPLE…]
# Needs the reference scripts and images beside the project (`../shared/lab`, or DFOPT_SHARED), started with
# `builder.sh start` and `bases.sh build`; where no Go proxy is reached, the base's own has to have google/uuid 1.6.0.
set -euo pipefail
export DFOPT_OFFLINE=1
cd "$(dirname "$0")/.."
lab=${DFOPT_SHARED:-../shared}/lab
[ -r "$lab/verify.py" ] || { echo "SKIPPED: $lab is not here" >&2; exit 0; }
cargo build --release --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What files may be gone at `slim`. Caches of tools hold stamps of the time, so two builds of one file differ there.
preserve=apt-lists,apt-cache,pip-cache,npm-cache,go-cache,node-lock
slim=$preserve,recommends,apt-state,debconf
# What differs between two builds of one file, too: the caches bear the times of folders, the id is made up.
noise="var/cache/fontconfig/ var/lib/dbus/machine-id"
# What the scripts of dropped packages make, which no package owns: also accounts, so these files get shorter.
leavings="etc/fonts/conf.d/ etc/papersize etc/lighttpd/conf-enabled/ var/lib/dpkg/statoverride"
accounts="etc/passwd etc/shadow etc/group etc/gshadow"

# example: the target
target() {
  case $1 in
    flask-stages) echo production ;;
    *) echo - ;;
  esac
}

[ $# -gt 0 ] || set -- apt-tools express flask flask-stages go
echo '| example | before | `preserve` | `slim` | gone at `slim` |'
echo '|---|---|---|---|---|'
for example in "$@"; do
  rm -f "$work"/*.json
  for level in preserve slim; do
    rm -rf "$work/context"
    cp -r "examples/$example" "$work/context"
    cp "examples/$example/Dockerfile" "$work/before"
    target/release/dfopt --isolated --write --level "$level" "$work/context" 2>/dev/null
    mv "$work/context/Dockerfile" "$work/after-$level"
    cp "$work/before" "$work/context/Dockerfile"
    options=(--no-cache --allow "${!level}" --json "$work/$level.json")
    [ "$(target "$example")" = - ] || options+=(--target "$(target "$example")")
    python3 "$lab/verify.py" "$work/before" "$work/after-$level" "$work/context" "${options[@]}" >&2 || true
  done
  python3 - "$example" "$work/preserve.json" "$work/slim.json" "$leavings" "$noise" "$accounts" <<'P' || touch "$work/failed"
import json, re, sys
preserve, slim = (json.load(open(path)) for path in sys.argv[2:4])
def is_shorter(what):
    sizes = re.match(r"size (\d+) -> (\d+), content$", what)
    return bool(sizes) and int(sizes[1]) > int(sizes[2])
leavings = [path for path, what in slim["unexpected"]
            if what == "only before" and path.startswith(tuple(sys.argv[4].split()))
            or path in sys.argv[6].split() and is_shorter(what)]
if leavings:
    slim["allowed"]["leavings of dropped packages"] = len(leavings)
noise = tuple(sys.argv[5].split())
for row in preserve, slim:
    rest = [path for path, what in row["unexpected"] if not (what == "content" and path.startswith(noise)) and path not in leavings]
    row["equivalent"] = not row["config"] and not rest
size = lambda row, at: f'{row["size"][at] / 1e6:.0f} MB, {row["layers"][at]} layers'
mark = lambda row: "" if row["equivalent"] else " **differs**"
gone = ", ".join(f"{group} ({count})" for group, count in sorted(slim["allowed"].items()))
print(f"| {sys.argv[1]} | {size(preserve, 0)} | {size(preserve, 1)}{mark(preserve)} | {size(slim, 1)}{mark(slim)} | {gone} |")
sys.exit(not (preserve["equivalent"] and slim["equivalent"]))
P
done
[ ! -e "$work/failed" ]
