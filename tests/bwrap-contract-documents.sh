#!/bin/bash
# What callers of bwrap rely on, fourth part: the documents that tell of a sandbox, and namespaces that callers hand in.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck disable=SC2261 # descriptors 11 and 12 are not the standard output
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

inode() { readlink "$1" | tr -cd 0-9; }
# The inode numbers of the namespaces of process $1, as the members of a document.
members() {
  local kind
  for kind in "${@:2}"; do printf '    "%s-namespace": %s,\n' "$kind" "$(inode "/proc/$1/ns/$kind")"; done | sed '$s/,$//'
}

# Both documents, while the command is held up
mkfifo hold
exec 9<>hold
try() {
  local kinds=$1
  shift
  : >info >json
  start --dev /dev "$@" --info-fd 11 --json-status-fd 12 -- sh -c 'echo "$$ up"; read -r _ <&9; exit 7' 11>info 12>json
  eventually said up log
  local child document
  child=$(child_of info)
  # shellcheck disable=SC2086 # the kinds, one word each
  document=$(printf '{\n    "child-pid": %s,\n' "$child" && members "$child" $kinds && echo '}')
  is "--info-fd with ${*:-no options} tells the child and its namespaces" "$(<info)" "$document"
  is '  as lines that end' "$(tail -c 2 info | od -An -c)" '   }  \n'
  is '  and --json-status-fd tells the same on one line' "$(<json)" "$(one_line <info)"
  if [[ "$*" == *unshare-pid* || "$*" == *unshare-all* ]]; then
    is '  the child is PID 1 of the new pid namespace, a child of bwrap' \
      "$(awk '/^NSpid/ {print $NF}' "/proc/$child/status") $(awk '/^PPid/ {print $2}' "/proc/$child/status")" "1 $pid"
  else
    is '  the child is the command' "$(<log)" "$child up"
  fi
  echo >&9
  finish "$pid"
  is '  the end adds the exit code' "$status $(tail -n 1 json)" '7 { "exit-code": 7 }'
  is '  on a second line, the last' "$(wc -l <json)" 2
}
try mnt
try mnt --unshare-user
try 'mnt pid' --unshare-pid
try 'mnt pid' --unshare-pid --as-pid-1
try 'cgroup mnt' --unshare-cgroup
try 'ipc mnt uts' --unshare-uts --unshare-ipc
try 'mnt net' --unshare-net
try 'cgroup ipc mnt net pid uts' --unshare-all
try 'cgroup ipc mnt pid uts' --unshare-all --share-net
exec 9>&-

# What the end is like
for options in '' --unshare-pid; do
  # shellcheck disable=SC2086
  bw $options --json-status-fd 11 -- sh -c 'kill -KILL $$' 11>json
  is "a command that a signal ended has an exit code${options:+ ($options)}" "$(tail -n 1 json)" '{ "exit-code": 137 }'
  # shellcheck disable=SC2086
  bw $options --json-status-fd 11 -- no-such-command 11>json
  is '  one that did not start has none' "$status $(sed -E 's/: [0-9]+/: N/g' json)" \
    "1 { \"child-pid\": N, \"mnt-namespace\": N${options:+, \"pid-namespace\": N} }"
  # shellcheck disable=SC2086
  bw $options --json-status-fd 11 --dir /no/such -- true 11>json
  unlike '  nor has one whose sandbox could not be built' "$status $(<json)" 'exit-code|^0'
done

# When they are closed
mkfifo gate pipe
# collect FILE: opens descriptor 11; what comes through it goes to FILE, and `closed` when its last holder is gone.
collect() {
  rm -f "$1"
  (exec 9<&- 12<&-; cat pipe >"$1"; echo closed >>"$1") &
  exec 11>pipe
}
for options in '' --unshare-pid '--unshare-pid --as-pid-1'; do
  collect info
  exec 12<>gate
  # shellcheck disable=SC2086
  start --dev /dev $options --info-fd 11 --block-fd 12 -- echo ran
  exec 11>&-
  ok "--info-fd is closed while --block-fd is waited for${options:+ ($options)}" eventually said closed info
  is '  with the document complete, before the command starts' "$(sed -n '$!{1p;$p}' info; tail -n 2 info) $(<log)" $'{\n}\nclosed '
  echo >&12
  finish "$pid"
  is '  which it then does' "$status $(<log)" '0 ran'
  exec 12>&-
