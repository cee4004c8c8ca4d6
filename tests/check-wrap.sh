#!/bin/bash
# What the manual page and the completions of hutch-wrap name is what its --help does.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
number=0
report() { # SENTENCE GOT WANTED
  number=$((number + 1))
  if [ "$2" = "$3" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    diff <(echo "$3") <(echo "$2") | sed 's/^/# /'
  fi
}

echo "1..5"
options=$("${HUTCH%/*}/hutch-wrap" --help | grep -Eo -e '--[a-z]+' | sort -u)
report "--help lists options" "$(grep -c -e '--profile' <<<"$options")" 1
report "the manual page names them" \
  "$(grep -Eo 'Fl -[a-z]+' "$root/man/hutch-wrap.1" | sed 's/^Fl /-/' | grep -vx -e --run -e --new -e --unshare -e --bind | sort -u)" \
  "$options"
report "bash completes them" \
  "$(grep '_hutch_wrap_add --profile' "$root/completions/hutch-wrap.bash" | grep -Eo -e '--[a-z]+' | sort -u)" "$options"
report "zsh does" "$(grep -E "^  ['(]" "$root/completions/_hutch-wrap" | grep -Eo -e '--[a-z]+' | sort -u)" "$options"
report "fish does" "$(grep '^complete' "$root/completions/hutch-wrap.fish" | grep -Eo -e ' -l [a-z]+' | sed 's/ -l /--/' | sort -u)" "$options"
