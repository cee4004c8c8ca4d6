#!/bin/sh
# list-files.sh c|shell|all [ROOT]: the hand-written files of the source tree, one a line, relative
# to ROOT. A source tree that is configured itself also holds generated ones; those are left out.
set -eu
kind=$1
cd "${2:-.}"

list_all() {
  find . .ci completions examples tests tests/attack tests/bench tests/callers tests/data \
    tests/data/bwrap tests/data/explain tests/fuzz tests/helpers tests/kernels tests/packages tools \
    -maxdepth 1 -type f \
    \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.awk' -o -name '*.bash' \
    -o -name quickstart -o -path './.ci/run' -o -path '.ci/run' \
    -o -path './tests/attack/run' -o -path 'tests/attack/run' \
    -o -path './tests/callers/run' -o -path 'tests/callers/run' \
    -o -path './tests/packages/run' -o -path 'tests/packages/run' \
    -o -path 'tests/kernels/*' \) 2>/dev/null |
    sed 's,^\./,,' | grep -v -x -e config.h -e builtin-filters.h -e places.h | sort -u
}

list_shell() {
  list_all | while read -r file; do
    case $file in
    *.sh | *.bash) echo "$file" ;;
    *) if head -n 1 "$file" | grep -q '^#!.*sh$'; then echo "$file"; fi ;;
    esac
  done
}

case $kind in
c) list_all | grep '\.[ch]$' ;;
shell) list_shell ;;
all) list_all ;;
*) echo "list-files.sh: no such kind: $kind" >&2 && exit 2 ;;
esac
