#!/bin/bash
# What only root can hand to a sandbox: id maps with ranges, and namespaces whose users are not its own.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

limit=10
chmod 755 "$tmp"
start() {
  : >log
  "$HUTCH" "${base[@]}" "$@" <&0 >log 2>&1 &
  pid=$!
}
# map PROCESS LINES: both maps; the kernel wants all lines in one call.
map() {
  printf '%s\n' "$2" | cat >"/proc/$1/uid_map"
  printf '%s\n' "$2" | cat >"/proc/$1/gid_map"
}
none=0000000000000000
mkfifo pipe gate until
exec 8<>until
keeps='echo up; read -r _ <&8'
mkdir -m 777 shared

# --- Maps that the caller writes -------------------------------------------------------------

# mapped LINES OPTIONS... -- COMMAND...: leaves $status, and the output in $out.
mapped() {
  local lines=$1
  shift
  : >info
  exec 12<>gate
  start --bind shared /mnt --info-fd 11 --userns-block-fd 12 "$@" 11>info
  eventually said '}' info
  child=$(child_of info)
  before=$(cat "/proc/$child/uid_map" "/proc/$child/gid_map")$(<log)
  map "$child" "$lines"
  echo >&12
  finish "$pid"
  out=$(<log)
  exec 12>&-
}
show='id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map; list-fds; cat /proc/self/status'
ranges=$'0 0 1\n1 100000 65535'
for options in '' --as-pid-1 --share-pid '--unshare-net --new-session'; do
  # shellcheck disable=SC2086
  mapped "$ranges" $options -- sh -c "$show"
  is "--userns-block-fd starts with empty maps${options:+ ($options)}" "$before" ''
  is '  and takes the ranges that root writes' "$status $(head -n 7 <<<"$out" | one_line)" '0 0 0 0 0 1 1 100000 65535 0 0 1 1 100000 65535 0 1 2'
  is '  with no capability for the command' "$(field CapPrm)$(field CapEff)$(field CapBnd)" "$none$none$none"
