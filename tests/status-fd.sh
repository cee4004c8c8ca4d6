#!/bin/bash
# What --status-fd tells of the start and the end of a sandbox, each value beside what somebody else sees of it.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck disable=SC2086 # the options of a case, one word each
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-status.sh
. "$here/lib-status.sh" || exit 1

mkdir bin && ln -s "$HUTCH" bin/bwrap
hutch=("$HUTCH" "${base[@]}")
bwrap=("$tmp/bin/bwrap" "${base[@]}")
mkfifo hold gate
exec 9<>hold
holds='echo up; read -r _ <&9'
first_child() { pgrep -P "$1" | head -n 1; }
has_lines() { (($(wc -l <lines) == $1)); }

# --- The receipt -----------------------------------------------------------------------------

for options in '' --share-pid --as-pid-1 --unshare-net '--uid 7 --gid 8' --keep-id '--share-ipc --share-uts --share-cgroup' \
  '--cap-add net_admin --cap-add chown --uid 7' '--cap-add ALL --unshare-net' --disable-userns --new-session \
  '--new-session --share-pid'; do
  program=("${hutch[@]}")
  tell $options -- sh -c "$looks"
  describes_itself "hutch ${options:-as it comes}"
done
for options in '' --unshare-pid --unshare-all '--unshare-user --uid 7 --gid 8' '--unshare-pid --as-pid-1' \
  '--unshare-user --disable-userns' '--cap-add CAP_SYS_CHROOT'; do
  program=("${bwrap[@]}")
  tell $options -- sh -c "$looks"
  describes_itself "bwrap ${options:-as it comes}"
done
program=("${hutch[@]}")
tell --keep-fd 12 --keep-fd 2 -- sh -c "$looks" 12</dev/null
is 'a descriptor that is kept is told, each once' "$(told started.enforced.descriptors)" '0 1 2 12'
tell -- list-fds 0<&-
is '  one that the caller had closed is not' "$(told started.enforced.descriptors)|$out" '1 2|1 2'
tell -- sh -c "$looks"
is '  nor is that of the lines, which the command does not get' "$(field open) $(told started.enforced.descriptors)" '0-1-2 0 1 2'
is 'the filter for terminals is told' "$(told started.enforced.seccomp.terminal) $(told started.enforced.seccomp.inherited)" 'true false'
run "${hutch[@]}" -- "$HUTCH" --keep-id "${base[@]}" --status-fd 11 -- cat /proc/self/status 11>lines
is '  a descriptor that the outer sandbox does not hand on cannot be used inside' "$status" 125
run "${hutch[@]}" --keep-id --keep-fd 11 -- "$HUTCH" --keep-id "${base[@]}" --status-fd 11 -- cat /proc/self/status 11>lines
is '  one sandbox inside the other has a filter of its own' \
  "$(told started.enforced.seccomp.filters) $(told started.enforced.seccomp.inherited) $(field Seccomp_filters)" '1 true 2'
printf '\6\0\0\0\0\0\377\177' >allow.bpf
tell --add-seccomp-fd 12 --add-seccomp-fd 13 -- cat /proc/self/status 12<allow.bpf 13<allow.bpf
is '  those that the caller gives count' "$(told started.enforced.seccomp.filters) $(field Seccomp_filters)" '3 3'

# --- The processes ---------------------------------------------------------------------------

for options in '' --as-pid-1 --share-pid --disable-userns; do
  begin $options --keep-fd 9 -- sh -c "$holds"
  eventually said up log
  ok "the start is told at once${options:+ ($options)}" eventually has_lines 1
  payload=$(told started.pids.payload)
  parent=$pid
  if [[ $options != --as-pid-1 ]]; then parent=$(first_child "$pid"); fi
  is '  with the monitor' "$(told started.pids.monitor)" "$pid"
  is '  the first process' "$(told started.pids.first)" "$(first_child "$pid")"
  is '  and the command' "$payload $(tr '\0' ' ' <"/proc/$payload/cmdline" | head -c 5)" "$(first_child "$parent") sh -c"
  is '  whose own number is as told' "$(awk '/^NSpid/ { print $NF }' "/proc/$payload/status")" "$(told started.pids.payload-inside)"
  is '  which is the user outside that is told' "$(stat -c '%u %g' "/proc/$payload")" \
    "$(told started.enforced.uid.outside) $(told started.enforced.gid.outside)"
  echo >&9
  finish "$pid"
  is '  the end comes with the end' "$status $(events)" '0 started exit'
