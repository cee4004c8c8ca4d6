#!/bin/bash
# What fuzzing once found, and what it begins with, read again: no input ends a parser.
set -u

here=$(cd "$(dirname "$0")" && pwd)
corpus=${srcdir:-$here/..}/tests/fuzz/corpus
programs=${builddir:-$here/..}/tests/fuzz
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
number=0 failed=0
result() {
  number=$((number + 1))
  if [[ $1 == 0 ]]; then
    echo "ok $number - $2"
  else
    failed=1
    echo "not ok $number - $2"
  fi
}

for directory in "$corpus"/*/; do
  target=$(basename "$directory")
  inputs=("$directory"*)
  mkdir "$room/$target"
  said=$(cd "$room/$target" && timeout -k 5 60 "$programs/$target" "${inputs[@]}" 2>err </dev/null)
  status=$?
  [[ $status == 0 && $said == "${#inputs[@]} inputs" ]]
  result $? "$target: $said"
  if ((status != 0)); then tail -n 5 "$room/$target/err" | sed "s/^/# status $status: /"; fi
done
result "$((number == 0))" 'there are inputs'
echo "1..$number"
exit "$failed"
