#!/bin/bash
# lint.sh [ROOT]: every static check; each must be clean. `make lint` gives the preprocessor's flags
# in $cppflags and starts it in the build directory, where the generated headers are.
#   LINT="clang-tidy cppcheck" runs only those.
# shellcheck disable=SC2317 # the lint_ functions are called by a name that is put together
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-.}
read -r -a flags <<<"${cppflags-}"
flags+=(-std=gnu11)
mapfile -t headers_and_sources < <(sh "$here/list-files.sh" c "$root")
sources=()
for file in "${headers_and_sources[@]}"; do
  [[ $file != *.c ]] || sources+=("$root/$file")
done
status=0

each_source() {
  printf '%s\0' "${sources[@]}" | xargs -0 -P "$(nproc)" -n "$1" "${@:2}"
}

lint_gcc() {
  each_source 1 gcc "${flags[@]}" -O2 -D_FORTIFY_SOURCE=2 -fPIE -Wall -Wextra -Werror -fanalyzer \
    -S -o /dev/null
}

# What only clang knows, above the warnings that configure chooses.
clang_warnings=(-Wall -Wextra -Wassign-enum -Wcomma -Wconditional-uninitialized
  -Wimplicit-fallthrough -Wmissing-prototypes -Wmissing-variable-declarations -Wshadow
  -Wstrict-prototypes -Wunreachable-code -Wunused-macros)

lint_clang() {
  each_source 8 clang "${flags[@]}" "${clang_warnings[@]}" -Werror -fsyntax-only
}

lint_clang-tidy() {
  local output result
  output=$(mktemp)
  # xargs puts the files last, clang-tidy wants them before the flags.
  each_source 4 bash -c "clang-tidy --quiet \"\$@\" -- ${flags[*]@Q}" clang-tidy >"$output" 2>&1
  result=$?
  grep -vE '^[0-9 ]*warnings? (generated|treated)|^Suppressed|^Use -header-filter' "$output"
  rm -f "$output"
  return "$result"
}

lint_cppcheck() {
  cppcheck --quiet --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --std=c11 --library=posix,gnu,gtk --suppressions-list="$root/tests/cppcheck-suppressions" \
    -j "$(nproc)" -I "$PWD" -I "$root" -DHAVE_CONFIG_H "${sources[@]}"
}

lint_shellcheck() {
  (cd "$root" && sh "$here/list-files.sh" shell | xargs shellcheck --external-sources \
    --source-path=SCRIPTDIR)
}

for linter in ${LINT:-gcc clang clang-tidy cppcheck shellcheck}; do
  start=$SECONDS
  if ! command -v "$linter" >/dev/null; then
    echo "lint: $linter: not installed" >&2
    status=1
  elif "lint_$linter"; then
    echo "lint: $linter: clean ($((SECONDS - start)) s)"
  else
    echo "lint: $linter: see above" >&2
    status=1
  fi
done
exit "$status"