done
cat >nested.sh <<'END'
"$@" & echo "monitor $!"
until grep -q started lines; do sleep 0.02; done
payload=$(sed -n 's/.*"payload": \([0-9]*\).*/\1/p' lines)
echo "command $(tr '\0' ' ' <"/proc/$payload/cmdline")"
wait
END
: >lines
run unshare -Urpf --kill-child --mount-proc sh nested.sh "$HUTCH" --ro-bind / / --status-fd 11 -- sleep 0.5 11>lines
is 'processes are counted as the caller counts' "$out" "monitor $(told started.pids.monitor)"$'\ncommand sleep 0.5 '

# --- Namespaces that exist already -----------------------------------------------------------

unshare -Urpf --kill-child --mount-proc sh -c 'echo up; sleep 60' >kept.log &
keeper=$!
eventually said up kept.log
kept=$(first_child "$keeper")
exec 14<"/proc/$kept/ns/user" 15<"/proc/$kept/ns/pid"
for program in 'hutch --pidns 15' bwrap 'bwrap --pidns 15' 'bwrap --pidns 15 --unshare-pid'; do
  read -r name options <<<"$program"
  if [[ $name == hutch ]]; then program=("${hutch[@]}"); else program=("${bwrap[@]}"); fi
  tell --userns 14 $options -- sh -c "$looks"
  is "$name in joined namespaces${options:+ ($options)}: the lines are" "$status $(events)" '0 started exit'
  is '  the user namespace that was joined' "$(told started.namespaces.user.id) $(told started.namespaces.user.shared)" \
    "$(readlink "/proc/$kept/ns/user" | tr -cd 0-9) false"
  if [[ $options == '--pidns 15' && $name == bwrap ]]; then
    is '  the process namespace that was' "$(told started.namespaces.pid.id) $(told started.namespaces.pid.shared)" \
      "$(readlink "/proc/$kept/ns/pid" | tr -cd 0-9) false"
  fi
  is '  who the user is outside' "$(told started.enforced.uid.outside)" "$(id -u)"
  is '  the number that the command has' "$(told started.pids.payload-inside)" "$(field number)"
done
program=("${bwrap[@]}")
begin --userns 14 --pidns 15 --unshare-pid -- sleep 30
ok '  and outside, below what was joined' eventually has_lines 1
payload=$(told started.pids.payload)
is '  by which it is found' "$(tr '\0' ' ' <"/proc/$payload/cmdline")" 'sleep 30 '
is '  below the first process' "$(awk '/^PPid/ { print $2 }' "/proc/$payload/status")" "$(told started.pids.first)"
kill -TERM "$payload"
finish "$pid"
is '  the end is told' "$status $(told exit.signal.name)" '143 SIGTERM'
exec 14<&- 15<&-
kill -KILL "$keeper"

# --- The end ---------------------------------------------------------------------------------

