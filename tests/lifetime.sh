#!/bin/bash
# How a sandbox ends: with its command, with hutch, by signals; and what is left of it, which is nothing.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

descendants() {
  local pid
  for pid in $(pgrep -P "$1"); do
    echo "$pid"
    descendants "$pid"
  done
}
all_gone() {
  local pid
  for pid in $family; do
    if alive "$pid"; then return 1; fi
  done
}

# start OPTIONS... -- COMMAND...: in the background, its output in the file `log`; $pid is hutch itself.
start() {
  : >log
  "$HUTCH" "${base[@]}" "$@" <&0 >log 2>&1 9>&- &
  pid=$!
}

# The end of the command is the end of the sandbox
new_mark
inside -- sh -c '(sleep 30 & sleep 30 &) & exit 3' "$mark"
returns 'background processes do not keep the sandbox' 3
ok '  nor outlive it' none_left
new_mark
# It has another number each time, so pgrep can miss it: what it writes grows.
inside --tmpfs /mnt -- sh -c 'fork-away "$1" 3>/mnt/beat; size=$(stat -c %s /mnt/beat)
  for try in $(seq 50); do test "$(stat -c %s /mnt/beat)" = "$size" || break; sleep 0.1; done
  test "$(stat -c %s /mnt/beat)" -gt "$size" && echo control' sh "$mark"
is 'what forks on, in a session of its own and deaf to signals' "$out" $'left something behind\ncontrol'
ok '  is gone when hutch returns' none_left
new_mark
run "$HUTCH" --ro-bind / / --dev /dev --share-pid -- sh -c 'fork-away "$1"' sh "$mark"
is 'without a pid namespace of its own' "$out" 'left something behind'
ok '  it is gone too' none_left
new_mark
inside --as-pid-1 -- sh -c 'fork-away "$1"; exit 4' sh "$mark"
returns 'with the command as PID 1' 4
ok '  it is gone too' none_left

inside --tmpfs /tmp -- sh -c '(sh -c "sleep 0.1; read -r _ _ _ parent _ </proc/self/stat; echo \$parent >/tmp/parent" &)
  until test -s /tmp/parent; do sleep 0.02; done; cat /tmp/parent'
is 'orphans become children of PID 1' "$out" 1
inside -- sh -c 'for i in 1 2 3; do (sleep 0.05 &); done; set -- /proc/[0-9]*; echo $#
  for try in $(seq 100); do set -- /proc/[0-9]*; test $# -gt 2 || break; sleep 0.02; done; echo $#'
like '  which reaps them' "$out" $'^[3-9]\n2$'

# While it is being built, here held up by data that does not come
mkfifo never
for share in '' --share-pid; do
  for signal in TERM INT HUP QUIT; do
    new_mark
    # shellcheck disable=SC2086 # nothing, or one word
    start $share --tmpfs /tmp --file 11 /tmp/data -- sh -c 'echo ran' "$mark" 11<>never
    eventually pgrep -P "$pid" >/dev/null
    sleep 0.05
    kill "-$signal" "$pid"
    finish "$pid"
    is "SIG$signal ends a start ${share:+with $share }that does not come to its end" \
      "$status $(<log)" "$((128 + $(kill -l "$signal"))) "
    ok '  with all that belongs to it' eventually none_left
  done
  new_mark
  # shellcheck disable=SC2086 # nothing, or one word
  start $share --tmpfs /tmp --file 11 /tmp/data -- sh -c 'echo ran' "$mark" 11<>never
  eventually pgrep -P "$pid" >children
  family=$(<children)
  kill -KILL "$pid"
  finish "$pid"
  ok 'SIGKILL does' eventually all_gone
done

# The reaper of a shared process namespace is killed as long as hutch knows of no command: what one had started by then
# would stay.
mkfifo block
new_mark
start --share-pid --block-fd 11 -- sh -c 'echo ran' "$mark" 11<>block
eventually pgrep -P "$pid" >/dev/null
kill -STOP "$pid"
echo >block
sleep 0.3
is 'with --share-pid the command waits until hutch knows that it starts' "$(<log)" ''
kill -CONT "$pid"
finish "$pid"
is '  and then runs' "$status $(<log)" '0 ran'

# The end of hutch is the end of the sandbox
for session in '' --new-session --as-pid-1; do
  new_mark
  # shellcheck disable=SC2086 # nothing, or one word
  start $session -- sh -c 'fork-away "$1"; sleep 30 & echo up; wait' sh "$mark"
  eventually said up log
  family=$(descendants "$pid")
  ok "SIGKILL ends hutch ${session:-as it comes}" kill -KILL "$pid"
  like '  and the processes it had' "$family" '[0-9]'
  ok '  everything inside ends with it' eventually all_gone
  ok '  what hides as well' eventually none_left
  finish "$pid"
