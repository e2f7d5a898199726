#!/usr/bin/env bash
# Builds and runs each example as it is and with `non-root-user`, alone (`only`) and in the whole pipeline (`harden`), and
# compares: who runs, what the application answers, what it can write, what it answers on a read-only file system
# without capabilities, and the files and configuration of the images. Prints one row of Markdown each, what differs on
# standard error, and fails where anything differs or is declined.
#   benches/users.sh [EXAMPLE[:TARGET]…]        DFOPT names a binary to use instead of building one
# Needs the reference scripts and images beside the project (`../shared/lab`, or DFOPT_SHARED), started with
# `builder.sh start` and `bases.sh build`, whose Docker this shell uses (`builder.sh env`); and root, to enter networks.
set -euo pipefail
export DFOPT_OFFLINE=1
cd "$(dirname "$0")/.."
lab=${DFOPT_SHARED:-../shared}/lab
[ -r "$lab/verify.py" ] || { echo "SKIPPED: $lab is not here" >&2; exit 0; }
dfopt=${DFOPT-}
[ -n "$dfopt" ] || { cargo build --release --quiet; dfopt=target/release/dfopt; }
work=$(mktemp -d)
mark=dfopt-users-$$
clean() {
  docker ps --all --quiet --filter "label=$mark" | xargs -r docker rm --force --volumes >/dev/null
  docker images --quiet --filter "label=$mark" | sort -u | xargs -r docker rmi --force >/dev/null
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

# EXAMPLE[:TARGET]: its folder and target, the port that it listens on (a command that ends has none) with what to ask there,
# a file in the working directory, the folders that its Dockerfile makes, and what its README mounts.
describe() {
  folder=examples/${1%%:*} target='' port='' questions=() file='' folders=() mounts=()
  case $1 in
    apt-tools) folders=(/data /in) mounts=(--volume /data) ;;
    express)
      port=3000 file=package.json
      questions=("GET /health" 'POST /links {"url":"https://example.com/a"}' "GET /Lc4KTFBE" 'POST /links {"url":"javascript:"}'
        "GET /nothing" "GET /health") ;;
    flask)
      port=8000 file=app.py
      questions=("GET /health" "GET /" "GET /api/convert?from=km&to=mi&value=3" "GET /api/convert?from=km&to=g" "GET /nothing") ;;
    flask-stages*)
      target=production port=8000 file=requirements.txt
      [[ $1 != *:* ]] || target=${1#*:} port=5000
      questions=("GET /health" "GET /" "POST /stats one two two" "GET /stats") ;;
    go)
      port=8080 file=go.mod folders=(/go)
      questions=("GET /health" "GET /inspect/018f3a1e-6c00-7000-8000-000000000000" "GET /inspect/nonsense" "GET /nothing") ;;
    alpine) echo "SKIPPED: alpine: there is no Alpine base" >&2; return 1 ;;
    *) echo "unknown example: $1" >&2; exit 2 ;;
  esac
}

