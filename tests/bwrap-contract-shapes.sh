#!/bin/bash
# What callers of bwrap rely on, fifth part: command lines of the shapes that real programs use.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

mkdir -p src/sub host/proc host/dev
echo content >src/file
s=$tmp/src
bare() { run "$BWRAP" "${system[@]}" "$@"; }

# An application's whole sandbox, in memory that is sealed
long=(--unshare-pid --unshare-ipc --die-with-parent "${system[@]}" --proc /proc --dev /dev --tmpfs /tmp --perms 0700 --dir /run/user/1000
  --symlink /run /var/run --symlink /tmp /var/tmp --dir /etc --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache
  --ro-bind-data 12 /etc/passwd --file 13 /etc/group --remount-ro /proc --setenv XDG_RUNTIME_DIR /run/user/1000
  --unsetenv KEPT --chdir /run/user/1000)
for number in {1..62}; do long+=(--ro-bind "$s" "/app/lib/$number"); done
run sh -c 'exec sealed 11 "$BWRAP" "$@"' sh --args 11 sh -c 'ls /app/lib | wc -l; cat /etc/passwd /etc/group /app/lib/50/file; pwd' \
  < <(words "${long[@]}") 12< <(echo user) 13< <(echo group)
is '81 operations in a sealed memfd' "$status|$out|$err" $'0|62\nuser\ngroup\ncontent\n/run/user/1000|'
run env -i "$BWRAP" --args 11 -- /usr/bin/env 11< <(words --ro-bind / / --setenv A 1)
is 'an empty environment and --args N -- CMD' "$status $(sort <<<"$out" | tr '\n' ' ')" "0 A=1 PWD=$tmp "

# Files
devices=()
for device in null zero full random urandom tty no-such dri nvidiactl kvm; do devices+=(--dev-bind-try "/dev/$device" "/dev/$device"); done
bare --dir /dev "${devices[@]}" -- sh -c 'head -c 3 /dev/zero | wc -c; echo x >/dev/null; ls /dev | grep -c no-such'
is '--dev-bind-try ten times' "$out|$err" $'3\n0|'
bare --proc /proc/../proc --ro-bind "$s/sub/../file" /a/../b/./c/../file --dir /d/e --ro-bind "$s/../src" /d/e/../g -- \
  sh -c 'cat /b/file /d/g/file'
is '.. inside paths' "$status $out" $'0 content\ncontent'
bw --tmpfs /tmp --bind /tmp /tmp -- cat "$s/file"
is '--tmpfs /tmp, then --bind /tmp /tmp' "$status $out" '0 content'
bare --file 11 /etc/f --ro-bind-data 12 /etc/f -- cat /etc/f 11<src/file 12< <(echo over)
is '--file, then --ro-bind-data on the same destination' "$status $out" '0 over'
if older 0.11; then
  pass_over '/proc/self/ns/user as a source' 'it finds no such path'
else
  bare --ro-bind /proc/self/ns/user /run/.userns --proc /proc -- sh -c 'stat -fc %T /run/.userns; stat -c %i /run/.userns | grep -c "^[0-9]"'
  like '/proc/self/ns/user as a source' "$status $out" $'^0 nsfs\n1$'
  run "$BWRAP" --unshare-user --bind / / --ro-bind /proc/self/ns/user "$tmp/src/file" -- stat -fc %T "$tmp/src/file"
  is '  over a file of the host' "$status $out" '0 nsfs'
fi
bw --perms 000 --tmpfs "$s" --remount-ro "$s" -- sh -c 'stat -c %a "$1"; ls "$1" && echo seen; cat "$1/file"; mkdir "$1/x"' sh "$s"
like '--perms 000 --tmpfs X --remount-ro X hides X' "$out" '^0$'
is '  for good' "$(grep -c 'Permission denied' <<<"$err")" 3
nulls=()
for number in {1..40}; do nulls+=(--ro-bind /dev/null "/secret/$((number / 10))/$number"); done
bare "${nulls[@]}" -- sh -c 'count=0; 
  for f in /secret/*/*; do test -c $f && count=$((count + 1)); done; echo $count; cat /secret/1/10; ls -l /secret/1/10 | cut -c1'
is '--ro-bind /dev/null onto many that are missing' "$(head -n 1 <<<"$out")" 40
like '  which cannot be read' "$err" 'Permission denied'
run "$BWRAP" --tmpfs / "${system[@]}" --dir /tmp -- sh -c 'echo /*; echo x >/x && cat /x'
like '--tmpfs / first' "$status $out" $'^0 .*/usr.*\nx$'
unlike '  is the root' "$out" "/(etc|home)"
run "$BWRAP" --bind / / --proc "$tmp/host/proc" --dev "$tmp/host/dev" -- \
  sh -c 'cd "$1"; cat proc/self/comm; ls dev/null dev/pts/ptmx' sh "$tmp/host"