done

new_mark
: >log
sh -c '"$HUTCH" "$@" & echo $!; wait' sh "${base[@]}" --die-with-parent -- sleep 30 >log &
parent=$!
eventually said . log
child=$(<log)
eventually pgrep -P "$child" >children
family="$child $(descendants "$child")"
kill -KILL "$parent"
ok 'with --die-with-parent, hutch ends when its parent does' eventually all_gone
finish "$parent"
: >log
sh -c '"$HUTCH" "$@" & echo $!; wait' sh "${base[@]}" -- sleep 30 >log &
parent=$!
eventually said . log
child=$(<log)
kill -KILL "$parent"
finish "$parent"
sleep 0.3
ok '  and goes on without it' alive "$child"
kill -KILL "$child"

# The parent ends while hutch is still reading its options, or at some later moment.
mkfifo options
is_hutch() { grep -qs '^hutch$' "/proc/$1/comm"; }
new_mark
started=0
for delay in first 0 0.001 0.002 0.003 0.004 0.005 0.006 0.008 0.01 0.015; do
  : >log
  exec 9<>options
  bash -c '"$HUTCH" "$@" 11<options & echo $!; wait' bash --args 11 -- sh -c 'sleep 30; true' "$mark" >log 9>&- &
  parent=$!
  eventually said . log
  child=$(<log)
  if eventually is_hutch "$child" && sleep 0.02 && alive "$child"; then started=$((started + 1)); fi
  if [[ $delay == first ]]; then
    kill -KILL "$parent"
    finish "$parent"
  fi
  printf '%s\0' "${base[@]}" --die-with-parent >&9
  exec 9>&-
  if [[ $delay != first ]]; then
    sleep "$delay"
    kill -KILL "$parent"
    finish "$parent"
  else
    ok 'when the parent ends while hutch reads its options, nothing is left' eventually none_left
    for child in $(survivors); do kill -KILL "$child"; done
  fi
done 2>/dev/null
ok 'whenever the parent ends later, nothing is left' eventually none_left
is '  of what did start' "$started" 11
new_mark
for delay in 0 0.001 0.002 0.003 0.004 0.005 0.006 0.008 0.01 0.015; do
  for _ in 1 2 3; do
    "$HUTCH" "${base[@]}" -- sh -c 'sleep 30; true' "$mark" &
    sleep "$delay"
    kill -KILL "$!"
    wait "$!"
  done
done 2>/dev/null
ok 'whenever hutch is killed, nothing is left' eventually none_left

# Signals
count() { grep -cx -- "$1" log; }
received() { (($(count "$1") >= $2)); }
mkfifo input
for options in '' --new-session --as-pid-1 --share-pid; do
  base=(--ro-bind / / --dev /dev)
  # shellcheck disable=SC2086 # nothing, or one word
  exec 9<>input
  start $options -- signal-counter <input
  eventually said ready log
  for round in 1 2 3; do
    for name in TERM INT HUP QUIT USR1 USR2 WINCH CONT; do
      kill "-$name" "$pid"
      eventually received "$name" "$round"
    done
  done
  exec 9>&-
  finish "$pid"
  counts=$(for name in TERM INT HUP QUIT USR1 USR2 WINCH CONT; do printf '%s:%s ' "$name" "$(count "$name")"; done)
  is "each signal sent to hutch ${options:-as it comes} reaches the command once" "$counts" \
    'TERM:3 INT:3 HUP:3 QUIT:3 USR1:3 USR2:3 WINCH:3 CONT:3 '
  is '  and hutch outlives them' "$status $(tail -n 1 log)" '0 end'
done
base=(--ro-bind / / --proc /proc --dev /dev)

start -- sh -c 'echo up; exec sleep 30'
eventually said up log
kill -TERM "$pid"
finish "$pid"
returns 'a command that does not mind them ends by them' 143

for options in '' --new-session; do
  : >log
  exec 9<>input
  # shellcheck disable=SC2086
  setsid sh -c 'echo $$ >leader; exec "$HUTCH" "$@"' sh "${base[@]}" $options -- signal-counter <input >log 2>&1 9>&- &
  pid=$!
  eventually said ready log
  for round in 1 2 3; do
    for name in TERM INT USR1 CONT; do
      kill "-$name" -- "-$(<leader)"
      eventually received "$name" "$round"
    done
  done
  exec 9>&-
  finish "$pid"
  is "a signal to the whole process group of hutch $options arrives once" \
    "$(count TERM) $(count INT) $(count USR1) $(count CONT)" '3 3 3 3'
done