done
for options in '' --unshare-pid; do
  collect json
  exec 9<>hold
  # shellcheck disable=SC2086
  start --dev /dev $options --json-status-fd 11 -- sh -c 'read -r _ <&9'
  exec 11>&-
  ok "--json-status-fd tells of the start at once${options:+ ($options)}" eventually said '^{ "child-pid": [0-9]*, .* }$' json
  sleep 0.3
  is '  and stays open' "$(wc -l <json)" 1
  echo >&9
  ok '  to the end' eventually said closed json
  is '  when it tells that' "$(tail -n 2 json)" $'{ "exit-code": 0 }\nclosed'
  finish "$pid"
  exec 9>&-
done

# child-pid counts in the pid namespace of the caller
rm info
run unshare -Urpf --mount-proc sh -c '"$BWRAP" --unshare-user --unshare-pid --ro-bind / / --dev /dev --info-fd 3 -- sleep 1 3>info &
  until grep -qs "}" info; do sleep 0.02; done; child=$(sed -n "s/.*child-pid\": \([0-9]*\).*/\1/p" info)
  grep NSpid "/proc/$child/status"; echo "child $child"; wait'
like 'child-pid counts as the caller counts' "$(tr -s '[:space:]' ' ' <<<"$out")" '^NSpid: ([0-9]+) 1 child [0-9]+ $'
is '  which is not as others do' "$(awk '/NSpid/ {print $2}' <<<"$out")" "$(awk '/^child/ {print $2}' <<<"$out")"

# A descriptor that cannot be used
for option in --info-fd --json-status-fd; do
  new_mark
  bw "$option" 77 -- sh -c 'sleep 0; : "$1"' sh "$mark"
  # An older bwrap leaves a child behind that waits for ever.
  if [[ $option == --info-fd ]] || ! older 0.12; then
    is "$option wants a descriptor that is open" "$status" 1
    like '  and says so' "$err" '^bwrap: .*: Bad file descriptor$'
  fi
  if older 0.12; then
    pass_over '  nothing is left behind' 'a child stays and waits'
    for one in $(survivors); do kill -KILL "$one"; done
  else
    ok '  nothing is left behind' eventually none_left
  fi
done
new_mark
exec 11< <(true)
bw --info-fd 11 -- sh -c ': "$1"' sh "$mark"
like 'one that cannot be written' "$status|$err" $'^1\|bwrap: [^\n]*$'
if older 0.12; then
  pass_over '  nothing is left behind' 'a child stays and waits'
  for one in $(survivors); do kill -KILL "$one"; done
else
  ok '  nothing is left behind' eventually none_left
fi
exec 11<&-

# A user namespace whose maps the caller writes
bw_fails '--userns-block-fd needs --unshare-user' '--userns-block-fd requires --unshare-user' --userns-block-fd 0 --info-fd 2 -- echo ran
bw_fails '  and --info-fd' '--userns-block-fd requires --info-fd' --unshare-user --userns-block-fd 0 -- echo ran
collect info
exec 12<>gate
start --unshare-user --uid 7 --gid 8 --info-fd 11 --userns-block-fd 12 -- sh -c 'id -u; id -g'
exec 11>&-
eventually said closed info
child=$(child_of info)
is 'the maps of the child that --info-fd names are empty at first' "$(<log)$(cat "/proc/$child/uid_map")" ''
echo deny >"/proc/$child/setgroups" && echo "7 $(id -u) 1" >"/proc/$child/uid_map" && echo "8 $(id -g) 1" >"/proc/$child/gid_map"
echo >&12
finish "$pid"
is '  and become what the caller writes' "$status $(<log)" $'0 7\n8'
exec 12>&-

# Namespaces that the caller hands in
mkfifo keep
exec 9<>keep
# keep COMMAND...: runs it in the background until the end; it says `up`, and then reads descriptor 9.
keepers=()
keep() {
  : >kept.log
  "$@" >kept.log 2>&1 &
  keepers+=("$!")
  eventually said up kept.log
}
waits='echo up; read -r _ <&9'
keep unshare -Ur sh -c "$waits"
kept=${keepers[0]}
exec 11<"/proc/$kept/ns/user"
bw --userns 11 -- sh -c 'readlink /proc/self/ns/user; id -u; id -g'
is '--userns uses a user namespace that exists' "$status $out" "0 $(readlink "/proc/$kept/ns/user")"$'\n0\n0'
bw --userns 11 -- cat /proc/self/status
is '  the command has no capability there' "$(field CapPrm)$(field CapEff)" 00000000000000000000000000000000
bw --userns 11 --uid 0 --gid 0 -- echo ran
is '  --uid and --gid choose among its users' "$status $out" '0 ran'
bw --userns 11 --uid 5 -- echo ran
is '  and no other' "$status|$out|$err" '1||bwrap: unable to switch to uid 5: Invalid argument'
bw_fails '  it does not go with --unshare-user' '--userns not compatible --unshare-user' --userns 11 --unshare-user -- echo ran
bw_fails '  and must be open' 'Joining specified user namespace failed: Bad file descriptor' --userns 99 -- echo ran
if older 0.11; then
  pass_over '  0 is a valid descriptor' 'it takes 0 for none'
