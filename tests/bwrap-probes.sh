#!/bin/bash
# What bubblewrap 0.11.1 printed where these probes ran it, line by line: formats, statuses, texts, lifetimes.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

same_probe user.txt

if [[ ! -x /usr/bin/python3 ]]; then
  skip 'the probe of lifetimes' 'python3 is not here'
  plan
fi
timeout -k 2 60 /usr/bin/python3 "$here/data/bwrap/lifetime-probe.py" "$BWRAP" >printed 2>printed.err
is 'the probe of lifetimes has nothing to complain about' "$? $(<printed.err)" '0 '
mapfile -t got <printed
mapfile -t wanted <"$here/data/bwrap/lifetime.txt"
for number in "${!wanted[@]}"; do
  is "lifetime: ${wanted[number]}" "${got[number]-}" "${wanted[number]}"
done

plan
