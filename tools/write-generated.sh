#!/bin/sh
# write-generated.sh REGEN SOURCE DEST: writes the manual page and the completions, which come from
# the option table, into the tree DEST. REGEN is the program tools/regen, SOURCE the source tree.
set -eu
regen=$(realpath "$1")
source=$2
dest=$3

# A file is replaced only once its new content is complete.
put() {
  mkdir -p "$(dirname "$dest/$1")"
  cat >"$dest/$1.new"
  [ -s "$dest/$1.new" ]
  chmod 644 "$dest/$1.new"
  mv -f "$dest/$1.new" "$dest/$1"
}

# fill TEMPLATE KIND: the template with what regen prints in the place of the line @TABLES@.
fill() {
  "$regen" "$2" >"$tables"
  grep -q -x '@TABLES@' "$1"
  sed -e "/^@TABLES@\$/{" -e "r $tables" -e d -e "}" "$1"
}

options=$(mktemp)
codes=$(mktemp)
tables=$(mktemp)
trap 'rm -f "$options" "$codes" "$tables"' EXIT
"$regen" man >"$options"
"$regen" codes >"$codes"
grep -q -x '@OPTIONS@' "$source/man/hutch.1.in"
grep -q -x '@CODES@' "$source/man/hutch.1.in"
sed -e "/^@OPTIONS@\$/{" -e "r $options" -e d -e "}" -e "/^@CODES@\$/{" -e "r $codes" -e d -e "}" \
  "$source/man/hutch.1.in" | put man/hutch.1
fill "$source/completions/hutch.bash.in" bash | put completions/hutch.bash
fill "$source/completions/_hutch.in" zsh | put completions/_hutch
fill "$source/completions/hutch.fish.in" fish | put completions/hutch.fish
