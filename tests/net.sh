#!/bin/bash
# The network: that of the host, or none but a loopback of one's own.
# shellcheck disable=SC2016 # awk expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

interfaces() { awk -F: 'NR > 2 {gsub(" ", "", $1); print $1}' /proc/net/dev | sort; }
interfaces_inside() {
  inside "$@" -- awk -F: 'NR > 2 {gsub(" ", "", $1); print $1}' /proc/net/dev
  out=$(sort <<<"$out")
}

: >log
tcp 127.0.0.1 serve >log &
eventually test -s log
port=$(<log)
run tcp 127.0.0.1 "$port"
is 'a listener on the loopback of the host answers' "$out" hello

interfaces_inside
is 'the network is that of the host' "$out" "$(interfaces)"
inside -- tcp 127.0.0.1 "$port"
is '  and so the listener can be reached' "$out" hello
inside --unshare-all --share-net -- tcp 127.0.0.1 "$port"
is '  with --share-net after --unshare-all too' "$out" hello
inside --unshare-net --share-net -- tcp 127.0.0.1 "$port"
is '  and after --unshare-net' "$out" hello

for option in --unshare-net --unshare-all; do
  interfaces_inside "$option"
  like "with $option there is a loopback" "$out" $'(^|\n)lo($|\n)'
  unlike '  and no other way out' "$out" '(^|[^a-z])(eth|en|wl|ifb|docker|br)'
  inside "$option" -- tcp 127.0.0.1 "$port"
  returns '  and the listener cannot be reached' 1
  like '  because nothing listens there' "$err" 'Connection refused'
  inside "$option" -- cat /proc/net/route
  is '  there is no route' "$(grep -c '' <<<"$out")" 1
  inside "$option" -- tcp 127.0.0.1 self
  is '  the loopback works with IPv4' "$out" hello
  inside "$option" --uid 77 --gid 77 -- tcp 127.0.0.1 self
  is '  for a user who is not root too' "$out" hello
  inside "$option" -- tcp 127.5.6.7 self
  is '  with all of 127.0.0.0/8' "$out" hello
  if [[ -e /proc/net/if_inet6 ]]; then
    inside "$option" -- tcp ::1 self
    is '  and with IPv6' "$out" hello
  else
    skip '  and with IPv6' 'the kernel has none'
  fi
done

inside --unshare-net --keep-id -- "$HUTCH" "${base[@]}" --unshare-net -- tcp 127.0.0.1 self
is 'a sandbox without a network can hold another' "$out" hello

plan
