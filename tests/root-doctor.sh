#!/bin/bash
# What --doctor says to root, and to users to whom root has given something.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-doctor.sh
. "$here/lib-doctor.sh" || exit 1

needs findmnt setpriv unshare

before=$(</proc/self/mountinfo)
doctor
is 'a report comes' "$status $(works) $err" '0 true '
validates '  that is what the schema says'
agrees sandbox "$HUTCH" --ro-bind / / true
agrees nesting "$HUTCH" --keep-id --ro-bind / / --proc /proc -- "$HUTCH" --ro-bind / / true
agrees cgroup use_group
is '  no group is left' "$(groups_left)" ''
is '  and no mount' "$(</proc/self/mountinfo)" "$before"
doctor "$HUTCH" "${base[@]}" --cap-add setfcap --
is 'in a sandbox that gives it the power, sandboxes work' "$status $(works)" '0 true'

# An ordinary user with a name
mkdir -m 755 /tmp/hutch-doctor.$$ && cp "$HUTCH" /tmp/hutch-doctor.$$/hutch
trap 'rm -rf /tmp/hutch-doctor.$$; cleanup' EXIT
HUTCH=/tmp/hutch-doctor.$$/hutch
as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
id=$(id -u nobody 2>/dev/null)

group=$(own_group)/hutch-test-$$
if [[ $group == /hutch-test* ]] || ! mkdir "$group"; then
  skip 'a group that is given' 'there is no tree of version 2 to make one in'
else
  in_group='echo $$ >"$1/cgroup.procs" && shift && exec "$@"'
  doctor sh -c "$in_group" sh "$group" "${as_nobody[@]}"
  refused 'a group that is not given' cgroup missing '' 'Delegate'
  chown nobody "$group" "$group/cgroup.procs"
  doctor sh -c "$in_group" sh "$group" "${as_nobody[@]}"
  is '  one that is' "$status $(of cgroup state)" '0 ok'
  is '  has nothing left in it' "$(find "$group" -mindepth 1 -type d)" ''
  chown root "$group/cgroup.procs"
  doctor sh -c "$in_group" sh "$group" "${as_nobody[@]}"
  refused '  where a group can be made, but not be used' cgroup failed system-call-failed 'cgroup[.]procs'
  is '  nothing is left either' "$(find "$group" -mindepth 1 -type d)" ''
  ok '  and the group is free' eventually rmdir "$group"
fi

# Ranges of ids, in files that only this mount namespace has in the place of its own.
if ! has newuidmap || [[ ! -e /etc/subuid || ! -e /etc/subgid ]]; then
  skip 'ranges that are given' 'newuidmap is not here'
else
  printf '%s\n' nobody:100000:65536 "$id:300000:10" >/tmp/hutch-doctor.$$/sub
  ranged='mount --bind "$1/sub" /etc/subuid && mount --bind "$1/sub" /etc/subgid && shift && exec "$@"'
  doctor unshare -m sh -c "$ranged" sh /tmp/hutch-doctor.$$ "${as_nobody[@]}"
  for kind in uid gid; do
    is "sub$kind: ranges that are given work" "$(of "sub$kind" state) $(of "sub$kind" value)" 'ok 100000:65536 300000:10'
  done
  doctor unshare -m sh -c "$ranged" sh /tmp/hutch-doctor.$$ "${as_nobody[@]}" --no-new-privs
  for kind in uid gid; do
    refused "sub$kind: not without the power of new${kind}map" "sub$kind" failed '' no_new_privs
  done
fi

plan
