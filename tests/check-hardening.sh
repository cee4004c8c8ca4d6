#!/bin/bash
# The binary is what configure promised: position independent, with every relocation read-only,
# no executable stack, and no loader in a static one.
set -u

if [ "${HUTCH_SANITIZERS:-}" = yes ]; then
  echo "1..0 # SKIP the sanitizers' build is not for use"
  exit
fi

headers=$("${READELF:-readelf}" --wide --file-header --program-headers --dynamic "${HUTCH:?}")
echo "1..5"
number=0
report() {
  number=$((number + 1))
  if [ "$2" -eq 0 ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
  fi
}
has() {
  grep -Eq -e "$1" <<<"$headers"
}

has 'Type: *DYN'
report "position independent" $?
has 'GNU_RELRO'
report "relocations become read-only" $?
has 'FLAGS.*BIND_NOW|FLAGS_1.*NOW'
report "all of them, at the start" $?
has 'GNU_STACK .* RW '
report "no executable stack" $?
if [ "${HUTCH_LINK:-}" = static-pie ]; then
  ! has 'INTERP|\(NEEDED\)'
  report "static-pie: no loader and no shared library" $?
else
  has 'INTERP'
  report "dynamic: has a loader" $?
fi