# ends SENTENCE STATUS CODE [NUMBER NAME]: compares the lines; NUMBER and NAME are those of a signal.
ends() {
  is "$1" "status $status, $(events), $(told exit.status) $(told exit.code)" "status $2, started exit, $2 $3"
  if (($# == 3)); then
    is '  and no signal' "$(told exit.signal) $(told exit.core-dumped)" 'null false'
  else
    is "  by $5" "$(told exit.signal.number) $(told exit.signal.name)" "$4 $5"
  fi
}
ulimit -S -c 0
for case in 'hutch' 'hutch --as-pid-1' 'hutch --share-pid' 'bwrap' 'bwrap --unshare-pid' 'bwrap --unshare-pid --as-pid-1'; do
  read -r name options <<<"$case"
  if [[ $name == hutch ]]; then program=("${hutch[@]}"); else program=("${bwrap[@]}"); fi
  for code in 0 3 137 255; do
    tell $options -- sh -c "exit $code"
    ends "$case: exit status $code" "$code" "$code"
  done
  # Another signal does not end PID 1.
  for signal in KILL $([[ $case == *as-pid-1 ]] || echo TERM SEGV RTMIN+3); do
    begin $options -- sleep 30
    eventually has_lines 1
    kill "-$signal" "$(told started.pids.payload)"
    finish "$pid"
    number=$(kill -l "$signal")
    ends "$case: the command is killed" "$((128 + number))" null "$number" "SIG$signal"
    is '  without a core file' "$(told exit.core-dumped)" false
  done
  tell $options -- use-up fault
  ends "$case: a fault" 139 null 11 SIGSEGV
done

program=("${hutch[@]}")
for options in '' --as-pid-1 --share-pid; do
  begin $options -- sh -c 'trap "exit 7" TERM; echo up; while :; do sleep 0.05; done'
  eventually said up log
  kill -TERM "$pid"
  finish "$pid"
  ends "a signal that the command answers is not the end${options:+ ($options)}" 7 7
done
begin -- sleep 30
eventually has_lines 1
kill -KILL "$(told started.pids.first)"
finish "$pid"
ends 'somebody kills the reaper' 137 null 9 SIGKILL
begin -- sleep 30
eventually has_lines 1
kill -KILL "$pid"
finish "$pid"
is 'somebody kills hutch: there is no last line' "$(events)" started
for options in '' --share-pid --as-pid-1; do
  : >lines
  sh -c '"$HUTCH" "$@" & wait' sh "${base[@]}" --die-with-parent $options --status-fd 11 -- sleep 30 11>lines &
  parent=$!
  eventually has_lines 1
  kill -KILL "$parent"
  finish "$parent"
  eventually has_lines 2
  is "the caller ends, and the sandbox with it${options:+ ($options)}" "$(events) $(told exit.status) $(told exit.signal.name)" 'started exit 137 SIGKILL'
done

# A core file is where the kernel is told to write one, and the command may.
mkdir cores
cat >dumps.sh <<'END'
cd cores && ulimit -S -c unlimited && exec use-up fault
END
(sh dumps.sh) 2>/dev/null
# A sanitizer takes the leave to write one away, and the caller of the tests may have none to give.
if [[ ${HUTCH_SANITIZERS-} == yes || $(ulimit -H -c) == 0 ]]; then
  rm -rf cores
elif [[ $(find cores -type f) ]]; then
  for case in 'hutch' 'hutch --as-pid-1' 'hutch --share-pid' 'bwrap' 'bwrap --unshare-pid'; do
    rm -f cores/*
    read -r name options <<<"$case"
    if [[ $name == hutch ]]; then program=("${hutch[@]}"); else program=("${bwrap[@]}"); fi
    (ulimit -S -c unlimited && tell --bind "$tmp" "$tmp" $options -- sh dumps.sh)
    is "$case: a core file is told of when there is one" "$(told exit.core-dumped) $(told exit.signal.name) $(find cores -type f | wc -l)" 'true SIGSEGV 1'
  done
else
  skip 'a core file is told of when there is one' 'the kernel writes none here'
fi

# --- What was used ---------------------------------------------------------------------------

# What hutch and all that it waited for used is what its caller sees, and a little more.
cat >measure.py <<'END'
import json, os, sys, time

start = time.monotonic()
pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
with open('outside', 'w') as file:
    for name, value in {
        'wall': time.monotonic() - start,
        'cpu': usage.ru_utime + usage.ru_stime,
        'memory': usage.ru_maxrss * 1024,
        'read': usage.ru_inblock * 512,
        'written': usage.ru_oublock * 512,
        'switches': usage.ru_nvcsw + usage.ru_nivcsw,
    }.items():
        print(name, value, file=file)
sys.exit(os.waitstatus_to_exitcode(status))
END
outside() { awk -v name="$1" '$1 == name { print $2 }' outside; }
measure() {
  : >lines
  run python3 measure.py "${program[@]}" --status-fd 11 "$@" 11>lines
}
# between SENTENCE LEAST VALUE MOST
between() {
  ok "$1 ($2 <= $3 <= $4)" awk -v least="$2" -v value="${3:-none}" -v most="$4" 'BEGIN { exit !(value + 0 == value && least <= value && value <= most) }'
}
cpu() { awk -v one="$(usage user-seconds)" -v other="$(usage system-seconds)" 'BEGIN { print one + other }'; }

for case in 'hutch' 'hutch --as-pid-1' 'hutch --share-pid' 'bwrap' 'bwrap --unshare-pid'; do
  read -r name options <<<"$case"
  if [[ $name == hutch ]]; then program=("${hutch[@]}"); else program=("${bwrap[@]}"); fi
  # What bwrap leaves behind when the command has ended is not waited for.
  most=$(if [[ $case == 'bwrap --unshare-pid' ]]; then echo 1000; else echo outside; fi)
  limit_of() { if [[ $most == outside ]]; then outside "$1"; else echo "$2"; fi; }
  measure $options -- use-up cpu 400
  between "$case: processor time" 0.4 "$(cpu)" "$(limit_of cpu 0.6)"
  between '  nearly all of it in user mode' 0.2 "$(usage user-seconds)" "$(cpu)"
  between '  and no less on the clock' "$(cpu)" "$(told exit.wall-seconds)" "$(outside wall)"
  measure $options -- use-up memory 50
  between '  peak memory' "$((50 << 20))" "$(usage peak-memory)" "$((64 << 20))"
  measure $options -- sleep 0.3
  between '  time' 0.3 "$(told exit.wall-seconds)" "$(outside wall)"
  between '  in which nothing is used' 0 "$(cpu)" 0.1
  between '  no memory either' 100000 "$(usage peak-memory)" "$((32 << 20))"
  measure $options -- use-up naps 50
  between '  context switches' 50 "$(usage voluntary-switches)" "$(limit_of switches 200)"
  between '  of both kinds' "$(usage voluntary-switches)" "$(($(usage voluntary-switches) + $(usage involuntary-switches)))" \
    "$(limit_of switches 1000)"
  measure $options -- sh -c 'sh -c "use-up cpu 200; exit 0"; use-up cpu 200; exit 0'
  between '  children count' 0.4 "$(cpu)" "$(limit_of cpu 0.6)"
  rm -f data
  measure $options --bind "$tmp" "$tmp" -- dd if=/dev/zero of="$tmp/data" bs=64k count=64 conv=fsync status=none
  if run python3 measure.py dd if=/dev/zero of=data bs=64k count=64 conv=fsync status=none && (($(outside written) >= 4 << 20)); then
    between '  what is written' "$((4 << 20))" "$(usage written-bytes)" "$((6 << 20))"
  else
    skip '  what is written' 'the file system counts nothing'
  fi
done
for options in '' --share-pid; do
  program=("${hutch[@]}")
  rm -f over
  measure $options --bind "$tmp" "$tmp" -- sh -c '(use-up cpu 300; echo >over; sleep 30) & until test -e over; do sleep 0.02; done; exit 4'
  between "what the command leaves behind counts${options:+ ($options)}" 0.3 "$(cpu)" "$(outside cpu)"
  ends '  and changes no status' 4 4
done
new_mark
tell -- sh -c 'fork-away "$1"; exit 5' sh "$mark"
ends 'what forks on and on does not hold up the end' 5 5
ok '  and is gone' none_left

# --- No start --------------------------------------------------------------------------------

# fails SENTENCE STATUS CODE ARGS...: one line, with what --error-fd tells.
fails() {
  local sentence=$1 wanted=$2 code=$3
  shift 3
  : >lines
  run "$@" 11>lines 12>error
  is "$sentence" "status $status, $(events), $(told failed.status) $(told failed.failure.code) $(told failed.signal)" \
    "status $wanted, failed, $wanted $code null"
  is '  as --error-fd tells it' "$(python3 -c 'import json; print(json.load(open("lines"))["failure"] == json.load(open("error")))')" True
}
descriptors=(--error-fd 12 --status-fd 11)
for name in hutch bwrap; do
  if [[ $name == hutch ]]; then one=("$HUTCH" "${descriptors[@]}" "${base[@]}") codes=(125 126 127); else one=("$tmp/bin/bwrap" "${descriptors[@]}" "${base[@]}") codes=(1 1 1); fi
  fails "$name: no such option" "${codes[0]}" option-unknown "${one[@]}" --no-such-option -- echo ran
  fails "$name: an option that contradicts another" "${codes[0]}" option-conflict "${one[@]}" --unshare-user --userns 13 -- echo ran \
    13</proc/self/ns/user
  fails "$name: a source that is not there" "${codes[0]}" source-missing "${one[@]}" --ro-bind /no/such /x -- echo ran
  fails "$name: a working directory that is not there" "${codes[0]}" directory-missing "${one[@]}" --chdir /no/such -- echo ran
  fails "$name: a command that is none" "${codes[1]}" exec-not-executable "${one[@]}" -- /etc/passwd
  fails "$name: a command that is not there" "${codes[2]}" exec-not-found "${one[@]}" -- no-such-command
  fails "$name: the same, as PID 1" "${codes[2]}" exec-not-found "${one[@]}" --unshare-pid --as-pid-1 -- no-such-command
  fails "$name: with a reaper" "${codes[2]}" exec-not-found "${one[@]}" --unshare-pid -- no-such-command
done
program=("${hutch[@]}")
for signal in TERM INT HUP QUIT; do
  exec 12<>gate
  begin --block-fd 12 -- echo ran
  eventually pgrep -P "$pid" >/dev/null
  sleep 0.1
  kill "-$signal" "$pid"
  finish "$pid"
  is "SIG$signal ends a start" "$status $(events) $(told failed.status) $(told failed.signal.name) $(told failed.failure)" \
    "$((128 + $(kill -l $signal))) failed $((128 + $(kill -l $signal))) SIG$signal null"
  exec 12>&-
done
exec 12<>gate
begin --block-fd 12 -- echo ran
eventually pgrep -P "$pid" >/dev/null
sleep 0.1
kill -KILL "$(first_child "$pid")"
finish "$pid"
is '  as SIGKILL does, for who sets it up' "$status $(events) $(told failed.signal.name) $(told failed.failure)" '137 failed SIGKILL null'
exec 12>&-
for options in --dry-run --print-plan=json '--explain /'; do
  : >lines
  run "$HUTCH" --status-fd 11 $options "${base[@]}" -- true 11>lines
  is "where nothing is to be started, nothing is told ($options)" "$status $(events)" '0 '
done
: >lines
run "$HUTCH" --status-fd 11 --dry-run "${base[@]}" --ro-bind /no/such /x -- true 11>lines
is '  but a failure is' "$status $(events) $(told failed.failure.code)" '125 failed source-missing'

# --- Descriptors and readers -----------------------------------------------------------------

for bad in '77 Bad file descriptor' '12 Bad file descriptor' '13 Bad file descriptor' 'x not a file descriptor number'; do
  refuses "--status-fd ${bad%% *}, which cannot be written, is refused" "--status-fd ${bad%% *}: ${bad#* }" \
    "${base[@]}" --status-fd "${bad%% *}" -- echo ran 12</dev/null 13< <(:)
done
refuses '  as is one that another option takes' '--json-status-fd 11.*--status-fd 11' "${base[@]}" --status-fd 11 --json-status-fd 11 -- echo ran 11>lines
for case in 'hutch' 'hutch --as-pid-1' 'bwrap' 'bwrap --unshare-pid'; do
  read -r name options <<<"$case"
  if [[ $name == hutch ]]; then program=("${hutch[@]}"); else program=("${bwrap[@]}"); fi
  exec 11> >(:)
  sleep 0.1
  run how-ended "${program[@]}" $options --status-fd 11 -- sh -c 'echo ran; exit 4'
  is "$case: a reader that is gone changes nothing" "$status|$out|$err" $'0|ran\nexit 4|'
  exec 11>&-
  run how-ended "${program[@]}" $options --status-fd 11 -- sh -c 'echo ran; exit 4' 11>/dev/full
  is '  nor does a disk that is full' "$status|$out|$err" $'0|ran\nexit 4|'

  rm gate && mkfifo gate
  exec 11<>gate
  head -c 65536 /dev/zero >&11
  "${program[@]}" $options --cap-add ALL --status-fd 11 -- sh -c 'echo ran; exit 4' >log 2>&1 &
  pid=$!
  ok '  nor one that reads nothing so far' eventually said ran log
  sleep 0.3
  ok '  for whom hutch waits at the end' alive "$pid"
  (head -c 65536 >/dev/null; exec head -n 2 >lines) <&11 &
  finish "$pid"
  wait "$!"
  is '  and writes all of it' "$status $(events) $(told exit.code)" '4 started exit 4'
  ok '  more than a pipe takes at once' test "$(head -n 1 lines | wc -c)" -gt 4096
  head -c 65536 /dev/zero >&11
  "${program[@]}" $options --status-fd 11 -- sh -c 'echo ran' >log 2>&1 &
  pid=$!
  eventually said ran log
  sleep 0.2
  kill -TERM "$pid"
  limit=3 finish "$pid"
  like '  or is told to end without it' "$status" '^(0|143)$'
  exec 11>&-
  rm gate && mkfifo gate
  exec 11<>gate
  head -c 65536 /dev/zero >&11
  "${program[0]}" --status-fd 11 --no-such-option >log 2>&1 &
  pid=$!
  eventually said no-such-option log
  sleep 0.2
  kill -TERM "$pid"
  limit=3 finish "$pid"
  is '  even where there was no start' "$status" 143
  rm gate && mkfifo gate
  exec 11<>gate
  head -c 65536 /dev/zero >&11
  "${program[@]}" $options --status-fd 11 -- no-such-command >log 2>&1 &
  pid=$!
  eventually said no-such-command log
  sleep 0.2
  kill -TERM "$pid"
  limit=3 finish "$pid"
  is '  nor a command' "$status" 143
  exec 11>&-
done
program=("${hutch[@]}")
rm gate && mkfifo gate
exec 11<>gate
head -c 61440 /dev/zero >&11
"${program[@]}" --cap-add ALL --status-fd 11 -- sh -c 'trap "echo TERM; exit 7" TERM; echo up; while :; do sleep 0.05; done' >log 2>&1 &
pid=$!
eventually said up log
sleep 0.2
kill -TERM "$pid"
ok 'a line that finds room for a part of it keeps no signal from the command' eventually said TERM log
(head -c 61440 >/dev/null; exec head -n 2 >lines) <&11 &
finish "$pid"
wait "$!"
is '  and comes as a whole' "$status $(events) $(told exit.code)" '7 started exit 7'
run "${program[@]}" --info-fd 12 --json-status-fd 13 --status-fd 11 -- sh -c 'exit 6' 12>info 13>json
timeout 2 head -n 2 <&11 >lines
exec 11>&-
is 'all documents go together' "$status $(events) $(child_of info) $(child_of json) $(tail -n 1 json)" \
  "6 started exit $(told started.pids.first) $(told started.pids.first) { \"exit-code\": 6 }"

plan
