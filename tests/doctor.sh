#!/bin/bash
# What --doctor says of this machine, compared with what others find.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; other functions call these
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-doctor.sh
. "$here/lib-doctor.sh" || exit 1

needs unshare findmnt ip readelf

# --- This machine, as it is ------------------------------------------------------------------

mkdir at layered empty
before=$(</proc/self/mountinfo)
doctor
is 'a report comes' "$status $err" '0 '
validates '  that is what the schema says'
is '  says that sandboxes work' "$(works)" true
is '  tells the kernel' "$(awk -F'\t' '$1 == "works" {print $3, $4}' report)" "$(uname -r) $(uname -m)"
agrees sandbox "$HUTCH" --ro-bind / / true
agrees userns unshare -Ur --mount true
agrees nesting "$HUTCH" --keep-id --ro-bind / / --proc /proc -- "$HUTCH" --ro-bind / / true
agrees proc unshare -Urpf --mount-proc true
agrees dev unshare -Urm mount -t devpts -o newinstance devpts at
agrees overlay unshare -Urm sh -c 'mount -t tmpfs none at && mkdir at/upper at/work &&
  mount -t overlay -o lowerdir=/usr/bin,upperdir=at/upper,workdir=at/work,userxattr none layered'
agrees netns unshare -Urn ip link set lo up
agrees timens unshare -UrTf --monotonic 1000 true
agrees seccomp sh -c '! deny-syscall uname 1 uname'
agrees seccomp-notify grep -qw user_notif /proc/sys/kernel/seccomp/actions_avail
agrees landlock /usr/bin/python3 -c '
import ctypes
abi = ctypes.CDLL(None).syscall(444, None, 0, 1)
print(abi)
exit(abi <= 0)'
is '  with the same ABI' "$(of landlock value)" "$(grep -v '^-1' agrees.log)"
agrees cgroup use_group
like '  of the version that is mounted' "$(of cgroup value)" "^$(
  if findmnt -t cgroup2 >/dev/null; then echo v2; elif findmnt -t cgroup >/dev/null; then echo v1; else echo none; fi)( |\$)"
