#!/bin/bash
# Each code of a failure is used in the sources, explained in the manual and provoked by a test.
set -u

here=$(cd "$(dirname "$0")" && pwd)
source=${srcdir:-$here/..}
number=0
failed=0
result() {
  number=$((number + 1))
  if [[ $1 == 0 ]]; then
    echo "ok $number - $2"
  else
    failed=1
    echo "not ok $number - $2"
  fi
}

# Pairs of words: the constant and the name.
rows=$(sed -n 's/^ *\[\(CODE_[A-Z0-9_]*\)\] = {"\([a-z0-9-]*\)", .*/\1 \2/p' "$source/code.c")
constants=$(sed -n '/^enum code {/,/^};/s/^ *\(CODE_[A-Z0-9_]*\),.*/\1/p' "$source/code.h" | grep -vx CODE_COUNT)
[[ $rows && $(cut -d ' ' -f 1 <<<"$rows") == "$constants" ]]
result $? 'the table has a row for each code, in their order'
[[ -z $(cut -d ' ' -f 2 <<<"$rows" | sort | uniq -d) ]]
result $? 'no two have one name'
while read -r constant name; do
  [[ $name == "$(sed 's/^CODE_//; s/_/-/g' <<<"$constant" | tr '[:upper:]' '[:lower:]')" ]]
  result $? "$name is called as its constant"
done <<<"$rows"

# Whole words, where a dash is a part of one.
used=$(grep -Eho 'CODE_[A-Z0-9_]+' "$source"/*.c --exclude=code.c --exclude='unit-*' | sort -u)
tested=$(cat "$here"/codes.sh "$here"/dbus.sh "$here"/profiles.sh "$here"/root-codes.sh "$here"/kernels/guest-*.sh | grep -v '^ *#' | grep -Eo '[a-z][a-z0-9-]+' | sort -u)
explained=$(sed 's/\\-/-/g' "$source/man/hutch.1" | grep -Eo '[a-z][a-z0-9-]+' | sort -u)
while read -r constant name; do
  [[ $constant != CODE_UNKNOWN ]] || continue
  grep -qx "$constant" <<<"$used"
  result $? "$name is given by something"
  grep -qx -- "$name" <<<"$tested"
  result $? "$name is provoked by a test"
  grep -qx -- "$name" <<<"$explained"
  result $? "$name is in the manual"
done <<<"$rows"

echo "1..$number"
exit "$failed"
