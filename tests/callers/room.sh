#!/bin/bash
# room.sh DIRECTORY NAME LIMIT: what a caller sees, set up by root in namespaces of its own that `run` made; then
# NAME.sh, as an ordinary user with a home and an entry among the users. There is no network but the loopback, and
# all that a caller mounts, starts or writes is gone with the namespaces and with DIRECTORY.
set -eu
room=$1 name=$2 limit=$3

mount --make-rprivate /
ip link set lo up 2>/dev/null || ifconfig lo up

for file in passwd group; do cp "/etc/$file" "$room/$file"; done
printf 'caller:x:61234:61234:A caller:/home/caller:/bin/bash\n' >>"$room/passwd"
printf 'caller:x:61234:\n' >>"$room/group"
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 caller\n' >"$room/hosts"
hostname caller
# Callers with FUSE mount as their user does, whatever the host lets its users do.
if [[ -c /dev/fuse ]]; then
  cp -a /dev/fuse "$room/fuse"
  chmod 666 "$room/fuse"
  mount --bind "$room/fuse" /dev/fuse
fi

for file in passwd group hosts; do mount --bind "$room/$file" "/etc/$file"; done
mount --bind "$room/run/tested/recorder" /usr/bin/bwrap
for directory in tmp home run; do mount --rbind "$room/$directory" "/$directory"; done
mount --bind /tmp /var/tmp

as_caller() {
  env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 TERM=dumb SHELL=/bin/bash \
    USER=caller LOGNAME=caller HOME=/home/caller TMPDIR=/tmp XDG_RUNTIME_DIR=/run/user/61234 \
    CALLERS_FULL="${CALLERS_FULL-}" \
    setpriv --reuid=61234 --regid=61234 --clear-groups "$@"
}

# A system bus with nobody on it, for those that ask there whether parents allow an application.
install -d -o 61234 -g 61234 /run/dbus
cat >/run/bus.conf <<'END'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
END
if command -v dbus-daemon >/dev/null; then as_caller dbus-daemon --config-file=/run/bus.conf --fork; fi

cd /home/caller
as_caller timeout -s KILL "$limit" bash "/run/callers/$name.sh"