# NAME [OPTION…]: builds the example as dfopt with these options writes it, and names the image so.
build() {
  local name=$1
  shift
  rm -rf "$work/context"
  cp -r "$folder" "$work/context"
  [ $# -eq 0 ] || "$dfopt" --isolated --write "$@" "$work/context" 2>/dev/null
  cp "$work/context/Dockerfile" "$work/$name.Dockerfile"
  cp "$folder/Dockerfile" "$work/context/Dockerfile"
  docker build --quiet --network=host --label "$mark" ${target:+--target "$target"} --tag "$mark:$name" \
    --file "$work/$name.Dockerfile" "$work/context" >/dev/null 2>"$work/log" || { tail -n 20 "$work/log" >&2; return 1; }
}

# NAME OPTION…: what the image answers in a container with these options, whose processes run as `uids`. It has a network
# of its own, so that no port is taken twice.
answers() {
  local name=$1 container pid question state
  shift
  uids=
  local options=(--label "$mark" --network=none "$@" "$mark:$name")
  if [ -z "$port" ]; then
    timeout 60 docker run --rm "${options[@]}" 2>&1 && echo "exit status 0" || echo "exit status $?"
    return
  fi
  container=$(docker run --detach --health-interval=1s "${options[@]}") || { echo "does not start"; return; }
  pid=$(docker inspect --format '{{.State.Pid}}' "$container")
  for _ in $(seq 150); do
    [ "$(docker inspect --format '{{.State.Running}}' "$container")" = true ] || break
    ask "$pid" "${questions[0]}" >/dev/null 2>&1 && break
    sleep .2
  done
  for question in "${questions[@]}"; do
    echo "$question"
    ask "$pid" "$question" 2>&1 || { echo "no answer" && docker logs --tail 10 "$container" >&2; break; }
  done
  for _ in $(seq 50); do
    state=$(docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}' "$container")
    [ "$state" = starting ] || break
    sleep .2
  done
  echo "health: $state"
  uids=$({ docker top "$container" -o pid,uid || true; } 2>/dev/null | awk 'NR > 1 { print $2 }' | sort -nu | xargs)
  docker rm --force --volumes "$container" >/dev/null
}

# PID QUESTION: status, type and body of the answer that the container of this process gives.
ask() {
  local method path body
  read -r method path body <<<"$2"
  [ "$1" != 0 ] && nsenter --net --target "$1" curl --silent --show-error --max-time 5 --request "$method" ${body:+--data "$body"} \
    --header 'Content-Type: application/json' --write-out '\n%{http_code} %{content_type} %{redirect_url}\n' "http://127.0.0.1:$port$path"
}

# NAME: what the user of the image can write; for a command, who it runs as.
writes() {
  docker run --rm --label "$mark" --network=none --env FILE="$file" --entrypoint /bin/sh "$mark:$1" -c '
    id -u >&2
    can() { if "$@" 2>/dev/null; then echo "$what: yes"; else echo "$what: no"; fi; }
    what=home can touch "$HOME/.probe"
    for what in . /tmp "$@"; do can touch "$what/.probe"; done
    [ -z "$FILE" ] || what=$FILE can sh -c ": >>$FILE"' sh "${folders[@]}" $volumes 2>"$work/id" >"$work/$1.writes"
  [ -n "$port" ] || uids=$(cat "$work/id")
}

# CELL BEFORE AFTER: `same`, where both files are.
same() {
  diff "$2" "$3" >&2 && echo "${4:-same}" || { echo "$example, $variant: $1 differ" >&2; echo '**differs**'; }
}

# Only what the new user needs differs from the image that the same transforms make without it.
allowed=user,apt-lists,apt-cache,apt-state,debconf,pip-cache,npm-cache,go-cache,node-lock
files() {
  rm -f "$work/files.json"
  python3 "$lab/verify.py" --images "$mark:without" "$mark:$1" --allow "$allowed,config:User" --json "$work/files.json" >/dev/null || true
  for image in without "$1"; do
    docker run --rm --label "$mark" --network=none --user 0 --entrypoint cat "$mark:$image" /etc/passwd /etc/group | sort >"$work/$image.accounts"
  done
  comm -23 "$work/without.accounts" "$work/$1.accounts" >"$work/lost"
  python3 - "$work" "$2" "$example, $variant" "$workdir" "${folders[@]}" $volumes <<'P'
import json, os, re, sys
work, user, title, *folders = sys.argv[1:]
found = json.load(open(f"{work}/files.json"))
noise = ("var/cache/fontconfig/", "var/lib/dbus/machine-id")  # differ between any two builds
handed = [folder.strip("/") for folder in folders]
ends = lambda path: ["/".join(path.split("/")[at:]) for at in range(path.count("/") + 1)]
def is_meant(path, what):
    owner = re.fullmatch(r"uid 0 -> (\d+)(, gid 0 -> \d+)?", what)
    is_copied = any(os.path.lexists(f"{work}/context/{end}") for end in ends(path))
    is_made = what == "only after" and path in handed  # VOLUME alone makes no folder
    is_given = owner and owner[1] == user and (is_copied or path in handed)
    return is_made or is_given or what == "content" and path.startswith(noise)
wrong = [(path, what) for path, what in found["unexpected"] if not is_meant(path, what)]
for path, what in wrong:
    print(f"{title}: /{path}: {what}", file=sys.stderr)
for key, before, after in found["config"]:
    print(f"{title}: {key}: {before} -> {after}", file=sys.stderr)
lost = open(f"{work}/lost").read()
print(title + ": accounts are gone: " + lost if lost else "", file=sys.stderr, end="")
given = sum("uid" in what for _, what in found["unexpected"])
print("**differs**" if wrong or found["config"] or lost else f"same, {given} given to the user")
P
}

readonly_options=(--read-only --tmpfs /tmp)
hardened_options=("${readonly_options[@]}" --cap-drop=ALL --security-opt no-new-privileges)
failed=0
[ $# -gt 0 ] || set -- alpine apt-tools express flask flask-stages flask-stages:development go
echo '| example | transforms | user | processes run as | answers | writes | read-only, no capabilities | files |'
echo '|---|---|---|---|---|---|---|---|'
for example in "$@"; do
  describe "$example" || continue
  variant=before
  build before || { echo "$example does not build" >&2; failed=1; continue; }
  inspect() { docker inspect --format "$2" "$mark:$1"; }
  volumes=$(inspect before '{{range $path, $_ := .Config.Volumes}}{{$path}} {{end}}')
  workdir=$(inspect before '{{.Config.WorkingDir}}')
  answers before >"$work/before"
  writes before
  root=$uids
  answers before "${readonly_options[@]}" "${mounts[@]}" >"$work/before.readonly" 2>/dev/null
  for variant in only harden; do
    options=(--only non-root-user) without=()
    [ $variant = only ] || options=(--level harden) without=(--level harden --skip non-root-user)
    build without "${without[@]}" && build $variant "${options[@]}" ||
      { echo "| $example | \`$variant\` | **does not build** | | | | | |"; failed=1; continue; }
    user=$(inspect $variant '{{.Config.User}}')
    if [ -z "${user//root/}" ]; then
      reason=$("$dfopt" --isolated --remarks=missed --only non-root-user "$folder" 2>&1 | sed -n 's/.*missed\[non-root-user\] \(.*\); help.*/\1/p' | tail -n 1)
      echo "| $example | \`$variant\` | **declined**: ${reason:-no reason} | | | | | |"
      failed=1
      continue
    fi
    answers $variant >"$work/$variant"
    writes $variant
    [[ $user =~ ^[1-9][0-9]*(:[0-9]+)?$ ]] || user="**$user**"
    [ "$uids" = "${user%%:*}" ] || uids="**$uids**"
    count="${#questions[@]} same"
    [ -n "$port" ] || count="the same output"
    row="| $example | \`$variant\` | $user | $root → $uids | $(same answers "$work/before" "$work/$variant" "$count, $(tail -n 1 "$work/before")")"
    row+=" | $(same "writable places" "$work/before.writes" "$work/$variant.writes" "$(sed -n 's/: yes//p' "$work/$variant.writes" | paste -sd, | sed 's/,/, /g')")"
    if diff -q "$work/before" "$work/before.readonly" >/dev/null; then
      answers $variant "${hardened_options[@]}" "${mounts[@]}" >"$work/$variant.readonly"
      row+=" | $(same "answers when read-only" "$work/before.readonly" "$work/$variant.readonly")"
    else
      row+=" | not before"
    fi
    row+=" | $(files $variant "${user%%:*}") |"
    echo "$row"
    [[ $row != *'**'* ]] || failed=1
  done
done
exit $failed
