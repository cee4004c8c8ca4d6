#!/bin/bash
# What callers of bwrap rely on, third part: arguments, environment, directory, descriptors, statuses, signals, lifetime.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

# Arguments out of a descriptor
run "$BWRAP" --args 11 sh -c 'echo $A' 11< <(words --ro-bind / / --setenv A 1)
is '--args reads words that NUL ends' "$out" 1
bw --args 11 sh -c 'echo $A' 11< <(printf -- '--setenv\0A\0last')
is '  the last NUL is optional' "$out" last
bw --args 11 sh -c 'echo "${A-unset}|$B"' 11< <(words --setenv A '' --setenv B b)
is '  empty words are kept' "$out" '|b'
bw --setenv A 1 --args 11 --setenv A 3 --args 12 -- sh -c 'echo $A$B$C' \
  11< <(words --setenv A 2 --setenv B 2) 12< <(words --setenv C 4)
is '  it may be given again, in its place among the others' "$out" 324
exec 11< <(words ignored --setenv A 1)
IFS= read -r -d '' -u 11 _
bw --args 11 sh -c 'echo $A; read -r _ <&11 && echo more'
is '  and is read from where it stands to its end' "$out" 1
exec 11<&-
for data in 'echo theirs' '-- echo theirs' '-- --setenv A 2' '--' '-- --bogus' 'word --bogus'; do
  # shellcheck disable=SC2086 # one word each
  bw --args 11 sh -c 'echo mine $A' 11< <(words --setenv A 1 $data)
  is "  '$data' ends it, and the rest is ignored" "$status|$out|$err" '0|mine 1|'
done
bw --args 11 echo mine 11</dev/null
is '  no data are no options' "$out" mine
bw_fails '  and no second --args inside' '--args not supported in arguments file' --args 11 -- echo ran 11< <(words --args 12)
# many COUNT: that many words.
many() { yes -- --unshare-user | head -n "$1" | tr '\n' '\0'; }
bw --args 11 echo ran 11< <(many 8900)
is '  8,900 words are no matter' "$status $out" '0 ran'
bw_fails '  but no more than 9,000 in all' 'Exceeded maximum number of arguments 9000' --args 11 -- echo ran 11< <(many 9001)
bw_fails '  as it is with several' 'Exceeded maximum number of arguments 9000' --args 11 --args 12 -- echo ran \
  11< <(many 4600) 12< <(many 4600)
bw_fails 'what is not open is no argument' "Can't read --args data: Bad file descriptor" --args 77 -- echo ran
bw -- --looks-like-an-option
is '-- ends the options' "$err" 'bwrap: execvp --looks-like-an-option: No such file or directory'

# Environment
mkdir work
export KEPT=kept GONE=gone
bw --setenv NEW 'a b=c' --unsetenv GONE -- sh -c 'echo "$KEPT|$NEW|${GONE-unset}"'
is 'the environment of the caller is kept, and changed' "$out" 'kept|a b=c|unset'
run env -i A=0 "$BWRAP" --ro-bind / / --setenv A 1 --unsetenv A --setenv B 1 --clearenv --setenv C 2 --setenv C 3 --setenv D '' /usr/bin/env
is '  in the order of the arguments' "$(sort <<<"$out")" $'C=3\nD=\nPWD='"$tmp"
run env -i "$BWRAP" --ro-bind / / --clearenv /usr/bin/env
is 'PWD is set after --clearenv' "$out" "PWD=$tmp"
run env -i A=1 PWD=/wrong "$BWRAP" --ro-bind / / --chdir /usr /usr/bin/env
is '  and is the directory' "$(sort <<<"$out")" $'A=1\nPWD=/usr'
mkdir first second
printf '#!/bin/sh\necho first\n' | tee first/prog >/dev/null
printf '#!/bin/sh\necho second\n' >second/prog
chmod +x second/prog
bw --tmpfs /tmp --ro-bind second /tmp/bin --setenv PATH /tmp/none:/tmp/bin -- prog
is 'the command is looked up in the new PATH inside the new root' "$status $out" '0 second'
bw --setenv PATH "$tmp/first:$tmp/second" -- prog
is '  passing over what is not executable' "$out" second
bw --chdir "$tmp/second" -- ./prog
is '  where it has no slash' "$out" second
bw -- sh -c 'printf "[%s]" "$0" "$@"' '' 'a b' $'new\nline' '*'
is 'arguments arrive as they are' "$out" $'[][a b][new\nline][*]'
if knows --argv0 '--argv0 chooses the first'; then
  bw --argv0 other-name -- sh -c 'echo "$0"; tr "\0" " " </proc/self/cmdline'
  like '--argv0 chooses the first' "$out" '^other-name'
  bw --argv0 '' -- bash -c 'echo "[$BASH_ARGV0]"'
  like '  an empty one as well' "$status $out" '^0 \[.*\]$'
  bw_fails '  once' '--argv0 used multiple times' --argv0 a --argv0 b -- echo ran
