#!/bin/sh
# Makes a gallery in the current folder: thumbnails, index.json, and one git commit for each run.
#
#   run.sh              draws three sample pictures, and engraves a line of music
#   run.sh URL          downloads a picture, a LilyPond score, or a .zip or .tar.* of them
#   run.sh FILE...      takes pictures, scores or archives that are there, e.g. in a mounted volume
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files"

draw_samples() {
  convert -size 640x480 gradient:navy-orange "$work/files/dusk.png"
  convert -size 640x480 radial-gradient:white-teal "$work/files/bubble.png"
  convert -size 400x600 pattern:checkerboard "$work/files/board.png"
  printf '%s\n' '\version "2.24.0"' '\paper { tagline = ##f }' "\relative c' { c4 d e f g2 g }" >"$work/scale.ly"
  engrave "$work/scale.ly"
}

# A score has a page or more: one picture each.
engrave() {
  name=${1##*/}
  lilypond --silent --png --output="$work/files/${name%.ly}" "$1"
}

add() {
  case $1 in
    *.zip) unzip -q -o "$1" -d "$work/files" ;;
    *.tar | *.tar.*) tar -xf "$1" -C "$work/files" ;;
    *.ly) engrave "$1" ;;
    *) cp "$1" "$work/files/" ;;
  esac
}

download() {
  name=${1%%[?#]*}
  target=$work/${name##*/}
  curl -fsSL --retry 3 -o "$target" "$1"
  add "$target"
}

# One line of JSON about a picture.
describe() {
  identify -format '%w %h %m\n' "$1[0]" | {
    read -r width height format
    jq -nc --arg file "${1##*/}" --arg format "$format" \
      --argjson width "$width" --argjson height "$height" '$ARGS.named'
  }
}

[ $# -gt 0 ] || draw_samples
for source in "$@"; do
  case $source in
    http://* | https://*) download "$source" ;;
    *) add "$source" ;;
  esac
done

rm -rf thumbs
mkdir thumbs
: >"$work/index"
find "$work/files" -type f | sort | while read -r picture; do
  # An archive can hold anything: believe the content, not the name.
  case $(file --brief --mime-type "$picture") in
    image/gif | image/jpeg | image/png | image/webp) ;;
    *) continue ;;
  esac
  name=${picture##*/}
  convert "${picture}[0]" -thumbnail 160x160 -strip "thumbs/${name%.*}.png"
  describe "$picture" >>"$work/index"
done
jq -s . "$work/index" >index.json

[ -d .git ] || git init -q -b main
git add index.json thumbs
if git diff --cached --quiet; then
  echo "nothing changed" >&2
else
  git commit -q -m "Gallery of $(jq length index.json) pictures"
fi
git --no-pager log -1 --format='%s' --stat
jq -c '.[]' index.json
