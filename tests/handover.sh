#!/bin/bash
# What a caller and a sandbox hand to each other: documents, locks, gates, and namespaces that exist already.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck disable=SC2261 # descriptors 11 and 12 are not the standard output
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

limit=10

# start OPTIONS... -- COMMAND...: in the background, its output in the file `log`; $pid is hutch itself.
start() {
  : >log
  "$HUTCH" "${base[@]}" "$@" <&0 >log 2>&1 &
  pid=$!
}

# collect FILE: opens descriptor 11; what comes through it goes to FILE, and `closed` when its last holder is gone.
mkfifo pipe gate hold
collect() {
  rm -f "$1"
  (
    exec 9<&- 12<&-
    cat pipe >"$1"
    echo closed >>"$1"
  ) &
  exec 11>pipe
}
# What a payload holds until a line comes through descriptor 9.
holds='echo up; read -r _ <&9'
exec 9<>hold

# --- Documents -------------------------------------------------------------------------------

# documents KINDS OPTIONS...: both of them, compared with what the command says of itself.
documents() {
  local kinds=$1
  shift
  # shellcheck disable=SC2086 # the kinds, one word each
  inside "$@" --info-fd 11 --json-status-fd 12 -- sh -c '
    for kind; do printf "    \"%s-namespace\": %s,\n" "$kind" "$(readlink "/proc/self/ns/$kind" | tr -cd 0-9)"; done
    exit 7' sh $kinds 11>info 12>json
  is "--info-fd ${*:+with $* }tells the namespaces of the command" "$(sed '1,2d;$d' info)" "$(sed '$s/,$//' <<<"$out")"
  like '  after the child, in an object' "$(sed -n '1,2p;$p' info)" $'^[{]\n    "child-pid": [0-9]+,\n[}]$'
  is '  whose last line ends' "$(tail -c 2 info | od -An -c)" '   }  \n'
  is '  --json-status-fd tells the same on one line' "$(head -n 1 json)" "$(one_line <info)"
  is '  and then the exit code' "$status $(sed 1d json)" '7 { "exit-code": 7 }'
}
documents 'cgroup ipc mnt pid uts'
documents 'cgroup ipc mnt net pid uts' --unshare-net
documents 'cgroup ipc mnt net pid uts' --unshare-all
documents 'cgroup ipc mnt pid uts' --unshare-all --share-net
documents 'mnt' --share-pid --share-ipc --share-uts --share-cgroup
documents 'ipc mnt uts' --share-cgroup --share-pid
documents 'cgroup ipc mnt net pid uts' --unshare-net --cap-add net_admin
documents 'cgroup ipc mnt net pid uts' --unshare-net --cap-add ALL --as-pid-1
documents 'cgroup ipc mnt net pid uts' --unshare-net --uid 5
documents 'cgroup ipc mnt net pid uts' --unshare-net --keep-id --disable-userns
documents 'cgroup ipc mnt net uts' --unshare-net --share-pid --cap-add net_admin
documents 'cgroup ipc mnt pid uts' --unshare-user-try --unshare-cgroup-try
documents 'cgroup ipc mnt pid uts' --share-cgroup --unshare-cgroup-try

for options in '' --as-pid-1 --share-pid --disable-userns '--cap-add net_admin'; do
  : >info
  # shellcheck disable=SC2086
  start $options --keep-fd 9 --info-fd 11 -- sh -c "echo \$\$; $holds" 11>info
  eventually said up log
  child=$(child_of info)
  is "the child is a child of hutch${options:+ ($options)}" "$(awk '/^PPid/ {print $2}' "/proc/$child/status")" "$pid"
  if [[ $options != --share-pid ]]; then
    is '  and PID 1 inside' "$(awk '/^NSpid/ {print $NF}' "/proc/$child/status")" 1
  fi
  echo >&9
  finish "$pid"
  returns '  which ends with the sandbox' 0
  ok '  that child too' gone "$child"
done