fi

# Directory
show='pwd -P; echo "$PWD"'
cd work || exit 1
bw -- sh -c "$show"
is 'the command starts in the directory of the caller' "$out" "$tmp/work"$'\n'"$tmp/work"
bw --tmpfs /tmp --setenv HOME /usr -- sh -c "$show"
is '  or at home, when that is not inside' "$out" $'/usr\n/usr'
bw --tmpfs /tmp --setenv HOME /no/such -- sh -c "$show"
is '  or in the root' "$out" $'/\n/'
bw --tmpfs /tmp --unsetenv HOME -- sh -c "$show"
is '  when there is no home, too' "$out" $'/\n/'
bw --chdir /no/such --chdir /usr -- sh -c "$show"
is '--chdir chooses another, the last one' "$out" $'/usr\n/usr'
bw --tmpfs /tmp --dir /tmp/new --chdir /tmp/new -- pwd
is '  which may have been made' "$out" /tmp/new
bw_fails '  and must be there' "Can't chdir to /no/such: No such file or directory" --chdir /no/such -- echo ran
cd "$tmp" || exit 1

# Descriptors
open=$(hold-fds list-fds)
for options in '' --unshare-pid '--unshare-pid --as-pid-1' --die-with-parent; do
  # shellcheck disable=SC2086 # options, one word each
  run hold-fds "$BWRAP" --ro-bind / / $options -- list-fds
  is "every descriptor of the caller reaches the command${options:+ with $options}" "$out" "$open"
done
deny-syscall uname 38 >no-uname
deny-syscall umask 38 >no-umask
echo data >data
run "$BWRAP" --ro-bind / / -- list-fds
usual=$out
bw --args 11 --tmpfs /tmp "${helpers[@]}" --file 12 /tmp/a --bind-data 13 /tmp/b --ro-bind-data 14 /tmp/c --seccomp 15 \
  --info-fd 16 --json-status-fd 17 --sync-fd 18 --block-fd 19 -- list-fds \
  11</dev/null 12<data 13<data 14<data 15<no-uname 16>info 17>json 18<data 19<data
is '  but those that an option consumed' "$status $out" "0 $usual"
bw -- bash -c 'echo x >&11; cat <&12' 11>written 12<data
is '  as they were open' "$out $(<written)" 'data x'

# The tree of processes
bw --unshare-pid --proc /proc -- sh -c 'cat /proc/1/comm; echo $$ $PPID; ls -d /proc/[0-9]*'
is 'with --unshare-pid, bwrap is PID 1 and the command its child' "$(head -n 2 <<<"$out" | tr '\n' ' ')" 'bwrap 2 1 '
bw --unshare-pid --proc /proc --as-pid-1 -- sh -c 'cat /proc/1/comm; echo $$'
is '  unless --as-pid-1 makes the command PID 1' "$out" $'sh\n1'
mkfifo hold
exec 9<>hold
start --dev /dev -- sh -c 'echo $$ $PPID; read -r _ <&9'
eventually said . log
is 'without, the command is the child of bwrap' "$(<log)" "$(pgrep -P "$pid") $pid"
echo >&9
finish "$pid"
start --dev /dev --unshare-pid -- sh -c 'echo up; read -r _ <&9'
eventually said . log
first=$(pgrep -P "$pid")
is 'with it, PID 1 is between them' "$(cat "/proc/$first/comm") $(pgrep -P "$first" | wc -l)" 'bwrap 1'
is '  with the command as its child' "$(cat "/proc/$(pgrep -P "$first")/comm")" sh
echo >&9
finish "$pid"

# Exit statuses
for options in '' --unshare-pid '--unshare-pid --as-pid-1' '--unshare-pid --die-with-parent'; do
  for code in 0 1 42 127 255; do
    # shellcheck disable=SC2086
    bw $options -- sh -c "exit $code"
    is "the status $code is that of the command${options:+ with $options}" "$status|$out|$err" "$code||"
  done
  [[ $options == *as-pid-1 ]] && continue
  for signal in TERM KILL; do
    # shellcheck disable=SC2086
    run how-ended "$BWRAP" --ro-bind / / $options -- sh -c "kill -$signal \$\$"
    is "  SIG$signal is told by the status, not by a signal" "$out" "exit $((128 + $(kill -l $signal)))"
  done