# Terminals
for options in '' --new-session; do
  # shellcheck disable=SC2086
  run on-terminal ready $'\003' INT $'\034' QUIT RESIZE WINCH $'\004' -- \
    "$HUTCH" "${base[@]}" $options -- signal-counter
  counts=$(for name in INT QUIT WINCH; do printf '%s:%s ' "$name" "$(grep -c -- "$name" <<<"$out")"; done)
  is "what the terminal sends ${options:-to the foreground} arrives once" "$counts" 'INT:1 QUIT:1 WINCH:1 '
  returns '  and hutch waits for the command' 0
  # shellcheck disable=SC2086
  run on-terminal started $'\003' -- "$HUTCH" "${base[@]}" $options -- sh -c 'echo started; exec sleep 30'
  returns '  ^C ends a command that does not mind it' 130
done

printf '#!/bin/sh\nexec "$HUTCH" --ro-bind / / --proc /proc --dev /dev -- signal-counter\n' >job
chmod +x job
run env TERM=dumb PS1='prompt> ' on-terminal 'prompt> ' $'./job\n' ready $'\032' Stopped '' 'prompt> ' $'fg\n' CONT $'\004' \
  end $'echo status $?\n' 'status 0' $'exit\n' -- bash --norc --noprofile --noediting -i
like '^Z stops hutch and the command' "$out" $'Stopped.*\\./job'
like '  and fg lets both go on' "$out" $'\nCONT\n(.*\n)?end\n'
like '  to the end' "$out" 'status 0'
printf '#!/bin/sh\nexec "$HUTCH" --ro-bind / / --proc /proc --dev /dev -- sh -c "echo up; exec cat"\n' >job
run env TERM=dumb PS1='prompt> ' on-terminal 'prompt> ' $'./job\n' up $'\032' Stopped '' 'prompt> ' $'fg\n' ./job $'typed\n' \
  $'typed\ntyped' $'\004' \
  'prompt> ' $'echo status $?\n' 'status 0' $'exit\n' -- bash --norc --noprofile --noediting -i
like '  where it reads from the terminal again' "$out" 'status 0'

# The command may run while the reaper is still at its last steps
if has strace; then
  mkfifo spoken
  strace -f -qq -o /dev/null -e trace=close_range -e inject=close_range:delay_enter=300000 \
    "$HUTCH" "${base[@]}" -- sh -c 'trap "exit 5" TERM; echo up; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.2; done; exit 6' >spoken 2>/dev/null &
  pid=$!
  read -r said <spoken
  kill -TERM "$(pgrep -o -P "$pid")"
  finish "$pid"
  is 'a signal reaches a command that has only just started' "$said $status" 'up 5'
  run strace -qq -o /dev/null -e trace=poll -e inject=poll:delay_enter=300000 "$HUTCH" "${base[@]}" -- no-such-command
  is 'what goes wrong is told when all has ended meanwhile' "$status $(grep -c no-such-command <<<"$err")" '127 1'
else
  skip 'a signal reaches a command that has only just started' 'strace is not here'
  skip 'what goes wrong is told when all has ended meanwhile' 'strace is not here'
fi

# What a full queue, a stray signal or a caller that ignores one does to those that are passed on
run bash -c 'ulimit -i 100; exec "$@"' bash true
if ((status == 0)); then
  bash -c 'ulimit -i 100; exec "$@" <>input' bash "$HUTCH" "${base[@]}" -- fill-queue >log 2>&1 &
  pid=$!
  eventually said full log
  kill -TERM "$pid"
  ok 'a signal is passed on when the queue of signals is full' eventually said TERM log
  kill -KILL "$pid"
  finish "$pid"
fi
start -- signal-counter <>input
eventually said . log
reaper=$(pgrep -P "$pid")
kill -USR1 "$reaper"
sleep 0.5
kill -USR1 "$pid"
ok 'one that somebody sent to PID 1 takes no later one away' eventually said USR1 log
kill -KILL "$pid"
finish "$pid"
start -- sh -c 'cat /proc/1/comm'
finish "$pid"
is '  and PID 1 does not have the name of hutch' "$(<log)" hutch-reaper
bash -c 'trap "" HUP; exec "$@"' bash "$HUTCH" "${base[@]}" -- sh -c 'trap "echo HUP" HUP; echo up; sleep 0.5; echo end' >log 2>&1 &
pid=$!
eventually said up log
kill -HUP "$pid"
finish "$pid"
is 'a hangup is not passed on where the caller ignores it, as with nohup' "$status $(tr '\n' ' ' <log)" '0 up end '
sleep 30 &
own=$!
bash -c 'sleep 30 & echo $!; exec "$@"' bash "$HUTCH" "${base[@]}" --share-pid -- true >log 2>&1
ok 'what the caller had started before is left alone' alive "$(head -n 1 log)"
kill -KILL "$own" "$(head -n 1 log)"

plan