is '--proc ROOT/proc --dev ROOT/dev below a bind' "$status $out" $'0 cat\ndev/null\ndev/pts/ptmx'
is '  leaves the host as it was' "$(find host/proc host/dev)" $'host/proc\nhost/dev'
mkdir -p root/usr root/proc root/dev
run "$BWRAP" --bind root / "${system[@]}" --proc /proc --dev /dev --tmpfs /tmp --bind src /build --chdir /build -- \
  sh -c 'cat file; echo made >made; cat /proc/self/comm; ls /'
is 'a directory as the root, with /proc and /dev below it' "$status $(head -n 2 <<<"$out")" $'0 content\ncat'
is '  where what is made is made on the host' "$(cat src/made; stat -c %F root/build)" $'made\ndirectory'
bare --dev dev --proc proc --tmpfs tmp --dir home/user -- sh -c 'cat /dev/null; ls /dev/full /home; cat /proc/self/comm'
is 'relative destinations such as dev' "$status $out" $'0 /dev/full\n\n/home:\nuser\ncat'

# The caller and its limits
for limit_kib in 4194304 524288; do
  # A sanitizer's shadow of the memory is larger than any such limit.
  [[ ${HUTCH_SANITIZERS-} != yes ]] || break
  run bash -c 'ulimit -v "$1"; shift; exec "$@"' bash "$limit_kib" "$BWRAP" --ro-bind / / --dev /dev --proc /proc --unshare-pid \
    sh -c 'ulimit -v'
  is "a limit of memory that the caller set ($limit_kib KiB) is that of the command" "$status $out" "0 $limit_kib"
done
run "$BWRAP" --ro-bind / / sh -c 'echo "$@"' sh --bind --args 1
is 'no -- before the command' "$status $out" '0 --bind --args 1'
run "$BWRAP" --ro-bind / / --setenv X --looks=like-an-option --setenv Y -- sh -c 'echo "$X $Y"'
is 'a value that looks like an option' "$status $out" '0 --looks=like-an-option --'
script="echo start$(head -c 102400 /dev/zero | tr '\0' ' '); echo end"
run "$BWRAP" --ro-bind / / bash -c "$script"
is 'a script of 100 KiB as one argument' "$status $out" $'0 start\nend'
run on-terminal -- "$BWRAP" --ro-bind / / --dev-bind /dev /dev sh -c 'test -t 0 && test -t 1 && echo terminal; exit 3'
is 'on a terminal' "$status $out" '3 terminal'
run on-terminal -- "$BWRAP" --ro-bind / / --dev /dev --unshare-all --die-with-parent --new-session sh -c 'test -t 0 && echo terminal; exit 3'
is '  and in a session of its own' "$status $out" '3 terminal'
sockets='ls -l /proc/self/fd | grep -c socket:'
wanted=$(hold-fds sh -c "$sockets")
run hold-fds "$BWRAP" --ro-bind / / --unshare-pid --proc /proc sh -c "$sockets"
is 'sockets reach the command' "$status $out" "0 $wanted"
like '  some' "$wanted" '^[1-9]'

# Closed descriptors
for options in '' '--unshare-all --proc /proc --dev /dev' '--file 12 /tmp/f --ro-bind-data 13 /tmp/g'; do
  for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
    # What remains of 0, 1 and 2; the list goes to 9, which is there in any case.
    wanted=''
    for fd in 0 1 2; do
      case "$fd $closed" in 0*'<&-'* | '1 >&-'* | '1 '*' >&-'* | 2*'2>&-'*) ;; *) wanted+="$fd " ;; esac
    done
    : >list
    # shellcheck disable=SC2086
    run bash -c "exec 9>>list; exec \"\$@\" $closed" bash "$BWRAP" --ro-bind / / --tmpfs /tmp --bind "$tmp" "$tmp" "${helpers[@]}" \
      $options bash -c '
        for fd in 0 1 2; do if [[ -L /proc/self/fd/$fd ]]; then printf "%s " $fd >&9; fi; done
        echo end >&9; exit 8' 12<src/file 13<src/file
    is "closed descriptors stay closed: $closed${options:+ ($options)}" "$status $(<list)" "8 ${wanted}end"
  done
done
run sh -c '"$BWRAP" "$@" <&- >&- 2>&-' sh --ro-bind / / --bogus
returns '  where nothing can be said, the status is still right' 1

plan