done
for options in '' --unshare-pid; do
  if older 0.11; then
    pass_over 'SIGCHLD is no longer ignored inside' 'it waits for ever where SIGCHLD is ignored'
    continue
  fi
  # shellcheck disable=SC2086
  run ignore-all "$BWRAP" --ro-bind / / $options -- sh -c 'cat /proc/self/status; exit 5'
  is "SIGCHLD is no longer ignored inside${options:+ with $options}" "$status $((0x$(field SigIgn) >> 16 & 1))" '5 0'
done

# How long a sandbox lives. Each command writes its mark, so that what is left can be found, and ended.
quiet() { exec "$@" <hold >/dev/null 2>&1; }
end_all() {
  local one
  for one in $(survivors); do kill -KILL "$one" 2>/dev/null; done
  eventually none_left
}
for options in '' --unshare-pid --die-with-parent '--unshare-pid --die-with-parent' '--unshare-pid --as-pid-1'; do
  new_mark
  # shellcheck disable=SC2086
  bw --dev /dev $options -- sh -c '(sleep 60; : "$1") >/dev/null 2>&1 & exit 3' sh "$mark"
  returns "bwrap returns when the command ends${options:+ with $options}" 3
  case $options in
    '' | --unshare-pid | --die-with-parent) ok '  what runs in the background lives on' survive ;;
    *) ok '  what runs in the background ends' eventually none_left ;;
  esac
  end_all
done 2>/dev/null
for options in '' --unshare-pid --die-with-parent '--unshare-pid --die-with-parent' '--unshare-pid --as-pid-1 --die-with-parent'; do
  for signal in TERM KILL; do
    new_mark
    # shellcheck disable=SC2086
    start --dev /dev $options -- sh -c 'trap "echo TERM" TERM; echo up; read -r _ <&9; : "$1"' sh "$mark"
    eventually said up log
    kill "-$signal" "$pid"
    finish "$pid"
    is "SIG$signal ends bwrap${options:+ with $options}" "$status" "$((128 + $(kill -l $signal)))"
    if [[ $options == *die* ]]; then
      ok '  and the sandbox with it' eventually none_left
    else
      ok '  and leaves the sandbox running' survive
      is '  which never hears of it' "$(<log)" up
    fi
    end_all
  done
done 2>/dev/null
for options in '' --die-with-parent '--unshare-pid --die-with-parent'; do
  new_mark
  : >log
  # shellcheck disable=SC2086
  bash -c '"$BWRAP" --ro-bind / / "$@" & wait' bash --dev /dev $options -- sh -c 'echo up; read -r _ <&9; : "$1"' sh "$mark" >log 2>&1 &
  parent=$!
  eventually said up log
  kill -KILL "$parent"
  finish "$parent"
  if [[ $options ]]; then
    ok "when the caller ends, $options ends the sandbox" eventually none_left
  else
    sleep 0.2
    ok 'when the caller ends, the sandbox goes on' survive
  fi
  end_all
done 2>/dev/null
exec 9>&-

# Sessions
session='read -r _ _ _ _ _ session _ </proc/self/stat; echo "$session"'
run on-terminal -- "$BWRAP" --ro-bind / / --dev-bind /dev /dev --unshare-pid --proc /proc -- \
  bash -c "$session; : </dev/tty && echo terminal"
is 'the command stays in the session of its caller' "$out" $'0\nterminal'
run on-terminal -- "$BWRAP" --ro-bind / / --dev-bind /dev /dev --unshare-pid --proc /proc --new-session -- \
  bash -c "$session; : </dev/tty && echo terminal"
like '--new-session gives it one of its own' "$out" '^[1-9]'
unlike '  without a terminal to control' "$out" $'\nterminal'

# Filters
bw -- uname
returns 'a call that works without a filter' 0
bw --seccomp 11 -- uname 11<no-uname
like '  fails with the one that --seccomp loads' "$status $err" '^1 .*Function not implemented'
for options in --unshare-pid '--unshare-pid --as-pid-1'; do
  # shellcheck disable=SC2086
  bw $options --seccomp 11 -- uname 11< <(cat no-uname)
  like "  with $options too, from a pipe" "$status $err" '^1 .*Function not implemented'