for options in '' --as-pid-1 --share-pid '--cap-add ALL'; do
  # shellcheck disable=SC2086
  inside $options --info-fd 11 --json-status-fd 12 -- list-fds 11>info 12>json
  is "the command gets neither descriptor${options:+ ($options)}" "$status $out" '0 0 1 2'
  collect info
  exec 12<>gate
  # shellcheck disable=SC2086
  start $options --info-fd 11 --block-fd 12 -- echo ran
  exec 11>&-
  ok '  --info-fd is closed while --block-fd is waited for' eventually said closed info
  is '  with the document complete, before the command starts' "$(tail -n 2 info)|$(<log)" $'}\nclosed|'
  echo >&12
  finish "$pid"
  is '  which it then does' "$status $(<log)" '0 ran'
  exec 12>&-

  collect json
  # shellcheck disable=SC2086
  start $options --keep-fd 9 --json-status-fd 11 -- sh -c "$holds"
  exec 11>&-
  eventually said up log
  ok '  --json-status-fd tells of the start before that' said '^{ "child-pid": [0-9]*, .* }$' json
  sleep 0.1
  is '  and stays open' "$(wc -l <json)" 1
  echo >&9
  ok '  to the end' eventually said closed json
  is '  when it tells that' "$(tail -n 2 json)" $'{ "exit-code": 0 }\nclosed'
  finish "$pid"

  for signal in KILL TERM; do
    # shellcheck disable=SC2086
    inside $options --json-status-fd 11 -- sh -c "sh -c 'kill -$signal \$\$'" 11>json
    is "  a signal has an exit code as well ($signal)" "$status $(sed 1d json)" \
      "$((128 + $(kill -l $signal))) { \"exit-code\": $((128 + $(kill -l $signal))) }"
  done
  for end in '125 --ro-bind /no/such /x -- true' '125 --chdir /no/such -- true' '126 -- /etc/passwd' '127 -- no-such-command' \
    '127 -- /no/such/command'; do
    # shellcheck disable=SC2086
    inside $options --json-status-fd 11 --info-fd 12 ${end#* } 11>json 12>info
    is "  there is none on ${end}" "$status $(grep -c exit-code json)" "${end%% *} 0"
  done
done
start --keep-fd 9 --json-status-fd 11 -- sh -c "echo up; exec sleep 30" 11>json
eventually said up log
kill -TERM "$pid"
finish "$pid"
is 'a signal that hutch passed on has its exit code' "$status $(sed 1d json)" '143 { "exit-code": 143 }'
start --json-status-fd 11 -- sh -c "echo up; exec sleep 30" 11>json
eventually said up log
kill -KILL "$pid"
finish "$pid"
is '  where hutch itself was killed there is none' "$(wc -l <json)" 1

# Readers that are gone, and descriptors that are none
for option in --info-fd --json-status-fd; do
  exec 11> >(:)
  sleep 0.1
  new_mark
  run how-ended "$HUTCH" "${base[@]}" "$option" 11 -- sh -c 'echo ran' "$mark"
  like "$option that nobody reads does not kill hutch" "$out" '^exit (0|125)$|^ran'
  unlike '  nor hide an end' "$out" '^signal'
  ok '  and leaves nothing behind' eventually none_left
  exec 11>&-
  for bad in "77 Bad file descriptor" "11 Bad file descriptor" "12 No space left on device" \
    "x not a file descriptor number" "-1 not a file descriptor number"; do
    new_mark
    exec 11</dev/null 12>/dev/full
    refuses "$option ${bad%% *}, of no use, is refused" "$option( ${bad%% *})?: .*${bad#* }|$option ${bad%% *}: ${bad#* }" \
      "${base[@]}" "$option" "${bad%% *}" -- sh -c 'echo ran' "$mark"
    ok '  and nothing stays' eventually none_left
    exec 11<&- 12>&-
  done
done
run bash -c '"$@" 11> >(head -n 1); echo "status $?"' bash "$HUTCH" "${base[@]}" --json-status-fd 11 -- sh -c 'sleep 0.3; exit 4'
like 'a reader that goes after the first line changes no status' "$out" 'status 4'

# child-pid counts in the pid namespace of the caller
run unshare -Urpf --kill-child --mount-proc sh -c '"$HUTCH" --ro-bind / / --info-fd 3 -- sleep 0.3 3>info &
  until grep -q "}" info; do sleep 0.02; done; child=$(sed -n "s/.*child-pid\": \([0-9]*\).*/\1/p" info)
  echo "child $child"; grep NSpid "/proc/$child/status"; wait'
like 'child-pid counts as the caller counts' "$(tr -s '[:space:]' ' ' <<<"$out")" '^child ([0-9]+) NSpid: ([0-9]+) 1 $'
is '  and only so' "$(awk '/^child/ {print $2}' <<<"$out")" "$(awk '/NSpid/ {print $2}' <<<"$out")"

# --- Gates -----------------------------------------------------------------------------------

mkdir work
for options in '' --as-pid-1 --share-pid; do
  rm -rf work/made
  exec 12<>gate
  # shellcheck disable=SC2086
  start $options --bind work /mnt --dir /mnt/made --block-fd 12 -- sh -c 'echo ran; list-fds'
  ok "--block-fd waits with everything set up${options:+ ($options)}" eventually test -d work/made
  sleep 0.1
  is '  before the command runs' "$(<log)" ''
  printf 'ab' >&12
  finish "$pid"
  is '  which a byte lets it, without the descriptor' "$status|$(<log)" $'0|ran\n0 1 2'
  read -r -t 1 -n 1 rest <&12
  is '  one, and no more' "$rest" b
  exec 12>&-
  # shellcheck disable=SC2086
  inside $options --block-fd 12 -- sh -c 'echo ran; exit 3' 12</dev/null
  is '  the end of the data is as good' "$status $out" '3 ran'
  for signal in TERM KILL; do
    for what in '' --new-session; do
      new_mark
      exec 12<>gate
      # shellcheck disable=SC2086
      start $options $what --json-status-fd 11 --block-fd 12 -- sh -c 'echo ran' "$mark" 11>json
      eventually said child-pid json
      sleep 0.05
      child=$(child_of json)
      kill "-$signal" "$pid"
      finish "$pid"
      is "  SIG$signal ends the wait${what:+ ($what)}" "$status $(<log)" "$((128 + $(kill -l $signal))) "
      ok '  and the sandbox' eventually gone "$child"
      ok '  with all of it' eventually none_left
      is '  and no end is told of' "$(wc -l <json)" 1
      exec 12>&-
    done
  done
done
exec 12<>gate
dd iflag=nonblock count=0 status=none <&12
start --block-fd 12 -- echo ran
sleep 0.3
is '--block-fd waits on what does not block by itself, too' "$(<log)" ''
echo >&12
finish "$pid"
is '  for the byte' "$status $(<log)" '0 ran'
exec 12>&-
exec 12<>gate
head -c 65536 /dev/zero >&12
start --info-fd 12 -- echo ran
sleep 0.2
kill -TERM "$pid"
limit=2 finish "$pid"
is 'SIGTERM ends a start whose --info-fd takes no more' "$status $(<log)" '143 '
exec 12>&-
refuses '--block-fd wants an open descriptor' '--block-fd 77: Bad file descriptor' "${base[@]}" --block-fd 77 -- echo ran
refuses '  that can be read' '--block-fd' "${base[@]}" --block-fd 12 -- echo ran 12</
new_mark
exec 12<>gate
sh -c '"$HUTCH" "$@" & wait' sh "${base[@]}" --die-with-parent --block-fd 12 --json-status-fd 11 -- sh -c 'echo ran' "$mark" \
  >log 2>&1 11>json &
parent=$!
eventually said child-pid json
kill -KILL "$parent"
finish "$parent"
ok '--die-with-parent ends the wait, too' eventually none_left
exec 12>&-

# --- The caller writes the id maps -----------------------------------------------------------

# gate_maps OPTIONS...: starts a sandbox that waits for its maps; leaves $child.
gate_maps() {
  collect info
  exec 12<>gate
  start "$@" --info-fd 11 --userns-block-fd 12 -- sh -c 'id -u; id -g; list-fds'
  exec 11>&-
  eventually said closed info
  child=$(child_of info)
}
exec 7>json
for options in '' --as-pid-1 --share-pid '--cap-add net_admin --unshare-net' --disable-userns '--json-status-fd 7'; do
  # shellcheck disable=SC2086
  gate_maps $options
  is "the maps are empty at first${options:+ ($options)}" "$(cat "/proc/$child/uid_map" "/proc/$child/gid_map" 2>&1)$(<log)" ''
  echo deny >"/proc/$child/setgroups"
  echo "7 $(id -u) 1" >"/proc/$child/uid_map" && echo "8 $(id -g) 1" >"/proc/$child/gid_map"
  echo >&12
  finish "$pid"
  is '  and become what the caller writes' "$status $(one_line <log)" '0 7 8 0 1 2'
  exec 12>&-
done
exec 7>&-
for signal in TERM KILL; do
  gate_maps
  kill "-$signal" "$pid"
  finish "$pid"
  is "SIG$signal ends a wait for maps" "$status $(<log)" "$((128 + $(kill -l $signal))) "
  ok '  and the child' eventually gone "$child"
  exec 12>&-
done
exec 12</dev/null
refuses 'a caller that goes without writing a map gets no sandbox' '--userns-block-fd' --ro-bind / / --info-fd 7 \
  --userns-block-fd 12 -- echo ran 7>info
refuses '--userns-block-fd needs --info-fd' '--userns-block-fd 12: .*--info-fd' "${base[@]}" --userns-block-fd 12 -- echo ran
refuses '  for which --json-status-fd is not enough' '--userns-block-fd 12: .*--info-fd' "${base[@]}" --json-status-fd 11 \
  --userns-block-fd 12 -- echo ran 11>json
refuses '  and must be open' '--userns-block-fd 77: Bad file descriptor' "${base[@]}" --info-fd 11 --userns-block-fd 77 -- echo ran 11>info
exec 12<&-

exec 6<>hold
gate_maps --block-fd 6
echo deny >"/proc/$child/setgroups"
echo "7 $(id -u) 1" >"/proc/$child/uid_map" && echo "8 $(id -g) 1" >"/proc/$child/gid_map"
echo >&12
sleep 0.1
is 'with --block-fd there are two waits' "$(<log)" ''
echo >&6
finish "$pid"
is '  one after the other' "$status $(one_line <log)" '0 7 8 0 1 2'
exec 6<&- 12>&-

# --- Something to hold while it lives --------------------------------------------------------

for options in '' --share-pid --as-pid-1 --new-session '--cap-add ALL' '--disable-userns --keep-id'; do
  collect synced
  # shellcheck disable=SC2086
  start $options --keep-fd 9 --sync-fd 11 -- sh -c "list-fds; $holds; exit 4"
  exec 11>&-
  eventually said up log
  is "the command does not get --sync-fd, but as PID 1${options:+ ($options)}" "$(head -n 1 log)" \
    "$(if [[ $options == --as-pid-1 ]]; then echo 0 1 2 9 11; else echo 0 1 2 9; fi)"
  sleep 0.1
  is '  it is held open' "$(<synced)" ''
  echo >&9
  finish "$pid"
  returns '  to the end' 4
  ok '  which closes it' eventually said closed synced
  collect synced
  # shellcheck disable=SC2086
  start $options --sync-fd 11 -- sh -c 'echo up; exec sleep 30'
  exec 11>&-
  eventually said up log
  kill -KILL "$pid"
  finish "$pid"
  ok '  as does a kill of hutch' eventually said closed synced
done
collect synced
start --sync-fd 11 -- sh -c 'sleep 30 & exit 0'
exec 11>&-
ok 'what the command leaves behind does not keep it' eventually said closed synced
finish "$pid"
refuses '--sync-fd wants an open descriptor' '--sync-fd 77: Bad file descriptor' "${base[@]}" --sync-fd 77 -- echo ran
inside --sync-fd 11 --keep-fd 11 -- list-fds 11</dev/null
is '  and --keep-fd may pass on the same one' "$status $out" '0 0 1 2 11'

lock_state() { for file; do try-lock "$file"; done | tr '\n' ' '; }
free() { [[ $(lock_state "$@") =~ ^(free )+$ ]]; }
echo x >one && echo x >two && echo x >work/three
locks=(--lock-file "$tmp/one" --lock-file "${tmp#/}/two" --bind work /mnt --lock-file /mnt/three)
is 'files that nobody has locked' "$(lock_state one two work/three)" 'free free free '
refuses '--lock-file wants a reaper to hold the lock' '--as-pid-1: does not go together with --lock-file' "${base[@]}" --lock-file "$tmp/one" --as-pid-1 -- echo ran
for options in '' --share-pid --new-session '--cap-add ALL' '--uid 5 --disable-userns'; do
  # shellcheck disable=SC2086
  start "${locks[@]}" $options --keep-fd 9 -- sh -c "list-fds; try-lock \"$tmp/one\"; $holds; exit 4"
  eventually said up log
  is "--lock-file locks each of them${options:+ ($options)}" "$(lock_state one two work/three)" 'held held held '
  is '  without a descriptor for the command' "$(head -n 1 log)" '0 1 2 9'
  inside "${locks[@]}" -- echo shared
  is '  and lets others do the same' "$status $out" '0 shared'
  is '  without losing them to those' "$(lock_state one two work/three)" 'held held held '
  echo >&9
  finish "$pid"
  is '  to the end' "$status $(lock_state one two work/three)" '4 free free free '
  # shellcheck disable=SC2086
  start "${locks[@]}" $options -- sh -c 'echo up; exec sleep 30'
  eventually said up log
  kill -KILL "$pid"
  finish "$pid"
  ok '  or that of hutch' eventually free one two work/three
done
run write-lock one "$HUTCH" "${base[@]}" --lock-file "$tmp/one" -- echo ran
is 'a file that another process writes gives no lock' "$status|$out|$(grep -c '^hutch: --lock-file .*/one: ' <<<"$err")" '125||1'
run write-lock one "$HUTCH" "${base[@]}" --lock-file "$tmp/two" -- echo ran
is '  another one does' "$status $out" '0 ran'
run write-lock two "$HUTCH" "${base[@]}" --lock-file "$tmp/one" --lock-file "$tmp/two" -- echo ran
is '  and one of several is enough to fail' "$status|$out|$(grep -c '^hutch: --lock-file .*/two: ' <<<"$err")" '125||1'
ok '  which frees the others' free one two
refuses 'what is not there is not locked' '--lock-file /no/such: .*No such file' "${base[@]}" --lock-file /no/such -- echo ran
refuses '  nor what is covered inside' "--lock-file $tmp/one: .*No such file" "${base[@]}" --tmpfs /tmp --tmpfs "${tmp%/*}" \
  --lock-file "$tmp/one" -- echo ran
inside --tmpfs /tmp --file 11 /tmp/made --lock-file /tmp/made --ro-bind "$HUTCH_HELPERS" /tmp/helpers \
  -- /tmp/helpers/try-lock /tmp/made 11</dev/null
is 'a file of the sandbox alone can be locked' "$out" held
chmod 0 two
refuses 'one that may not be read is refused' '--lock-file .*Permission denied' "${base[@]}" --lock-file "$tmp/two" -- echo ran
chmod 644 two
mkfifo work/fifo
run "$HUTCH" "${base[@]}" --lock-file "$tmp/work/fifo" -- echo ran
unlike 'a fifo holds nothing up' "$status" '^(124|137)$'
ln -s /proc/self/root/etc/passwd work/link
refuses 'a link through /proc is not followed' '--lock-file /mnt/link: ' "${base[@]}" --bind work /mnt --lock-file /mnt/link -- echo ran
ln -s three work/good
start --bind work /mnt --lock-file /mnt/good --keep-fd 9 -- sh -c "$holds"
eventually said up log
is 'a link inside leads to the file' "$(lock_state work/three)" 'held '
echo >&9
finish "$pid"

# --- Namespaces that the caller hands in -----------------------------------------------------

# keep COMMAND...: runs it in the background until the end; it says `up`, and then reads descriptor 8.
mkfifo until
exec 8<>until
keeps='echo up; read -r _ <&8'
keepers=()
keep() {
  : >kept.log
  "$@" >kept.log 2>&1 &
  keepers+=("$!")
  kept=$!
  eventually said up kept.log
}
none=0000000000000000
inode() { readlink "$1"; }
keep unshare -Ur sh -c "$keeps"
exec 11<"/proc/$kept/ns/user"
joined=$(inode "/proc/$kept/ns/user")
keep unshare -Ur sh -c 'unshare -U --map-user=7 --map-group=8 sh -c "$1" & wait' sh "$keeps"
outer=$kept inner=$(pgrep -P "$kept")
exec 12<"/proc/$outer/ns/user" 13<"/proc/$inner/ns/user"
keep unshare -Urpf --kill-child --mount-proc sh -c "$keeps"
kept=$(pgrep -P "$kept")
exec 14<"/proc/$kept/ns/user" 15<"/proc/$kept/ns/pid"
kept_pid=$(inode "/proc/$kept/ns/pid")

for options in '' --as-pid-1 --share-pid --unshare-user-try --unshare-all --keep-id '--uid 0 --gid 0' --new-session; do
  # shellcheck disable=SC2086
  inside --userns 11 $options -- sh -c 'readlink /proc/self/ns/user; id -u; id -g; cat /proc/self/status; exit 6'
  is "--userns is where the command is${options:+ ($options)}" "$status $(head -n 3 <<<"$out")" "6 $joined"$'\n0\n0'
  is '  with no capability' "$(field CapPrm)$(field CapEff)$(field CapBnd)" "$none$none$none"
  is '  nor new privileges' "$(field NoNewPrivs)" 1
done
inside --userns 0 -- readlink /proc/self/ns/user <&11
is '  0 is a descriptor like others' "$status $out" "0 $joined"
for ids in '--uid 5' '--gid 5'; do
  # shellcheck disable=SC2086
  refuses "  $ids, which it does not map, is refused" "5: .*Invalid argument|$ids" "${base[@]}" --userns 11 $ids -- echo ran
done
inside --userns 11 --info-fd 7 -- true 7>info
is '  the documents do not tell of it' "$status $(grep -c user info)" '0 0'
inside --userns 11 --bind work /mnt -- sh -c 'echo x >/mnt/by-userns'
is '  and files belong to the caller' "$status $(stat -c '%u %g' work/by-userns)" "0 $(id -u) $(id -g)"
for options in '' --share-pid --as-pid-1 '--unshare-net --dev /dev'; do
  # shellcheck disable=SC2086
  inside --userns 11 --cap-add ALL $options --ro-bind work /mnt -- sh -c "cat /proc/self/status; remount-rw /mnt; echo x >/mnt/x"
  like "--cap-add ALL with --userns gives capabilities${options:+ ($options)}" "$(field CapPrm) $(field CapEff)" '^0+[1-7]f+ 0+[1-7]f+$'
  unlike '  over what is inside only, not over mounts' "$out" 'accepted'
  ok '  so read-only stays read-only' test ! -e work/x
done
inside --userns 11 --cap-add ALL -- sh -c "kill -0 ${keepers[0]} && echo signalled; cat /proc/${keepers[0]}/environ && echo read"
is '  and the processes of the host are out of reach' "$out" ''
inside --userns 11 --cap-add net_admin --unshare-net -- tcp 127.0.0.1 self
is '  the loopback works' "$status $out" '0 hello'

for options in '' --as-pid-1 --share-pid '--unshare-net --hostname x'; do
  # shellcheck disable=SC2086
  inside --userns 12 --userns2 13 $options -- sh -c 'readlink /proc/self/ns/user; id -u; id -g; cat /proc/self/status; exit 6'
  is "--userns2 is where the command ends up${options:+ ($options)}" "$status $(head -n 3 <<<"$out")" \
    "6 $(inode "/proc/$inner/ns/user")"$'\n7\n8'
  is '  with no capability' "$(field CapPrm)$(field CapEff)$(field CapBnd)" "$none$none$none"
done
inside --userns 12 --userns2 13 --cap-add ALL --ro-bind work /mnt -- sh -c 'id -u; remount-rw /mnt; echo x >/mnt/x'
is '  --cap-add ALL leaves it who it is' "$status $(head -n 1 <<<"$out")" '2 7'
unlike '  and read-only read-only' "$out" accepted
refuses '  it must lie below' 'userns2( 12)?: .*Operation not permitted' "${base[@]}" --userns 11 --userns2 12 -- echo ran
unlike '  and the hint does not speak of something else' "$err" 'setfcap'
refuses '  nor is it the same one' 'userns2( 11)?: ' "${base[@]}" --userns 11 --userns2 11 -- echo ran
refuses '--assert-userns-disabled looks at that one' '--assert-userns-disabled: a user namespace can be made' "${base[@]}" \
  --userns 12 --userns2 13 --assert-userns-disabled -- echo ran

for options in '' --unshare-pid --as-pid-1 '--unshare-net --new-session'; do
  : >info
  # shellcheck disable=SC2086
  start --userns 14 --pidns 15 $options --keep-fd 9 --info-fd 7 -- sh -c "readlink /proc/self/ns/pid; cat /proc/1/comm; $holds; exit 6" 7>info
  eventually said up log
  child=$(child_of info)
  like "--pidns makes a pid namespace below that one${options:+ ($options)}" "$(grep '^NSpid' "/proc/$child/status")" \
    "^NSpid:	$child	[0-9]+	1\$"
  unlike '  which has a number of its own' "$(head -n 1 log)" "$(tr '[]' .. <<<"$kept_pid")|^\$"
  is '  that the document tells' "$(sed -n 's/.*"pid-namespace": \([0-9]*\).*/\1/p' info)" "$(head -n 1 log | tr -cd 0-9)"
  echo >&9
  finish "$pid"
  returns '  and the status comes back' 6
  ok '  with nothing left there' eventually gone "$child"
done
start --userns 14 --pidns 15 --json-status-fd 7 -- sh -c 'echo up; sleep 30; true' 7>json
eventually said up log
child=$(child_of json)
kill -TERM "$pid"
finish "$pid"
is '  a signal reaches the command' "$status $(tail -n 1 json)" '143 { "exit-code": 143 }'
start --userns 14 --pidns 15 --info-fd 7 -- sh -c 'echo up; sleep 30; true' 7>info
eventually said up log
child=$(child_of info)
kill -KILL "$pid"
finish "$pid"
ok '  and SIGKILL to hutch is the end of it' eventually gone "$child"
ok '  though the namespace lives on' alive "$kept"
refuses '--pidns wants a namespace that is of the same user namespace' 'pidns( 15)?: .*Operation not permitted' "${base[@]}" \
  --pidns 15 -- echo ran
refuses '  and is not shared' '--pidns 15: .*--share-pid|--share-pid.*--pidns' "${base[@]}" --userns 14 --pidns 15 --share-pid -- echo ran

for option in --userns --userns2 --pidns; do
  refuses "$option must be open" "$option 77: Bad file descriptor" "${base[@]}" "$option" 77 -- echo ran
  refuses '  a number' "$option x: not a file descriptor number" "${base[@]}" "$option" x -- echo ran
  refuses '  and a namespace' "$option.*Invalid argument" "${base[@]}" "$option" 7 -- echo ran 7</dev/null
done
refuses '  and of its kind' '--userns.*Invalid argument' "${base[@]}" --userns 15 -- echo ran
refuses '--userns does not go with --unshare-user' '--userns 11: .*--unshare-user' "${base[@]}" --userns 11 --unshare-user -- echo ran
refuses '  nor with --disable-userns' '--disable-userns' "${base[@]}" --userns 11 --disable-userns -- echo ran
refuses '  nor with --userns-block-fd' '--userns-block-fd' "${base[@]}" --userns 11 --info-fd 7 --userns-block-fd 16 \
  -- echo ran 7>info 16</dev/null
refuses '--assert-userns-disabled looks at --userns' '--assert-userns-disabled: ' "${base[@]}" --userns 11 --assert-userns-disabled -- echo ran
exec 11<&- 12<&- 13<&- 14<&- 15<&-
for keeper in "${keepers[@]}"; do echo >&8; done
for keeper in "${keepers[@]}"; do finish "$keeper"; done

# --- No user namespaces inside ---------------------------------------------------------------

inside -- unshare -U true
returns 'without an option, the command can make user namespaces' 0
tries='unshare -U true || unshare -Ur true || "$HUTCH" --ro-bind / / -- true || echo refused'
raise='for limit in 9 999999; do (echo $limit >/proc/sys/user/max_user_namespaces) 2>/dev/null; done'
for options in '' --as-pid-1 --share-pid --keep-id '--uid 1000 --gid 1000' --unshare-user-try '--cap-add ALL' \
  '--cap-add sys_resource --uid 5' '--cap-add ALL --as-pid-1 --keep-id' '--cap-add ALL --share-pid'; do
  # shellcheck disable=SC2086
  inside $options --disable-userns -- sh -c "$tries; $raise; mount -o remount,rw /proc/sys; mount -t proc none /proc; $raise; $tries; exit 4"
  is "--disable-userns forbids it, whatever is tried${options:+ ($options)}" "$status $out" $'4 refused\nrefused'
  # shellcheck disable=SC2086
  inside $options --disable-userns --assert-userns-disabled -- sh -c 'id -u'
  is '  of which --assert-userns-disabled is sure' "$status $out" "0 $(
    case $options in *--keep-id*) id -u ;; *1000*) echo 1000 ;; *'uid 5'*) echo 5 ;; *) echo 0 ;; esac)"