for check in pasta slirp4netns dbus-proxy:xdg-dbus-proxy; do
  name=${check%:*} program=${check#*:}
  agrees "$name" "$program" --version
  is '  and its first line' "$(of "$name" value)" "$(has "$program" && head -n 1 agrees.log)"
done
for kind in uid gid; do
  mapfile -t ranges < <(awk -F: -v id="$(id -u)" -v name="$(id -un 2>/dev/null)" '$1 == id || $1 == name {print $2 ":" $3}' "/etc/sub$kind")
  is "sub$kind: the ranges of this user" "$(of "sub$kind" value)" "${ranges[*]}"
  if ((${#ranges[@]} == 0)); then is '  of which there are none' "$(of "sub$kind" state)" missing; fi
done
is 'link: as the headers of the binary say' "$(of link value)" \
  "$(if readelf -lW "$HUTCH" | grep -q INTERP; then echo dynamic; else echo static; fi)"
for name in $(names); do
  if [[ $(of "$name" state) != ok ]]; then like "$name does not work, and has a remedy" "$(of "$name" remedy)" ..; fi
done

# Nothing is left
is 'the mounts are as before' "$(</proc/self/mountinfo)" "$before"
is '  and so are the control groups' "$(groups_left)" ''
run unshare -Urpf --mount-proc bash -c '
  cd empty
  before=$(findmnt -l)
  "$HUTCH" --doctor >/dev/null
  for process in /proc/[0-9]*; do read -r name <"$process/comm" && printf "%s " "$name"; done
  ls -A
  [[ $(findmnt -l) == "$before" ]] || echo mounts'
is '  and no process or file is there, in a namespace that would show it' "$out" 'bash '

# For people
states >as-json
run "$HUTCH" --doctor
returns 'without --json, the status is the same' 0
is '  and so are the states' "$(awk 'NR == 1 || /^ / || /[.]$/ {next} {printf "%s ", $2}' <<<"$out")" "$(<as-json)"
is '  one line for each, in its order' "$(awk 'NR == 1 || /^ / || /[.]$/ {next} {print $1}' <<<"$out")" "$(names)"
is '  with a line for each remedy' "$(grep -c '^  .*remedy: ..' <<<"$out")" "$(awk -F'\t' '$2 == "remedy"' report | grep -c .)"
is '  and a sentence' "$(tail -n 1 <<<"$out")" 'Sandboxes work here.'
unlike '  without colours' "$out" $'\033'
run on-terminal -- "$HUTCH" --doctor
like '  on a terminal with some' "$out" $'sandbox +\033[^\n]*ok'
run on-terminal -- env NO_COLOR=1 "$HUTCH" --doctor
unlike '  but for NO_COLOR' "$out" $'\033'
run "$HUTCH" --doctor --json >/dev/null
run sh -c '"$HUTCH" --doctor --json >/dev/full'
like 'a report that cannot be written is a failure' "$status $err" '^1 hutch: .*No space left'
run bash -c 'sleep 60 >/dev/null & echo "$!" >sibling; exec "$HUTCH" --doctor --json'
ok 'a child that the process had before is left alone' alive "$(<sibling)"
kill "$(<sibling)"
ln -s "$HUTCH" bwrap
run ./bwrap --doctor --json
is 'by the name bwrap it says the same' "$status $(grep -c '"state": "ok"' <<<"$out")" "0 $(tr ' ' '\n' <as-json | grep -cx ok)"

# --- Machines that do not allow it -----------------------------------------------------------

doctor unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' sh
is 'where a sysctl forbids user namespaces, the status says so' "$status $(works)" '1 false'
validates '  and the report is valid'
for name in sandbox userns nesting proc dev overlay netns timens; do
  refused "  $name knows why" "$name" failed userns-forbidden-sysctl 'user[.]max_user_namespaces'
done
is '  what needs none still works' "$(states seccomp seccomp-notify landlock link)" 'ok ok ok ok '
run unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$HUTCH" --doctor'
is '  and people learn it too' "$status $(tail -n 1 <<<"$out")" '1 No sandbox can be built here.'
like '  with one remedy for all of them' "$out" $'netns [^\n]*\n +remedy: as for sandbox\n'
doctor unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"' sh
refused 'where network namespaces alone are forbidden' netns failed namespace-limit 'user[.]max_net_namespaces'
is '  the rest works' "$status $(states sandbox userns proc dev timens)" '0 ok ok ok ok ok '
doctor unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_time_namespaces && exec "$@"' sh
refused 'where time namespaces are' timens failed namespace-limit 'user[.]max_time_namespaces'

doctor deny-syscall clone3 1
is 'where a filter refuses clone3' "$status $(works)" '1 false'
refused '  the sandbox knows why' sandbox failed syscall-forbidden 'seccomp'
refused '  user namespaces too' userns failed syscall-forbidden 'seccomp'
is '  what needs none still works' "$(states seccomp seccomp-notify landlock link)" 'ok ok ok ok '
doctor deny-syscall mount_setattr 38
refused 'where a filter hides mount_setattr' sandbox failed syscall-forbidden '5[.]12'
is '  user namespaces still work' "$status $(of userns state)" '1 ok'
doctor deny-syscall seccomp 1
refused 'where it refuses seccomp' seccomp failed syscall-forbidden 'seccomp'
refused '  its notifications are refused too' seccomp-notify failed syscall-forbidden 'seccomp'
doctor deny-syscall landlock_create_ruleset 95
refused 'where Landlock is switched off' landlock missing '' 'lsm'
is '  sandboxes work' "$status" 0
doctor deny-syscall landlock_create_ruleset 38
refused 'where a filter hides Landlock' landlock failed syscall-forbidden 'seccomp'

doctor "$HUTCH" "${base[@]}" --
for name in sandbox userns nesting; do
  refused "in a sandbox, $name" "$name" failed userns-nested-root '--keep-id'
done
is '  the status says so' "$status" 1
doctor "$HUTCH" "${base[@]}" --keep-id --
is '  where what was advised works' "$status $(states sandbox userns)" '0 ok ok '
if [[ -d $(own_group) ]]; then
  refused '  its control groups are read-only' cgroup missing '' 'read-only'
fi
bare=("${system[@]}" --proc /proc --dev /dev --bind "$tmp" "$tmp" --ro-bind "$HUTCH" "$HUTCH")
doctor "$HUTCH" "${bare[@]}" --keep-id --
refused 'in one that shows no control groups' cgroup missing '' 'mounted'
is '  there are none' "$(of cgroup value)" none
if findmnt -t cgroup /sys/fs/cgroup/memory >/dev/null; then
  doctor "$HUTCH" "${bare[@]}" --ro-bind /sys/fs/cgroup/memory /groups --keep-id --
  refused '  and with those of version 1' cgroup missing '' 'unified_cgroup_hierarchy=1'
  is '  it knows them' "$(of cgroup value)" v1
fi
cover_proc='while read -r _ _ _ _ at rest; do
  case $rest in *" - proc "*) mount -t tmpfs none "$at/sys" || exit 1 ;; esac
done </proc/self/mountinfo; exec "$@"'
doctor unshare -Urm sh -c "$cover_proc" sh
refused 'where /proc is covered in part' proc failed proc-too-revealing '/proc'
is '  the simplest sandbox works' "$status $(states sandbox dev)" '0 ok ok '

# --- Programs --------------------------------------------------------------------------------

mkdir bin
ln -s "$(type -P true)" bin/true
with_bin() { doctor env PATH="$tmp/bin"; }
program() {
  { echo '#!/bin/sh' && cat; } >"bin/$1"
  chmod +x "bin/$1"
}
with_bin
refused 'where pasta is not in PATH' pasta missing '' 'passt'
refused '  nor slirp4netns' slirp4netns missing '' 'slirp4netns'
like '  it does not say that it ran' "$(of pasta tried)" 'looked'
program pasta <<<'[ "$*" = --version ] && printf "pasta 7\033[31m\nmore\n"'
program slirp4netns <<<'echo broken >&2; exit 3'
with_bin
is 'one that is there is asked for its version' "$(of pasta state) $(of pasta value) $(of pasta tried)" $'ok pasta 7\033[31m pasta --version'
refused '  and is not ok if that fails' slirp4netns failed '' "$tmp/bin/slirp4netns"
like '  as it says itself' "$(of slirp4netns reason)" '3: broken'
run env PATH="$tmp/bin" "$HUTCH" --doctor
unlike 'a program gives no orders to the terminal' "$out" $'\033'
rm bin/true
with_bin
refused 'where true is not in PATH' sandbox failed exec-not-found 'PATH'
is '  that one does not work' "$status" 1
ln -s "$(type -P true)" bin/true

# The ranges of files, as another machine would have them
printf '%s\n' '# some' 'nobody-else:1:2' "$(id -u):100000:65536" 'broken' "$(id -u):300000:10" >sub
ranged=("$HUTCH" "${base[@]}" --keep-id --ro-bind sub /etc/subuid --ro-bind sub /etc/subgid -- env PATH="$tmp/bin")
doctor "${ranged[@]}"
for kind in uid gid; do
  is "sub$kind: ranges are read" "$(of "sub$kind" value)" '100000:65536 300000:10'
  refused "  without new${kind}map they are of no use" "sub$kind" missing '' 'uidmap'
  program "new${kind}map" <<<'exit 0'
done
doctor "${ranged[@]}"
for kind in uid gid; do
  refused "  a new${kind}map that only says it mapped them is not believed" "sub$kind" failed '' '.'
  like '  though it ran' "$(of "sub$kind" tried)" "^new${kind}map on a child"
  program "new${kind}map" <<<'echo "new'$kind'map: $*" >&2; exit 1'
done
doctor "${ranged[@]}"
for kind in uid gid; do
  like "  new${kind}map gets them all" "$(of "sub$kind" reason)" "^new${kind}map: [0-9]+ 0 100000 65536 65536 300000 10\$"
done
if ! id -un >/dev/null 2>&1; then like '  and needs a name' "$(of subuid remedy)" '/etc/passwd'; fi
rm bin/new?idmap

# --- Steps that do not end -------------------------------------------------------------------

# stay MARK DEPTH: ignores what can be ignored, and so do its children, each in a session of its own.
cat >bin/stay <<'END'
#!/bin/bash
PATH=/usr/bin:/bin
trap '' TERM INT HUP QUIT
(($2 == 0)) || setsid "$0" "$1" $(($2 - 1)) &
exec -a "$1" sleep 600
END
chmod +x bin/stay
# Tells the simplest sandbox and what is no sandbox from those that the other checks build.
cat >bin/where <<'END'
#!/bin/sh
PATH=/usr/bin:/bin
echo "$(stat -c %d /dev) $(readlink /proc/self/ns/net) $(cat /proc/1/comm) $(grep -c ' - overlay ' /proc/self/mountinfo)"
END
chmod +x bin/where
new_mark
program pasta <<<"exec '$tmp/bin/stay' $mark 3"
program slirp4netns <<<"'$tmp/bin/stay' $mark 3 & echo slirp4netns 9"
rm bin/true
program true <<<"if [ \"\$('$tmp/bin/where')\" = '$(bin/where)' ]; then exec '$tmp/bin/stay' $mark 2; fi"
start=$SECONDS
limit=60 with_bin
took=$((SECONDS - start))
refused 'a sandbox that does not come to an end' sandbox timed-out '' '.'
is '  does not work' "$status $(works)" '1 false'
is '  others do' "$(states userns nesting proc dev overlay netns)" 'ok ok ok ok ok ok '
refused 'a program that does not' pasta timed-out '' '.'
is '  and one that leaves something behind is no failure' "$(of slirp4netns state) $(of slirp4netns value)" 'ok slirp4netns 9'
ok '  nothing of them is left' none_left
ok "  and each was ended in about five seconds: both took $took" test "$took" -ge 9 -a "$took" -le 30
validates '  the report is valid'

# Long before the five seconds are over.
soon() {
  local end=$((SECONDS + 2))
  until "$@"; do ((SECONDS <= end)) || return 1; done
}
for signal in TERM HUP KILL; do
  env PATH="$tmp/bin:$PATH" "$HUTCH" --doctor >log 2>&1 &
  pid=$!
  ok "a step runs when SIG$signal comes" eventually survive
  kill -"$signal" "$pid"
  ok '  and then nothing is left' soon none_left
  finish "$pid"
done

plan