done
mapped $'7 0 1\n1000 100000 10' -- sh -c 'id -u; id -g'
is '  root may have another id there' "$status $out" $'0 7\n7'
mapped "$ranges" --cap-add ALL -- sh -c 'awk "{print \$1, \$3}" /proc/self/uid_map; remount-rw /; mknod /mnt/n c 1 3 || echo no device'
is '  with --cap-add ALL the inner namespace has the one id only' "$(grep -E '^[0-9]+ [0-9]+$' <<<"$out" | one_line)" '0 1'
unlike '  read-only stays read-only' "$out" accepted
like '  and devices are not for it' "$out" 'no device'
mapped "$ranges" --disable-userns -- sh -c 'unshare -U true || echo refused; id -u; awk "{print \$1, \$3}" /proc/self/uid_map'
is '  as with --disable-userns' "$(one_line <<<"${out#*$'\n'}")" 'refused 0 0 1'
mapped '0 100000 65536' -- sh -c 'id -u; id -g; touch /mnt/by-range'
is '  root itself need not be in the map' "$status|$out" $'0|0\n0'
is '  whose id 0 then makes the files' "$(stat -c %u:%g shared/by-range 2>&1)" 100000:100000
for signal in TERM KILL; do
  : >info
  exec 12<>gate
  start --info-fd 11 --userns-block-fd 12 -- echo ran 11>info
  eventually said '}' info
  child=$(child_of info)
  map "$child" "$ranges"
  kill "-$signal" "$pid"
  finish "$pid"
  is "  SIG$signal ends the wait" "$status $(<log)" "$((128 + $(kill -l $signal))) "
  ok '  and the child' eventually gone "$child"
  exec 12>&-
done

# --- Namespaces that exist already -----------------------------------------------------------

keepers=()
keep() {
  : >kept.log
  "$@" >kept.log 2>&1 &
  keepers+=("$!")
  kept=$!
  eventually said up kept.log
}
keep unshare -U sh -c "$keeps"
map "$kept" '0 100000 65536'
exec 11<"/proc/$kept/ns/user"
joined=$(readlink "/proc/$kept/ns/user")
keep unshare -Upf --kill-child sh -c "$keeps"
inner=$(pgrep -P "$kept")
map "$inner" "$ranges"
exec 13<"/proc/$inner/ns/user" 14<"/proc/$inner/ns/pid"

for options in '' --as-pid-1 --share-pid '--unshare-net --dev /dev'; do
  for ids in '5 6' '0 0'; do
    # shellcheck disable=SC2086
    inside --userns 11 --uid ${ids% *} --gid ${ids#* } $options -- sh -c 'id -u; id -g; readlink /proc/self/ns/user; cat /proc/self/status'
    is "--userns lets root be user ${ids% *} there${options:+ ($options)}" "$status $(head -n 3 <<<"$out" | one_line)" "0 $ids $joined"
    is '  with no capability' "$(field CapPrm)$(field CapEff)$(field CapBnd)" "$none$none$none"
    is '  in no group besides' "$(awk '/^Groups/ {$1 = ""; print}' <<<"$out" | tr -d ' ')" ''
  done
done
inside --userns 11 --uid 5 --gid 6 --bind shared /mnt -- touch /mnt/by-five
is '  and makes files as that one' "$status $(stat -c %u:%g shared/by-five)" '0 100005:100006'
inside --userns 11 -- sh -c 'id -u; id -g'
is '  without --uid the id is 0' "$status|$out" $'0|0\n0'
inside --userns 11 --uid 5 --gid 6 --cap-add ALL -- sh -c 'id -u; id -g; cat /proc/self/status; remount-rw /; mknod /dev/shm/n c 1 3 || echo no device'
like '  --cap-add ALL holds there' "$(field CapEff)" '^0+[1-7]f+$'
is '  for the same user' "$(head -n 2 <<<"$out" | one_line)" '5 6'
unlike '  not over mounts' "$out" accepted
like '  nor over devices' "$out" 'no device'
echo private >private && chmod 600 private
inside --userns 11 --uid 5 --gid 6 --cap-add ALL -- cat "$tmp/private"
is '  nor over files of the host' "$out" ''
inside --userns 13 -- sh -c 'id -u; readlink /proc/self/ns/user'
is '  one that maps root needs no --uid' "$status $(one_line <<<"$out")" "0 0 $(readlink "/proc/$inner/ns/user")"
refuses '  an id that it does not map is refused' '--uid 70000|70000: .*Invalid argument' "${base[@]}" --userns 11 --uid 70000 -- echo ran
exec 15</proc/self/ns/user
refuses '  as is the namespace that root is in' '--userns.*Invalid argument' "${base[@]}" --userns 15 -- echo ran
exec 15<&-

for options in '' --as-pid-1; do
  # shellcheck disable=SC2086
  inside --userns 13 --pidns 14 $options --info-fd 12 -- sh -c 'readlink /proc/self/ns/pid; id -u' 12>info
  is "--pidns gives one of its own below that${options:+ ($options)}" "$status $(head -n 1 <<<"$out" | tr -cd 0-9)" \
    "0 $(sed -n 's/.*"pid-namespace": \([0-9]*\).*/\1/p' info)"
  unlike '  and not that one' "$out" "$(readlink "/proc/$inner/ns/pid" | tr '[]' ..)"
done
exec 11<&- 13<&- 14<&-
for keeper in "${keepers[@]}"; do echo >&8; done
for keeper in "${keepers[@]}"; do finish "$keeper"; done

# --- The rest, as root -----------------------------------------------------------------------

tries='unshare -U true || unshare -Ur true || echo refused'
raise='(echo 999999 >/proc/sys/user/max_user_namespaces) 2>/dev/null'
limit_before=$(</proc/sys/user/max_user_namespaces)
for options in '' --as-pid-1 '--share-pid' '--cap-add ALL' '--cap-add ALL --uid 1000' '--cap-add ALL --share-pid --keep-id'; do
  # shellcheck disable=SC2086
  inside $options --disable-userns --assert-userns-disabled -- sh -c "$tries; $raise; mount -o remount,rw /proc; mount -t proc none /mnt; $raise; $tries"
  is "--disable-userns forbids user namespaces to root${options:+ ($options)}" "$status $out" $'0 refused\nrefused'
done
is '  and leaves the limit of the host alone' "$(</proc/sys/user/max_user_namespaces)" "$limit_before"
refuses '--assert-userns-disabled alone finds that they can be made' '--assert-userns-disabled: ' "${base[@]}" --assert-userns-disabled -- echo ran

for options in '' '--unshare-net --cap-add net_admin' '--unshare-net --uid 5' '--share-pid --cap-add ALL'; do
  # shellcheck disable=SC2086
  inside $options --info-fd 11 --json-status-fd 12 -- sh -c \
    'for kind in cgroup ipc mnt net pid uts; do printf "%s " "$kind" "$(readlink "/proc/self/ns/$kind" | tr -cd 0-9)"; done' 11>info 12>json
  same=1
  for kind in cgroup ipc mnt net pid uts; do
    number=$(sed -n "s/.*\"$kind-namespace\": \([0-9]*\).*/\1/p" info)
    if [[ $number ]] && [[ " $out" != *" $kind $number "* ]]; then same=0; fi
  done
  is "the documents tell the namespaces of the command${options:+ ($options)}" "$same $(head -n 1 json)" "1 $(one_line <info)"
  is '  and its exit code' "$status $(sed 1d json)" '0 { "exit-code": 0 }'
done

echo x >one && chmod 600 one
start --lock-file "$tmp/one" --sync-fd 11 -- sh -c 'echo up; exec sleep 30' 11>sync
eventually said up log
is 'root can lock its files' "$(try-lock one)" held
kill -TERM "$pid"
finish "$pid"
is '  as long as the sandbox lives' "$status $(try-lock one)" '143 free'
# A privileged user may be able to read what the user inside may not: the lock is for that one.
chown 61234:61234 one
refuses '  and no file of others' '--lock-file .*Permission denied' "${base[@]}" --lock-file "$tmp/one" -- echo ran

plan