done
for ids in '--uid 1000 --gid 1000' --keep-id; do
  # shellcheck disable=SC2086
  inside $ids --disable-userns -- on-terminal -- sh -c 'echo terminal; test -c /dev/null && : >/dev/null && : </dev/zero && echo devices'
  is "  --dev is whole with it and $ids" "$out" $'terminal\ndevices'
  # shellcheck disable=SC2086
  inside $ids --disable-userns -- sh -c 'grep -c . /proc/self/uid_map; cat /proc/self/status'
  is '  and no capability comes of it' "$(field CapPrm)$(field CapEff)$(field CapBnd)" "$none$none$none"
done
inside --disable-userns --bind work /mnt -- sh -c 'echo x >/mnt/by-disabled'
is '  files still belong to the caller' "$status $(stat -c '%u %g' work/by-disabled)" "0 $(id -u) $(id -g)"
inside --disable-userns --unshare-net -- tcp 127.0.0.1 self
is '  the loopback works' "$status $out" '0 hello'
inside --disable-userns --cap-add sys_admin --ro-bind work /mnt -- sh -c 'remount-rw /mnt; mount -t tmpfs none /tmp && echo mounted'
like '  and a capability that was added' "$out" mounted
unlike '  but for what is read-only' "$out" accepted
unlike '  the limit of the host is as it was' "$(</proc/sys/user/max_user_namespaces)" '^(0|1|9|999999)$'
refuses '--assert-userns-disabled alone finds that they can be made' \
  '--assert-userns-disabled: a user namespace' "${base[@]}" --assert-userns-disabled -- echo ran
