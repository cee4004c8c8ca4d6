#!/bin/bash
# The committed manual page and completions are what `make regen` would write.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
files=(man/hutch.1 completions/hutch.bash completions/_hutch completions/hutch.fish)

echo "1..$((${#files[@]} + 2))"
if sh "$root/tools/write-generated.sh" "${REGEN:?}" "$root" "$fresh"; then
  echo "ok 1 - the option table can be written out"
else
  echo "not ok 1 - the option table can be written out"
fi

number=1
for file in "${files[@]}"; do
  number=$((number + 1))
  if difference=$(diff -u "$root/$file" "$fresh/$file" 2>&1); then
    echo "ok $number - $file is up to date"
  else
    echo "not ok $number - $file is up to date"
    echo "# make regen writes it anew:"
    printf '%s\n' "$difference" | head -n 40 | sed 's/^/# /'
  fi
done

number=$((number + 1))
if unfilled=$(grep -r '@[a-z]*@' "${builddir:?}/completions/"{bash,zsh,fish} 2>/dev/null); then
  echo "not ok $number - the completions to install name the directories"
  printf '%s\n' "$unfilled" | sed 's/^/# /'
else
  echo "ok $number - the completions to install name the directories"
fi
