#!/bin/bash
# Each option of the table occurs, as a word, in a test that runs hutch.
set -u

here=$(cd "$(dirname "$0")" && pwd)
mapfile -t names < <("${REGEN:?}" names)
echo "1..$((${#names[@]} + 1))"

number=0
report() {
  number=$((number + 1))
  echo "$1 $number - $2"
}

if [ "${#names[@]}" -gt 0 ]; then
  report "ok" "the option table can be listed"
else
  report "not ok" "the option table can be listed"
fi

tests=()
for file in "$here"/*.sh; do
  [[ ${file##*/} == check-* || ${file##*/} == lib*.sh ]] || tests+=("$file")
done
words=$(grep -Eho -e '--[a-z0-9][a-z0-9-]*' -- "${tests[@]}" /dev/null | sort -u)
for name in "${names[@]}"; do
  if grep -Fqx -e "$name" <<<"$words"; then
    report "ok" "a test names $name"
  else
    report "not ok" "a test names $name"
  fi
done
