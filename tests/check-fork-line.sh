#!/bin/bash
# Right of the fork line there are system calls on prepared data only: the child may hold a lock of
# malloc or stdio for ever, and what it runs is trusted with the set-up. So each object file there
# may refer to nothing but the names in fork-line-symbols.txt and to the others there.
set -u

here=$(cd "$(dirname "$0")" && pwd)
allowed=$here/fork-line-symbols.txt

if [ "${HUTCH_SANITIZERS:-}" = yes ]; then
  echo "1..0 # SKIP the sanitizers add references of their own"
  exit
fi

objects=()
for source in ${HUTCH_RIGHT_SOURCES:?}; do
  [[ $source != *.c ]] || objects+=("${source%.c}.o")
done
cd "${top_builddir:?}" || exit
names=$(mktemp -d)
trap 'rm -rf "$names"' EXIT

# A fortified call, __memcpy_chk, stands where memcpy does.
grep -Eo '^[A-Za-z_][A-Za-z0-9_]*' "$allowed" | sed 'p; s/.*/__&_chk/' >"$names/allowed"
"${NM:-nm}" --defined-only --extern-only --format=posix "${objects[@]}" 2>/dev/null |
  awk 'NF > 1 { print $1 }' >>"$names/allowed"
sort -u -o "$names/allowed" "$names/allowed"

echo "1..$((${#objects[@]} + 1))"
number=0
report() {
  number=$((number + 1))
  echo "$1 $number - $2"
}

for object in "${objects[@]}"; do
  if ! "${NM:-nm}" --undefined-only --format=posix "$object" >"$names/raw"; then
    report "not ok" "$object is there"
    continue
  fi
  awk 'NF > 1 && $1 != "_GLOBAL_OFFSET_TABLE_" { print $1 }' "$names/raw" | sort -u >"$names/used"
  foreign=$(comm -23 "$names/used" "$names/allowed")
  if [ -z "$foreign" ]; then
    report "ok" "$object stays right of the fork line"
    continue
  fi
  report "not ok" "$object stays right of the fork line"
  for name in $foreign; do
    echo "# ${object%.o}.c refers to $name, which tests/fork-line-symbols.txt does not allow"
  done
done

# The check itself would be worth nothing if malloc were on the list.
if grep -Ex 'malloc|calloc|realloc|free|f?printf|setenv|dlopen|getpw.*|g_.*|cap_.*' \
  "$names/allowed" >"$names/banned"; then
  report "not ok" "the allow-list holds system calls and their like only"
  sed 's/^/# must not be allowed: /' "$names/banned"
else
  report "ok" "the allow-list holds system calls and their like only"
fi
