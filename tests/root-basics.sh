#!/bin/bash
# What is different when root itself makes the sandbox: little, which is the point.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

other=61234
chmod 755 "$tmp"

inside -- sh -c 'id -u; id -g; exit 7'
is 'root can make a sandbox, and is root inside' "$status $out" $'7 0\n0'
inside -- readlink /proc/self/ns/user
unlike '  in a user namespace of its own' "$out" "$(readlink /proc/self/ns/user | tr -d '[]')|^$"
run "$HUTCH" --ro-bind / / -- cat /proc/self/uid_map
read -ra map <<<"$out"
is '  where no other user of the host is' "${map[*]}" '0 0 1'
inside -- cat /proc/self/status
zero=0000000000000000
is '  without any capability' "$(field CapPrm)$(field CapEff)$(field CapBnd)$(field CapInh)$(field CapAmb)" \
  "$zero$zero$zero$zero$zero"
is '  nor new privileges' "$(field NoNewPrivs)" 1
inside --uid 1234 --gid 567 -- sh -c 'id -u; id -g'
is '--uid and --gid choose who it is' "$out" $'1234\n567'
inside --keep-id -- sh -c 'id -u; id -g'
is '--keep-id keeps root' "$out" $'0\n0'
run setpriv --groups 4,24,27 "$HUTCH" "${base[@]}" -- id -G
unlike 'supplementary groups mean nothing inside' " $out " ' (4|24|27) '

inside --bind "$tmp" "$tmp" --uid 77 -- sh -c 'echo x >"$1/made"' sh "$tmp"
is 'files are made by the root of the host' "$(stat -c %u:%g made)" 0:0
echo private >private && chmod 600 private && chown "$other:$other" private
for options in '' '--cap-add all'; do
  # shellcheck disable=SC2086
  inside --bind "$tmp" "$tmp" $options -- sh -c 'cat "$1/private"; chown 0 "$1/private"; chmod 666 "$1/private"' sh "$tmp"
  is "the files of others are closed to it ${options:+with $options}" \
    "$out$(stat -c %u:%a private)" "$other:600"
  # shellcheck disable=SC2086
  inside --tmpfs /tmp $options -- sh -c 'mknod /tmp/n c 1 3 && echo made; mount -t devtmpfs none /tmp && echo mounted'
  is '  as are devices' "$out" ''
done
# Each write puts back what was there.
inside -- sh -c 'for setting in kernel/core_pattern vm/swappiness fs/file-max; do
  value=$(cat "/proc/sys/$setting") && (echo "$value" >"/proc/sys/$setting") && echo "$setting written"; done
  test -w /proc/sysrq-trigger && (: >/proc/sysrq-trigger) && echo sysrq'
is '  and the settings of the kernel' "$out" ''
host_dir=$tmp/host
mkdir host
inside --ro-bind "$host_dir" /mnt --cap-add all -- sh -c 'remount-rw /mnt; echo x >/mnt/x'
unlike 'read-only stays read-only' "$out" 'accepted'
ok '  on the host too' test ! -e host/x
inside --unshare-net -- sh -c 'tcp 127.0.0.1 self'
is 'the loopback works' "$out" hello
inside -- attach 1
is 'PID 1 cannot be traced' "$out" EPERM
inside -- sh -c 'sleep 30 & exit 3'
returns 'what is left in the background ends' 3

# As root, the trace shows the paths of processes that other users may not look into.
if has strace; then
  run strace -f -s 4096 -o "$tmp/trace" setpriv --reuid="$other" --regid="$other" --clear-groups \
    "$HUTCH" "${base[@]}" --tmpfs /tmp --ro-bind /usr /tmp/usr --unshare-net -- cat /tmp/usr/no/such
  like 'a start can be traced' "$(<trace)" 'open_tree.*"/usr"'
  unlike '  and no list of mounts is read' "$(<trace)" 'mountinfo|/mounts"|mtab"'
else
  skip 'a start can be traced' 'strace is not here'
fi

# hutch wants no privileges, and refuses to have some that its caller has not.
mkdir bin
cp "$HUTCH" bin/setuid && chmod 4755 bin/setuid
cp "$HUTCH" bin/setgid && chmod 2755 bin/setgid
cp "$HUTCH" bin/plain && chmod 755 bin/plain
as_other=(setpriv --reuid="$other" --regid="$other" --clear-groups)
run "${as_other[@]}" bin/plain --ro-bind / / -- echo ran
is 'a copy that another user runs' "$status $out" '0 ran'
for kind in setuid setgid; do
  run "${as_other[@]}" "bin/$kind" --ro-bind / / -- echo ran
  is "  refuses to when it is $kind" "$status $out" '125 '
  like '  and says why' "$err" '^hutch: .*(setuid|setgid|privilege|capabilit)'
done
ln bin/setuid bin/bwrap
run "${as_other[@]}" bin/bwrap --ro-bind / / -- echo ran
is '  or is called bwrap' "$status $out" '1 '
like '  and says why' "$err" '^bwrap: .*setuid'
if has setcap && cp "$HUTCH" bin/caps && chmod 755 bin/caps && setcap cap_sys_admin+ep bin/caps 2>/dev/null; then
  run "${as_other[@]}" bin/caps --ro-bind / / -- echo ran
  is '  or has capabilities of its own' "$status $out" '125 '
  like '  and says why' "$err" '^hutch: .*file capabilities'
else
  skip '  or has capabilities of its own' 'setcap is not here, or cannot work'
fi

for proc in "--proc /proc" "--share-pid --proc /proc"; do
  # shellcheck disable=SC2086 # options and operands
  inside $proc -- sh -c 'for f in sys/kernel/core_pattern sys/vm/swappiness sysrq-trigger; do : 3>>/proc/$f; done'
  is "the kernel's settings cannot be opened for writing with $proc" "$(grep -c 'Read-only' <<<"$err")" 1
done
run "$HUTCH" --share-pid --proc / --ro-bind / /tty -- "/tty$(readlink -f /bin/sh)" -c ': 3>>/sys/kernel/core_pattern'
unlike '  nor where proc is the root' "$status" '^0$'

plan