else
  bw --userns 0 -- readlink /proc/self/ns/user <&11
  is '  0 is a valid descriptor' "$status $out" "0 $(readlink "/proc/$kept/ns/user")"
fi
bw --userns 11 --info-fd 12 -- true 12>info
is '  documents do not tell of it' "$status $(grep -c namespace info)" '0 1'
keep unshare -Ur sh -c 'unshare -U --map-user=7 sh -c "$1" & wait' sh "$waits"
outer=${keepers[1]}
inner=$(pgrep -P "$outer")
exec 12<"/proc/$outer/ns/user" 13<"/proc/$inner/ns/user"
bw --userns 12 --userns2 13 -- sh -c 'readlink /proc/self/ns/user; id -u'
is '--userns2 is where the command ends up' "$status $out" "0 $(readlink "/proc/$inner/ns/user")"$'\n7'
bw --userns 12 --userns2 13 -- cat /proc/self/status
is '  with no capability' "$(field CapPrm)$(field CapEff)" 00000000000000000000000000000000
keep unshare -Urpf --mount-proc sh -c "$waits"
kept=$(pgrep -P "${keepers[2]}")
exec 14<"/proc/$kept/ns/user" 15<"/proc/$kept/ns/pid"
wanted=$(readlink "/proc/$kept/ns/pid")
bw --userns 14 --pidns 15 --proc /proc -- sh -c 'readlink /proc/self/ns/pid; tr -d "\0" </proc/1/cmdline | head -c 4'
is '--pidns uses a pid namespace that exists' "$status $out" "0 $wanted"$'\nsh-c'
bw --userns 14 --pidns 0 --proc /proc -- readlink /proc/self/ns/pid <&15
if older 0.11; then
  pass_over '  0 is a valid descriptor' 'it takes 0 for none'
else
  is '  0 is a valid descriptor' "$status $out" "0 $wanted"
fi
bw --userns 14 --pidns 15 --unshare-pid --proc /proc -- sh -c 'readlink /proc/self/ns/pid; cat /proc/1/comm'
like '  --unshare-pid makes another below it' "$status $out" $'^0 pid:.*\nbwrap$'
unlike '  and no process of the other' "$out" "$(tr '[]' .. <<<"$wanted")"
bw --userns 14 --pidns 15 -- sh -c 'exit 6'
returns '  the status of the command comes back' 6
exec 11<&- 12<&- 13<&- 14<&- 15<&-
for keeper in "${keepers[@]}"; do echo >&9; done
for keeper in "${keepers[@]}"; do finish "$keeper"; done
exec 9>&-

# No user namespaces inside
bw -- unshare -U true
returns 'the command can make user namespaces' 0
for options in '' --unshare-pid '--uid 0' '--unshare-pid --as-pid-1'; do
  # shellcheck disable=SC2086
  bw --unshare-user $options --disable-userns -- sh -c 'unshare -U true || unshare -Ur true || echo refused; exit 4'
  is "--disable-userns forbids it${options:+ with $options}" "$status $out" '4 refused'
done
bw --unshare-user --disable-userns -- sh -c 'id -u; id -g'
is '  and changes no id' "$out" "$(id -u)"$'\n'"$(id -g)"
bw_fails '  it needs --unshare-user' '--disable-userns requires --unshare-user' --disable-userns -- echo ran
bw --unshare-user --disable-userns --assert-userns-disabled -- echo ran
is '--assert-userns-disabled is content then' "$status|$out|$err" '0|ran|'
bw_fails '  and not otherwise' 'creation of new user namespaces was not disabled as requested' \
  --unshare-user --assert-userns-disabled -- echo ran
bw --unshare-user --disable-userns --bind / / -- sh -c 'echo 9 >/proc/sys/user/max_user_namespaces'
unlike '  the limit cannot be raised' "$status" '^0$'

plan
