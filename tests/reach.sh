#!/bin/bash
# What of the host, and of other sandboxes, a command could get hold of while a sandbox starts, lives, and waits.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck disable=SC2261 # descriptors 11 and 12 are not the standard output
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source-path=SCRIPTDIR source=lib-reach.sh
. "$here/lib-reach.sh" || exit 1

# --- The command looks at PID 1 at once ------------------------------------------------------

run open-path 9 / "$BWRAP" "${system[@]}" -- sh -c '/helpers/reach-host $$ 1 "$1"' sh "$tmp/secret"
like 'where a directory of the host stays open, a command finds it' "$status $out" '^1 /proc/[0-9]+/fd/9/'
is 'no command sees the host through PID 1, however soon it looks' "$(looks 100 "$BWRAP" "${system[@]}" --unshare-pid)" '100 '
if has taskset; then
  is '  where both share a processor' "$(on_one_cpu looks 100 "$BWRAP" "${system[@]}" --unshare-pid)" '100 '
else
  skip '  where both share a processor' 'taskset is not here'
fi
for options in '--unshare-user --cap-add ALL' '--die-with-parent --new-session'; do
  # shellcheck disable=SC2086
  is "  with $options" "$(looks 15 "$BWRAP" "${system[@]}" --unshare-pid $options)" '15 '
done
for options in '' '--cap-add ALL'; do
  # shellcheck disable=SC2086
  is "  in hutch${options:+ ($options)}" "$(looks 15 "$HUTCH" "${system[@]}" $options)" '15 '
done

open_gate
begin "$BWRAP" "${system[@]}" --unshare-pid --info-fd 11 -- sh -c 'echo up; read -r _ <&9; readlink /proc/1/ns/user; ls -l /proc/1/fd' 11>info
eventually said up log
child=$(child_of info)
own=$(readlink "/proc/$pid/ns/user")
ok 'from outside, the same user can look at PID 1 of bwrap' eventually test -e "/proc/$child/ns/user"
unlike '  which is in a namespace of its own' "$(readlink "/proc/$child/ns/user")" "^(${own//[][]/.})?\$"
echo >&9
finish "$pid"
like '  as from inside' "$status $(sed -n 2p log)" '^0 user:'
unlike '  where it has nothing open that lies on the host' "$(sed '1,2d' log)" '-> /$|-> /proc|-> /[^d]'
begin "$HUTCH" "${system[@]}" --keep-fd 9 --info-fd 11 -- sh -c 'echo up; read -r _ <&9; readlink /proc/1/ns/user; ls /proc/1/fd' 11>info
eventually said up log
child=$(child_of info)
is 'that of hutch cannot be looked at' "$(readlink "/proc/$child/ns/user")" ''
echo >&9
finish "$pid"
is '  nor from inside' "$(grep -c . log) $(grep -c 'ermission denied' log)" '2 1'
exec 9>&-

# --- Namespaces that others are in already ---------------------------------------------------

for sandbox in hutch 'hutch --as-pid-1' 'hutch --dev /dev --cap-add ALL' bwrap 'bwrap --unshare-pid' \
  'bwrap --unshare-pid --as-pid-1'; do
  joins_unseen "$sandbox"
done

# One that has every capability in the namespace that is joined, and sees what joins it.
for program in "$HUTCH" "$BWRAP"; do
  : >watch.log
  "$BWRAP" "${system[@]}" --unshare-user --cap-add ALL --die-with-parent --info-fd 11 \
    -- sh -c 'echo up; exec /helpers/reach-host 0 1000000 "$1"' sh "$tmp/secret" 11>info >watch.log 2>&1 &
  watcher=$!
  eventually said up watch.log
  exec 13<"/proc/$(child_of info)/ns/user"
  begin "$program" "${system[@]}" --userns 13 -- sh -c 'echo ran; sleep 0.3'
  finish "$pid"
  is "no power in a joined namespace is power over ${program##*/} itself" "$status|$(<log)|$(<watch.log)" '0|ran|up'
  ok '  while one looks for it' alive "$watcher"
  unwatched

  watched --as-pid-1 --cap-add ALL -- sh -c 'echo up; exec /helpers/reach-host 0 1000000 "$1"' sh "$tmp/secret"
  options=
  if [[ $program == "$BWRAP" ]]; then options=--unshare-pid; fi
  good=0
  for _ in {1..40}; do
    # shellcheck disable=SC2086
    run "$program" "${system[@]}" --userns 13 --pidns 14 $options -- true
    if ((status == 0)); then good=$((good + 1)); fi
  done
  is '  nor over what starts below a joined process namespace' "$good|$(<watch.log)" '40|up'
  unwatched
