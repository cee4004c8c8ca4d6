#!/bin/bash
# What callers of bwrap rely on where the caller is root itself.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

chmod 755 "$tmp"
mkdir -p src/sub w
echo content >src/file
s=$tmp/src

# Privilege
own_bounding=$(awk '/^CapBnd:/ {print $2}' /proc/self/status)
permitted=$(awk '/^CapPrm:/ {print $2}' /proc/self/status)
zero=0000000000000000
bw -- sh -c 'id -u; id -g; readlink /proc/self/ns/user'
is 'root gets no user namespace unless it asks for one' "$status $out" "0 0"$'\n'"0"$'\n'"$(readlink /proc/self/ns/user)"
bw --unshare-all --proc /proc -- readlink /proc/self/ns/user
unlike '  which --unshare-all does' "$out" "$(readlink /proc/self/ns/user | tr -d '[]')|^$"
bw --unshare-user -- readlink /proc/self/ns/user
unlike '  and --unshare-user' "$out" "$(readlink /proc/self/ns/user | tr -d '[]')|^$"
bw --unshare-pid --unshare-uts --proc /proc -- sh -c 'echo inside >/proc/sys/kernel/hostname && hostname; echo x >/proc/irq/default_smp_affinity'
like 'it can change settings, but not what --proc shows of the devices' "$out|$err" '^inside[|].*Read-only'
caps() { bw "$@" -- cat /proc/self/status; }
sets() { echo "$(field CapPrm) $(field CapEff) $(field CapBnd)"; }
caps
is 'it keeps its capabilities' "$(sets)" "$permitted $permitted $own_bounding"
is '  without new privileges' "$(field NoNewPrivs)" 1
for options in --unshare-pid --unshare-net '--unshare-pid --as-pid-1'; do
  # shellcheck disable=SC2086
  caps $options
  is "  with $options, too" "$(sets)" "$permitted $permitted $own_bounding"
done
for all in ALL all; do
  caps --cap-drop "$all"
  is "--cap-drop $all takes them all" "$(field CapPrm)$(field CapEff)" "$zero$zero"
done
for name in CAP_KILL cap_kill kill; do
  if [[ $name == kill ]] && older 0.11; then continue; fi
  caps --cap-drop "$name"
  is "--cap-drop $name takes one" "$(field CapEff)" "$(printf '%016x' $((0x$permitted & ~(1 << 5))))"
done
caps --cap-drop ALL --cap-add CAP_KILL
is '--cap-add gives one back, in the order of the arguments' "$(field CapPrm) $(field CapEff)" '0000000000000020 0000000000000020'
caps --cap-add CAP_KILL
is '--cap-add alone takes nothing away' "$(field CapEff)" "$permitted"
bw --cap-drop CAP_DAC_OVERRIDE --cap-drop CAP_DAC_READ_SEARCH --bind "$tmp" "$tmp" -- sh -c 'mkdir w/closed && chmod 0 w/closed && ls w/closed'
like '  what was dropped is missed' "$err" 'Permission denied'
rmdir w/closed
bw --tmpfs /tmp -- mount -t tmpfs none /tmp
returns 'what was kept is of use' 0

# Identity
for option in uid gid; do
  bw_fails "--$option needs --unshare-user" "Specifying --$option requires --unshare-user or --userns" "--$option" 5 -- echo ran
done
bw --unshare-user --uid 5 --gid 6 -- sh -c 'id -u; id -g; cat /proc/self/uid_map'
is '  with it, it chooses who the command is' "$(tr -s ' ' <<<"$out")" $'5\n6\n 5 0 1'
bw --unshare-user --bind "$tmp" "$tmp" -- sh -c 'id -u; echo x >w/made; stat -c %u w/made'
is 'with --unshare-user the command stays root' "$out $(stat -c %u w/made)" $'0\n0 0'
cp "$(realpath "$BWRAP")" bwrap && chmod 755 bwrap
run_as_user() { run setpriv --reuid=61234 --regid=61234 --clear-groups "$@"; }
run_as_user ./bwrap --ro-bind / / -- sh -c 'id -u; readlink /proc/self/ns/user'
unlike 'another user gets a namespace in the same place' "$out" "$(readlink /proc/self/ns/user | tr -d '[]')|^$"
bw --unshare-user --disable-userns -- sh -c 'unshare -U true || echo refused'
is '--disable-userns holds for root inside' "$out" refused
bw --unshare-user --assert-userns-disabled -- echo ran
is '  --assert-userns-disabled sees where it is not' "$status|$out|$err" \
  '1||bwrap: creation of new user namespaces was not disabled as requested'
bw_fails '--disable-userns needs --unshare-user' '--disable-userns requires --unshare-user' --disable-userns -- echo ran
unshare -U sh -c 'echo up >up; exec sleep 30' &
holder=$!
eventually test -s up
echo '0 0 10' >"/proc/$holder/uid_map" && echo '0 0 10' >"/proc/$holder/gid_map"
exec 11<"/proc/$holder/ns/user"
bw --userns 11 -- sh -c 'id -u; readlink /proc/self/ns/user'
is '--userns uses one that exists' "$status $out" "0 0"$'\n'"$(readlink "/proc/$holder/ns/user")"
if older 0.12; then
  pass_over '  and allows --uid and --gid' 'it cannot mount any more when it has changed the user'
