#!/bin/bash
# Functions of at most 80 lines, files of at most 600 (the option table excepted), and no file that
# the lists in Makefile.am and tests/local.mk leave out of the release.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit
mapfile -t files < <(sh tools/list-files.sh all)

echo "1..5"
number=0
# report TITLE FINDINGS: fails when there is a finding.
report() {
  number=$((number + 1))
  if [ -z "$2" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    printf '%s\n' "$2" | sed 's/^/# /'
  fi
}

report "the files are found" "$([ "${#files[@]}" -gt 20 ] || echo "${#files[@]} files in $root")"

report "no file is over 600 lines" "$(
  for file in "${files[@]}"; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 600 ] || [ "$file" = options.c ] || echo "$file has $lines"
  done
)"

# The length is that of the body with its braces.
report "no function is over 80 lines" "$(
  for file in "${files[@]}"; do
    case $file in
    *.[ch]) start='^[{]' ;;
    *) start='^[A-Za-z_][A-Za-z0-9_-]* ?[(][)] ?[{(]$' ;;
    esac
    awk -v start="$start" -v file="$file" '
      $0 ~ start { begin = NR }
      /^[})]/ && begin {
        if (NR - begin + 1 > 80) print file ":" begin " has " NR - begin + 1
        begin = 0
      }' "$file"
  done
)"

# Otherwise the check above would not see the function.
report "the brace of a C function starts its line" "$(
  for file in "${files[@]}"; do
    [[ $file != *.[ch] ]] || grep -HnE '^[A-Za-z_].*\) *\{$' "$file"
  done
)"

read -r -a listed <<<"${HUTCH_DISTRIBUTED:?}"
report "every file is in a list of the Makefile" "$(
  for file in "${files[@]}"; do
    for entry in "${listed[@]}"; do
      [ "$entry" != "$file" ] || continue 2
    done
    echo "$file: see Makefile.am and tests/local.mk"
  done
)"