done

watched --as-pid-1 --ro-bind "$(command -v kill-all)" /kill-all -- /kill-all
for options in '' --as-pid-1; do
  slow=0 ends=''
  for _ in {1..12}; do
    started=${EPOCHREALTIME/./}
    # shellcheck disable=SC2086
    limit=2 run "$HUTCH" "${system[@]}" $options --userns 13 --pidns 14 -- sleep 5
    if ((${EPOCHREALTIME/./} - started > 1500000)); then slow=$((slow + 1)); fi
    if ((status == 125)) && [[ $err != hutch:* ]]; then ends+='125 without a word '; fi
    case $status in 125 | 137) ;; *) ends+="$status " ;; esac
  done
  is "PID 1 of a joined namespace that kills everything holds nothing up${options:+ ($options)}" "$slow" 0
  is '  and hutch tells of the end' "$ends" ''
done
unwatched

limit=3 run unshare -Urpf --kill-child "$HUTCH" --ro-bind / / --share-pid -- sh -c 'sleep 30 & echo ran; exit 3'
is 'where /proc is that of other processes, --share-pid is refused' "$status|$out|$(grep -c '^hutch: /proc.* another process namespace' <<<"$err")" '125||1'
limit=3 run unshare -Urpf --kill-child "$HUTCH" --ro-bind / / -- sh -c 'echo ran; exit 3'
is '  a namespace of its own is not' "$status $out" '3 ran'

# --- One descriptor, two options -------------------------------------------------------------

# twice STATUS PROGRAM USES...: each use, before and after each option that closes the descriptor; what is wrong with it.
# As bwrap, the later option is named by what fails.
twice() {
  local wanted=$1 program=$2 use closes pair one names
  shift 2
  mkfifo both
  for closes in '--info-fd 12' '--json-status-fd 12' '--block-fd 12' '--userns-block-fd 12'; do
    for use; do
      for pair in "$use $closes" "$closes $use"; do
        one=()
        if [[ $closes == --userns-block-fd* ]]; then one=(--unshare-user --info-fd 11); fi
        # shellcheck disable=SC2086
        limit=1 run "$program" --ro-bind / / "${one[@]}" $pair -- echo ran 11>info 12<>both
        names="descriptor 12 is already (taken|read) by ${pair%% *} 12"
        if ((wanted == 125)); then names="^hutch: -${pair##* -}.*$names"; fi
        if [[ $status != "$wanted" || $out || $err == *$'\n'* || ! $err =~ $names ]]; then
          echo "$pair: $status $out $err"
        fi
      done
    done
  done
  rm both
}
uses=('--sync-fd 12' '--bind-fd 12 /x' '--ro-bind-fd 12 /x' '--ro-bind-data 12 /x' '--file 12 /x')
is 'a descriptor that one option closes is for no other, and both are named' "$(twice 125 "$HUTCH" '--keep-fd 12' "${uses[@]}")" ''
is '  as bwrap' "$(twice 1 "$BWRAP" "${uses[@]}")" ''
run "$HUTCH" --ro-bind / / --sync-fd 12 --keep-fd 12 -- echo ran 12</dev/null
is '  two that leave it open go together' "$status $out" '0 ran'

# --- Documents -------------------------------------------------------------------------------

for options in '--cap-add sys_admin' '--share-uts --cap-add sys_admin' '--share-pid --cap-add ALL' '--as-pid-1 --cap-add ALL' --disable-userns; do
  for _ in 1 2 3; do
    # shellcheck disable=SC2086
    inside $options --info-fd 11 --json-status-fd 12 -- sh -c 'readlink /proc/self/ns/mnt | tr -cd 0-9' 11>info 12>json
    told="$(sed -n 's/.*"mnt-namespace": \([0-9]*\).*/\1/p' info) $(sed -n 's/.*"mnt-namespace": \([0-9]*\).*/\1/p' json)"
    if [[ $told != "$out $out" ]]; then break; fi
  done
  is "the documents tell the mount namespace of the command ($options)" "$told" "$out $out"
