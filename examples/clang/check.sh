#!/bin/sh
# Checks a C++ project with CMake: `check [FOLDER]`, by default the current one. Leaves nothing behind in it.
set -eu

project=$(cd "${1:-.}" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

step() {
  printf '== %s\n' "$1"
}

step format
find "$project" -name '*.cpp' -o -name '*.hpp' | sort >"$build/sources"
xargs -r clang-format --dry-run --Werror --style=file:/etc/check/.clang-format <"$build/sources"

step configure
cmake -S "$project" -B "$build" -G Ninja \
  -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
  -DCMAKE_CXX_FLAGS='-Wall -Wextra -Werror -fsanitize=address,undefined' >"$build/log" || { cat "$build/log" >&2; exit 1; }

step tidy
grep '\.cpp$' "$build/sources" | xargs -r clang-tidy --quiet -p "$build" --config-file=/etc/check/.clang-tidy

step build
cmake --build "$build" >"$build/log" || { cat "$build/log" >&2; exit 1; }

step test
ctest --test-dir "$build" --output-on-failure >"$build/log" || { cat "$build/log" >&2; exit 1; }
grep 'tests passed' "$build/log"