done
already=$(awk '/^Seccomp_filters/ {print $2}' /proc/self/status)
bw --add-seccomp-fd 11 --add-seccomp-fd 12 -- cat /proc/self/status 11<no-uname 12<no-umask
is '--add-seccomp-fd loads many' "$(field Seccomp_filters)" "$((already + 2))"
# The kernel takes the answer of the filter that was loaded last, of those that are as strict.
deny-syscall uname 1 >no-uname-eperm
bw --add-seccomp-fd 11 --add-seccomp-fd 12 -- uname 11<no-uname 12<no-uname-eperm
like '  in their order' "$err" 'Operation not permitted'
bw --add-seccomp-fd 12 --add-seccomp-fd 11 -- uname 11<no-uname 12<no-uname-eperm
like '  the other way around, too' "$err" 'Function not implemented'
bw_fails 'what is not open is no filter' "Can't read seccomp data: Bad file descriptor" --seccomp 77 -- echo ran
bw --seccomp 11 -- echo ran 11< <(head -c 7 no-uname)
like 'neither is what is no array of filters' "$status|$out|$err" $'^1\|\|bwrap: [^\n]*$'

# Labels
if [[ -d /sys/fs/selinux && -n $(ls /sys/fs/selinux) ]]; then
  skip '--exec-label and --file-label' 'this host has labels, and a policy that is not known here'
else
  for option in --exec-label --file-label; do
    bw "$option" some_u:some_r:some_t -- echo ran
    like "$option is refused where there are no labels" "$status|$out|$err" $'^1\|\|bwrap: [^\n]*label[^\n]*$'
  done
fi

# What is held while the sandbox lives
mkfifo hold2
exec 9<>hold2
touch locked other-lock
lockable() {
  /usr/bin/python3 -c 'import fcntl, sys
try:
    fcntl.lockf(open(sys.argv[2], "r+"), (fcntl.LOCK_EX if sys.argv[1] == "write" else fcntl.LOCK_SH) | fcntl.LOCK_NB)
except OSError:
    sys.exit(1)' "$@"
}
if [[ -x /usr/bin/python3 ]]; then
  for options in '' --unshare-pid; do
    # shellcheck disable=SC2086
    start --dev /dev $options --lock-file "$tmp/locked" --lock-file "$tmp/other-lock" -- sh -c 'echo up; read -r _ <&9'
    eventually said up log
    is "--lock-file holds read locks${options:+ with $options}" "$(for file in locked other-lock; do
      lockable read "$file" && echo read
      lockable write "$file" && echo write
    done)" $'read\nread'
    echo >&9
    finish "$pid"
    ok '  until the sandbox ends' eventually lockable write locked
  done
else
  skip '--lock-file holds read locks' 'python3 is not here'
fi
bw --tmpfs /tmp --file 11 /tmp/inside --lock-file /tmp/inside -- echo ran 11<data
is '  the path is one inside' "$status $out" '0 ran'
# An older bwrap takes the lock while the command is started.
bw_fails '  and must be there' 'Unable to open lock file /no/such: No such file or directory' --lock-file /no/such -- \
  "$(older 0.12 && echo true || echo echo)" ran

for options in '' --unshare-pid --die-with-parent '--unshare-pid --as-pid-1'; do
  mkfifo sync
  exec 12<>sync
  exec 13<sync
  # shellcheck disable=SC2086
  start --dev /dev $options --sync-fd 12 -- sh -c 'list-fds; read -r _ <&9'
  exec 12<&-
  eventually said . log
  seen=$(grep -cw 12 log)
  is "--sync-fd is seen by the command with --as-pid-1 only${options:+ ($options)}" \
    "$seen" "$([[ $options == *as-pid-1 ]] && echo 1 || echo 0)"
  # Reading waits as long as somebody could write.
  read -r -t 0.3 -u 13 _
  is '  it stays open while the sandbox lives' "$(($? > 128))" 1
  echo >&9
  finish "$pid"
  read -r -t 5 -u 13 _
  is '  and no longer' "$?" 1
  exec 13<&-
  rm sync
done

mkfifo gate
exec 12<>gate
start --block-fd 12 -- echo ran
sleep 0.3
is '--block-fd holds the command back' "$(<log) $(alive "$pid" && echo waiting)" ' waiting'
printf x >&12
finish "$pid"
is '  until there is a byte' "$status $(<log)" '0 ran'
exec 9>&- 12>&-

plan
