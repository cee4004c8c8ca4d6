#!/bin/bash
# Thousands of binds start in a time in proportion to their number.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# What distributions set by default, so that no descriptor per bind may stay open unnoticed.
ulimit -Sn 1024
mkdir sources
for ((i = 0; i < 2000; i++)); do
  echo "$i" >"sources/$i"
  if ((i < 1000)); then thousand+=(--ro-bind "$tmp/sources/$i" "/tmp/m/$i"); fi
  two_thousand+=(--ro-bind "$tmp/sources/$i" "/tmp/m/$i")
done
system=(--ro-bind / / --tmpfs /tmp)

microseconds() {
  local begin=${EPOCHREALTIME/./}
  "$@" >"$tmp/.out" 2>"$tmp/.err" </dev/null
  status=$?
  out=$(<"$tmp/.out") err=$(<"$tmp/.err")
  spent=$((${EPOCHREALTIME/./} - begin))
}
# Whatever else the machine does only adds to a time, so that the least is the truest.
least() { printf '%s\n' "$@" | sort -n | head -n 1; }

run "$HUTCH" "${system[@]}" "${two_thousand[@]}" -- sh -c 'cd /tmp/m; ls | wc -l; cat 0 1999; ulimit -Sn'
is 'two thousand binds are there, and the limit on descriptors is unchanged' "$status $out" $'0 2000\n0\n1999\n1024'

for ((round = 0; round < 15; round++)); do
  microseconds "$HUTCH" "${system[@]}" "${thousand[@]}" -- true
  smalls+=("$spent")
  microseconds "$HUTCH" "${system[@]}" "${two_thousand[@]}" -- true
  larges+=("$spent")
  ((status == 0)) || break
done
small=$(least "${smalls[@]}") large=$(least "${larges[@]}")
printf '#   1000 binds: %d us, 2000 binds: %d us\n' "$small" "$large"
ok 'two thousand binds take at most 2.3 times as long as one thousand' test "$((large * 10))" -le "$((small * 23))"

sentence='and at most a fiftieth of what bubblewrap takes'
if [[ -x /usr/bin/bwrap ]]; then
  microseconds timeout -k 2 60 /usr/bin/bwrap --unshare-user --unshare-pid "${system[@]}" "${two_thousand[@]}" true
  printf '#   bubblewrap, 2000 binds: %d us\n' "$spent"
  is 'bubblewrap can do it' "$status" 0
  ok "$sentence" test "$((large * 50))" -le "$spent"
else
  skip "$sentence" '/usr/bin/bwrap is not here'
fi

plan
