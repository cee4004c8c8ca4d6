#!/bin/bash
# The codes of failures in the schema are those of the table in code.c, in its order and its words.
set -u

top=$(cd "$(dirname "$0")/.." && pwd)
table=$(sed -nE 's/^ *\[CODE_[A-Z0-9_]+\] = \{"([^"]+)", "(.*)"\},$/\1: \2/p' "$top/code.c")
schema=$(sed -nE 's/^ *\{ "const": "([^"]+)", "description": "(.*)" \},?$/\1: \2/p' \
  "$top/schema/failure.schema.json")

echo 1..2
if [ "$(grep -c . <<<"$table")" -eq "$(grep -c '^ *\[CODE_' "$top/code.c")" ]; then
  echo 'ok 1 - every row of the table is of one line'
else
  echo 'not ok 1 - every row of the table is of one line'
fi
# The first is for those whose code is not found out yet.
if difference=$(diff --unchanged-line-format= --old-line-format='# code.c: %L' \
  --new-line-format='# the schema: %L' <(tail -n +2 <<<"$table") - <<<"$schema"); then
  echo 'ok 2 - the schema of a failure has the same rows'
else
  echo 'not ok 2 - the schema of a failure has the same rows'
  echo "$difference"
fi