like '  and the message names the option' "$err" '^hutch: .*--assert-userns-disabled'

# --- What remains ----------------------------------------------------------------------------

for option in --unshare-user-try --unshare-cgroup-try; do
  kind=${option#--unshare-} kind=${kind%-try}
  inside "$option" -- readlink "/proc/self/ns/$kind"
  like "$option gives a namespace of its own" "$status $out" "^0 $kind:"
  unlike '  which is not that of the caller' "$out" "$(inode "/proc/self/ns/$kind" | tr '[]' ..)"
done
inside --unshare-cgroup-try --share-cgroup -- readlink /proc/self/ns/cgroup
is '--share-cgroup after --unshare-cgroup-try takes it back' "$out" "$(inode /proc/self/ns/cgroup)"

run "$HUTCH" --level-prefix --bogus
is '--level-prefix marks an error' "$status ${err%%$'\n'*}" '125 <3>hutch: unknown option: --bogus'
inside --level-prefix --ro-bind /no/such /x -- true
like '  and a hint' "$err" $'^<3>hutch: --ro-bind /no/such /x: [^\n]*\n<[34]>hutch: hint: [^\n]*$'
inside --level-prefix -- no-such-command
like '  and a command that is not there' "$status $err" '^127 <3>hutch: '
inside --level-prefix -- sh -c 'echo mine >&2; exit 2'
is '  not what the command says' "$status $err" '2 mine'
run "$HUTCH" "${base[@]}" --args 11 -- true 11< <(printf '%s\0' --level-prefix --bogus)
is '  it may stand in --args' "${err%%$'\n'*}" '<3>hutch: unknown option: --bogus'
inside --ro-bind /no/such /x -- true
unlike '  without it there is no mark' "$err" '<[0-9]>'

if [[ -d /sys/fs/selinux && -e /sys/fs/selinux/enforce ]]; then
  skip 'labels need SELinux' 'SELinux is here'
else
  for option in --exec-label --file-label; do
    refuses "$option needs SELinux" "$option some:label: .*SELinux" "${base[@]}" "$option" some:label -- echo ran
    refuses '  and an operand' "$option takes one operand" "${base[@]}" "$option"
  done
fi
inside --not-a-security-boundary -- sh -c 'id -u; cat /proc/self/status; exit 3'
is '--not-a-security-boundary has no effect' "$status $(head -n 1 <<<"$out") $(field CapBnd) $(field NoNewPrivs)" "3 0 $none 1"

# Options that exclude each other
refuses '--as-pid-1 needs a pid namespace' '--as-pid-1: .*--share-pid|--share-pid.*--as-pid-1' "${base[@]}" --as-pid-1 --share-pid -- echo ran
refuses '--hostname needs a uts namespace' '--hostname x: .*--share-uts' "${base[@]}" --hostname x --share-uts -- echo ran
refuses '  whatever else is asked for' '--hostname x: .*--share-uts' "${base[@]}" --unshare-all --hostname x --share-uts -- echo ran
refuses 'one descriptor is not for both documents' '--(info|json-status)-fd' "${base[@]}" --info-fd 11 --json-status-fd 11 -- echo ran 11>info

# Two of them together
collect synced
start --share-pid --sync-fd 11 --lock-file "$tmp/one" --json-status-fd 12 --keep-fd 9 -- sh -c "fork-away x; $holds; exit 4" 12>json
exec 11>&-
eventually said up log
echo >&9
finish "$pid"
is 'all of them, without a pid namespace' "$status $(tail -n 1 json)" '4 { "exit-code": 4 }'
ok '  end with the sandbox' eventually said closed synced
ok '  all the same' free one

plan