done

for program in "$HUTCH" "$BWRAP"; do
  name=${program##*/}
  for option in --info-fd --json-status-fd; do
    open_gate
    head -c 65536 /dev/zero >&9
    begin "$program" --ro-bind / / "$option" 9 -- echo ran
    sleep 0.15
    kill -TERM "$pid"
    limit=2 finish "$pid"
    is "SIGTERM ends $name while $option takes no more" "$status $(tr -d '\0' <log)" '143 '
    exec 9>&-
  done
  open_gate
  begin "$program" --ro-bind / / --json-status-fd 9 -- echo ran
  finish "$pid"
  read -r -t 1 line <&9
  is "  with room, $name ends" "$status $(<log) ${line:0:14}" '0 ran { "child-pid":'
  exec 9>&-
  open_gate
  begin "$program" --ro-bind / / --json-status-fd 9 -- sh -c 'echo up; sleep 0.3'
  eventually said up log
  head -c 65536 /dev/zero | dd of=gate oflag=nonblock bs=1 count=65536 status=none 2>dd.log
  sleep 0.5
  kill -TERM "$pid"
  limit=2 finish "$pid"
  like "  and so it does at the end of the command" "$status" '^(0|143)$'
  exec 9>&-
done

# --- What a bound tree can name --------------------------------------------------------------

mkdir -p tools tree
cp "$(command -v how-ended)" tools/tool
printf '#!/tree/tool\n' >tree/script && chmod 755 tree/script
ln -s /proc/self/fd/9/tool tree/tool
ln -s /proc/self/fd/9 tree/dir
ln -s /proc/thread-self/fd/9/tool tree/thread
run open-path 9 "$tmp/tools" "$BWRAP" "${system[@]}" --ro-bind tree /tree -- /tree/tool true
is 'bwrap, which leaves descriptors open, lets a command be found through them' "$status $out" '0 exit 0'
for command in /tree/tool /tree/dir/tool /tree/thread /tree/script /proc/self/fd/9/tool; do
  run open-path 9 "$tmp/tools" "$HUTCH" "${system[@]}" --ro-bind tree /tree -- "$command" true
  like "hutch does not ($command)" "$status|$out" '^12[67]\|$'
done
run open-path 9 "$tmp/tools" "$HUTCH" "${system[@]}" --ro-bind tree /tree --setenv PATH /tree/dir:/usr/bin -- tool true
is '  nor through PATH' "$status|$out" '127|'

mkdir names
for name in $'\xc2\x9b31m' $'\xff\xfe' $'\xe2\x80\xae' $'\xed\xa0\x80' $'\x7f' $'\xc3'; do
  for program in "$HUTCH" "$BWRAP"; do
    ln -sfn "a${name}b" names/link
    run "$program" --bind names / --symlink x /link -- true
    like "a name with $(printf %s "$name" | od -An -tx1 | tr -s ' ') is quoted by ${program##*/}" "$err" 'a(\\x[0-9a-f][0-9a-f])+(31m)?b'
    is '  in plain letters' "$(tr -d '\n' <"$tmp/.err" | tr -d ' -~')" ''
  done
done
for program in "$HUTCH" "$BWRAP"; do
  ln -sfn 'Größe-日本' names/link
  run "$program" --bind names / --symlink x /link -- true
  like "letters beyond ASCII are left as they are by ${program##*/}" "$err" 'Größe-日本'
done

# --- Hints -----------------------------------------------------------------------------------

mkdir empty cover
ln -s /etc/passwd cover/max_user_namespaces
for case in 'cover Permission denied' 'empty No such file or directory'; do
  run unshare -Urm sh -c 'mount --bind "$1" /proc/sys/user && shift && exec "$@"' sh "${case%% *}" \
    "$HUTCH" --ro-bind / / --disable-userns -- echo ran
  is "without --disable-userns there is no sandbox where it is asked for (${case#* })" "$status|$out|${err%%$'\n'*}" \
    "125||hutch: open /proc/sys/user/max_user_namespaces: ${case#* }"
  unlike '  nor a hint that is about something else' "$err" hint
done

plan