else
  bw --userns 11 --uid 5 --gid 6 -- sh -c 'id -u; id -g'
  is '  and allows --uid and --gid' "$status $out" $'0 5\n6'
fi
exec 11<&-
kill "$holder"

# Namespaces and documents
for kind in ipc pid net uts cgroup; do
  bw "--unshare-$kind" --proc /proc -- readlink "/proc/self/ns/$kind"
  unlike "--unshare-$kind makes one" "$out" "$(readlink "/proc/self/ns/$kind" | tr -d '[]')|^$"
done
bw --unshare-net -- tcp 127.0.0.1 self
is 'the loopback is up' "$status $out" '0 hello'
bw --unshare-uts --hostname some.host -- uname -n
is '--hostname names the host' "$out $(uname -n)" "some.host $(</proc/sys/kernel/hostname)"
bw --unshare-pid --info-fd 11 --json-status-fd 12 -- sh -c 'exit 7' 11>info 12>json
like '--info-fd tells of the start' "$(<info)" \
  $'^\\{\n    "child-pid": [0-9]+,\n    "mnt-namespace": [0-9]+,\n    "pid-namespace": [0-9]+\n\\}$'
like '--json-status-fd of the end too' "$status $(<json)" $'^7 \\{ "child-pid": [0-9]+, .* \\}\n\\{ "exit-code": 7 \\}$'

# Mounts made inside never reach the host
mounts() { sort /proc/self/mountinfo; }
before=$(mounts)
run unshare -m --propagation shared sh -c 'before=$(cat /proc/self/mountinfo)
  "$BWRAP" --bind / / --tmpfs "$1" --dir "$1/d" -- sh -c "mount -t tmpfs none $1/d && mount --bind /etc /mnt && echo mounted"
  test "$before" = "$(cat /proc/self/mountinfo)" && echo same' sh "$s"
is 'mounts made inside never reach the host, even where they are shared' "$status $out" $'0 mounted\nsame'
is '  nor the test itself' "$(mounts)" "$before"
bw --bind / / -- sh -c 'umount -l /proc; ls / | grep -c proc'
is '  unmounting does not either' "$(mounts)" "$before"
bw --tmpfs /tmp --bind "$s" /tmp/d --ro-bind "$s" /tmp/ro -- cat /proc/self/mountinfo
flags() { awk -v at="$1" '$5 == at {flags = $6} END {print flags}' <<<"$out"; }
like 'binds are nosuid and nodev for root as well' "$(flags /tmp/d) $(flags /tmp/ro)" '^rw,nosuid,nodev[^ ]* ro,nosuid,nodev'
unlike '  and no peer of those of the host' "$(grep ' /tmp/' <<<"$out")" 'shared:'

# /proc, /dev
bw --proc /proc --dev /dev --unshare-pid -- sh -c 'echo /proc/[0-9]*; echo x >/dev/null; ls /dev/pts; head -c 3 /dev/zero | wc -c'
is '--proc and --dev' "$status $(tail -n 2 <<<"$out")" $'0 ptmx\n3'
like '  with the pid namespace of the sandbox' "$out" '^/proc/1 /proc/2'

# Parents that only their owner may list, and sources that only their user may see
mkdir -p closed/in/way && echo far >closed/in/way/file && chmod 711 closed closed/in
run_as_user ./bwrap --ro-bind / / --tmpfs /mnt --ro-bind "$tmp/closed/in/way" /mnt/d \
  --ro-bind "$tmp/closed/in/way/file" /mnt/f -- cat /mnt/d/file /mnt/f
is 'a user can bind what is below directories that it may only pass' "$status $out" $'0 far\nfar'
run_as_user ./bwrap --ro-bind / / --ro-bind "$s" "$tmp/closed/in/way" -- cat "$tmp/closed/in/way/file"
is '  and bind over it' "$status $out" '0 content'
run_as_user ./bwrap --ro-bind / / --chdir "$tmp/closed/in/way" -- cat file
is '  and start there' "$status $out" '0 far'

if [[ -w /dev/fuse ]]; then
  mkdir fuse
  unshare -m --propagation private sh -c 'serve-fuse fuse 61234 >served & until test -s served; do sleep 0.02; done
    exec setpriv --reuid=61234 --regid=61234 --clear-groups timeout -k 1 8 "$@"' sh \
    ./bwrap --ro-bind / / --tmpfs /mnt --ro-bind fuse /mnt/fuse --bind fuse/hello /mnt/hello -- \
    cat /mnt/fuse/hello /mnt/hello >fuse.log 2>&1
  is 'a user can bind what it serves through FUSE, which root may not see' "$(<fuse.log)" $'hello\nhello'
else
  skip 'a user can bind what it serves through FUSE' '/dev/fuse is not here'
fi

same_probe root.txt

plan
