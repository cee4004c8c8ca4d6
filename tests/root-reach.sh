#!/bin/bash
# What a command of root's could get hold of, and what ends with a sandbox in namespaces of others.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-reach.sh
. "$here/lib-reach.sh" || exit 1

for options in '--unshare-user --cap-drop ALL' '--unshare-user --uid 5 --gid 5'; do
  # shellcheck disable=SC2086
  is "no command sees the host through PID 1 with $options" "$(looks 30 "$BWRAP" "${system[@]}" --unshare-pid $options)" '30 '
done

# in_namespace COMMAND...: starts a process that waits in namespaces of its own; leaves $pid.
in_namespace() {
  local own=/proc/self/ns/user
  "$@" sleep 60 &
  pid=$!
  eventually test "$(readlink "$own")" != "$(readlink "/proc/$pid/ns/user")"
}

# --- The end of a sandbox in a namespace that another user made below the joined one ---------

in_namespace unshare -U
outer=$pid
echo '0 0 65536' >"/proc/$outer/uid_map"
echo '0 0 65536' >"/proc/$outer/gid_map"
nsenter -t "$outer" -U setpriv --reuid=1000 --regid=1000 --clear-groups unshare -U sleep 60 &
inner=$!
eventually test -s "/proc/$inner/uid_map" -o "$(readlink "/proc/$inner/ns/user")" != "$(readlink "/proc/$outer/ns/user")"
sleep 0.2
exec 11<"/proc/$outer/ns/user" 12<"/proc/$inner/ns/user"
for program in "$HUTCH" "$BWRAP --die-with-parent --unshare-pid"; do
  new_mark
  : >log
  # shellcheck disable=SC2086
  $program --ro-bind / / --proc /proc --userns 11 --userns2 12 -- sh -c 'readlink /proc/self/ns/user; echo up; sleep 60; : "$1"' sh "$mark" >log 2>&1 &
  pid=$!
  eventually said up log
  is "${program##*/} is in the inner of two joined namespaces" "$(<log)" "$(readlink "/proc/$inner/ns/user")"$'\nup'
  kill -KILL "$pid"
  finish "$pid"
  ok '  and nothing of it outlives its monitor' eventually none_left
  for left in $(survivors); do kill -KILL "$left"; done
done
exec 11<&- 12<&-
kill -KILL "$inner" "$outer"

# --- A caller whose mounts belong to the namespace that is joined ----------------------------

in_namespace unshare -U -m -r --propagation shared
owner=$pid
mounts() { wc -l <"/proc/$owner/mountinfo"; }
eventually test -s "/proc/$owner/uid_map"
before=$(mounts)
for program in "$HUTCH" "$BWRAP"; do
  run nsenter -t "$owner" -m "$program" --userns 11 --tmpfs / "${system[@]}" -- sh -c 'ls -d /etc || echo alone' 11<"/proc/$owner/ns/user"
  is "${program##*/} leaves the mounts of a caller alone who owns the joined namespace" "$status $out $(mounts)" "0 alone $before"
done
run nsenter -t "$owner" -m ls -d /etc
is '  where all is as before' "$status $out" '0 /etc'
kill -KILL "$owner"

plan
