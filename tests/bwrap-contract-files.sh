#!/bin/bash
# What callers of bwrap rely on, second part: the file system.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck disable=SC2094 # one file is the data of several descriptors
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

mkdir -p src/sub w
echo content >src/file
echo deep >src/sub/deep
echo other >other
s=$tmp/src

fresh() { bw --tmpfs /tmp "$@"; }
fails() { bw_fails "$1" "$2" --tmpfs /tmp "${@:3}" -- echo ran; }
bare() { run "$BWRAP" "${system[@]}" "$@"; }
mount_flags() { awk -v at="$1" '$5 == at {flags = $6} END {print flags}' <<<"$out"; }

bare -- sh -c 'echo /*; stat -c %a /; echo x >/new && cat /new'
unlike 'the root holds nothing that was not asked for' "$out" '/(tmp|proc|dev|etc|home|oldroot|newroot)'
like '  can be read by all, and is a place to write' "$out" $'\n755\nx$'

# Order
fresh --ro-bind "$s" /tmp/d --tmpfs /tmp/d -- ls /tmp/d
is 'a later operation covers an earlier one' "$status $out" '0 '
fresh --tmpfs /tmp/d --ro-bind "$s" /tmp/d -- ls /tmp/d
is '  in the order that was given' "$out" $'file\nsub'
fresh --ro-bind "$s" /tmp/d --ro-bind other /tmp/d/file -- cat /tmp/d/file /tmp/d/sub/deep
is 'a file can be put over one of a directory' "$out" $'other\ndeep'
fresh --file 11 /tmp/f --chmod 0400 /tmp/f --dir /tmp/d --chmod 1777 /tmp/d -- stat -c %a /tmp/f /tmp/d 11<other
is 'what changes a file finds what was made before it' "$out" $'400\n1777'
fresh --tmpfs /tmp/d --dir /tmp/d/a --tmpfs /tmp/d --dir /tmp/d/b -- ls /tmp/d
is 'the same destination may be given again' "$out" b

# Sources and destinations
fresh --ro-bind src /tmp/d --ro-bind src/../other /tmp/f --ro-bind ./src//sub/ /tmp/e -- cat /tmp/d/file /tmp/f /tmp/e/deep
is 'a relative source starts at the directory of the caller' "$out" $'content\nother\ndeep'
fresh --ro-bind "$s" tmp/rel --dir tmp/made --symlink x tmp/link -- ls /tmp
is 'a relative destination starts at the new root' "$out" $'link\nmade\nrel'
fresh --dir /tmp/a --ro-bind "$s" /tmp/a/../b --dir /tmp/./d/.. -- ls /tmp /tmp/b
is '.. goes up in the new root' "$(tr '\n' ' ' <<<"$out")" '/tmp: a b d  /tmp/b: file sub '
if older 0.12; then
  pass_over '  and never out of it' 'it goes one further'
else
  fresh --ro-bind "$s" /../../tmp/c -- ls /tmp/c
  is '  and never out of it' "$out" $'file\nsub'
fi
fresh --ro-bind "$s" /tmp/a/ --ro-bind "$s/" //tmp//b// --dir /tmp/c/ --tmpfs /tmp/./d/ --proc /tmp/p/ -- ls /tmp /tmp/b
is 'slashes may be doubled, or come last' "$out" $'/tmp:\na\nb\nc\nd\np\n\n/tmp/b:\nfile\nsub'
fresh --ro-bind "$s" /tmp/a/b/c --ro-bind other /tmp/d/e/f -- stat -c %a /tmp/a /tmp/a/b /tmp/d /tmp/d/e
if older 0.11; then
  is 'the parents of a destination are made, here 0700' "$out" $'700\n700\n700\n700'
else
  is 'the parents of a destination are made, 0755' "$out" $'755\n755\n755\n755'
fi

# Binds
fresh --bind w /tmp/rw --ro-bind w /tmp/ro --dev-bind w /tmp/dev -- sh -c '
  cat /proc/self/mountinfo; echo x >/tmp/rw/by-bind; echo x >/tmp/dev/by-dev; echo x >/tmp/ro/by-ro'
like '--bind sets nosuid and nodev' "$(mount_flags /tmp/rw)" '^rw,nosuid,nodev'
like '--ro-bind sets ro, nosuid and nodev' "$(mount_flags /tmp/ro)" '^ro,nosuid,nodev'
like '--dev-bind sets nosuid' "$(mount_flags /tmp/dev)" '^rw,nosuid'
unlike '  and not nodev' "$(mount_flags /tmp/dev)" nodev
is '  what can be written is written on the host' "$(ls w)" $'by-bind\nby-dev'
like '  what cannot is not' "$err" 'Read-only file system'
fresh --dev-bind /dev/null /tmp/null -- sh -c 'echo x >/tmp/null && cat /tmp/null'
is '--dev-bind gives a device' "$status|$out" '0|'
fresh --bind /dev/null /tmp/null -- sh -c 'echo x >/tmp/null'
like '  --bind does not' "$err" 'Permission denied'
run unshare -Urm sh -c 'mount -t tmpfs none src/sub && mkdir src/sub/below &&
  mount -t tmpfs none src/sub/below && echo x >src/sub/below/x &&
  exec "$BWRAP" --unshare-user --ro-bind / / --tmpfs /tmp --ro-bind src /tmp/d --bind src /tmp/w -- sh -c "
    cat /proc/self/mountinfo /tmp/d/sub/below/x
    echo y >/tmp/d/sub/y; echo y >/tmp/d/sub/below/y; echo y >/tmp/w/sub/y && echo wrote"'
is 'binds are recursive, and read-only in every mount below' "$(grep -c 'Read-only file system' <<<"$err")" 2
like '  where --bind is not' "$out" $'\nx\nwrote$'
for at in /tmp/d/sub /tmp/d/sub/below; do
  like "  $at is ro, nosuid and nodev" "$(mount_flags "$at")" '^ro,nosuid,nodev'
done
for option in --bind --ro-bind --dev-bind; do
  fresh "$option-try" /no/such /tmp/x "$option-try" "$s" /tmp/y -- ls /tmp
  is "$option-try skips a source that does not exist, and no other" "$status $out" '0 y'
  fails "$option does not" "Can't find source path /no/such: No such file or directory" "$option" /no/such /tmp/x
done
fresh --dir /tmp/d --ro-bind other /tmp/d/f --bind-try no/such/thing /tmp/d/g -- ls /tmp/d
is '  and makes no mount point for it' "$out" f
for kind in bind ro-bind; do
  fresh "--$kind-fd" 11 /tmp/d "--$kind-fd" 12 /tmp/f -- sh -c 'cat /tmp/d/sub/deep /tmp/f; echo y >>/tmp/d/file || echo y >>/tmp/f' \
    11<src 12<other
  is "--$kind-fd mounts a directory and a file that are open" "$out" $'deep\nother'
  run open-path 11 "$s" "$BWRAP" --ro-bind / / --tmpfs /tmp "--$kind-fd" 11 /tmp/d -- cat /tmp/d/sub/deep
  is '  for nothing but their place, too' "$status $out" '0 deep'
  run open-path 11 other "$BWRAP" --ro-bind / / --tmpfs /tmp "--$kind-fd" 11 /tmp/f -- cat /tmp/f
  like '  files as well' "$status $out" '^0 other'
done
like '  and --ro-bind-fd lets nothing be written' "$(grep -c y src/file other)" $'^src/file:1\nother:0$'
echo content >src/file
mkfifo fifo
/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")' 2>/dev/null
for dest in /dev/null "$tmp/fifo" "$tmp/socket" "$tmp/other"; do
  [[ -e $dest ]] || continue
  bw --dev-bind /dev /dev --ro-bind src/file "$dest" -- cat "$dest"
  is "a file can be put over $(stat -c %F "$dest")" "$status $out" '0 content'
done
fresh --ro-bind fifo /tmp/a/f -- stat -c %F /tmp/a/f
is 'a fifo can be a source' "$out" fifo
mkdir -p closed/in
echo closed >closed/in/file
chmod 111 closed
fresh --ro-bind closed/in /tmp/d --ro-bind closed/in/file /tmp/f -- cat /tmp/d/file /tmp/f
is 'the parents of a source need not be readable' "$status $out" $'0 closed\nclosed'
bw --bind "$tmp" "$tmp" --ro-bind src "$tmp/closed/in" -- cat "$tmp/closed/in/file"
is '  nor those of a destination' "$status $out" '0 content'
chmod 755 closed

# Mount points on the host
rm -rf w && mkdir w
fresh --bind w /tmp/d --ro-bind other /tmp/d/a/point --tmpfs /tmp/d/t --dir /tmp/d/dir --file 11 /tmp/d/file -- \
  cat /tmp/d/a/point 11<src/file
is 'below a writable bind' "$status $out" '0 other'
is '  a missing mount point is made on the host, empty, and stays' "$(stat -c '%s %a' w/a/point) $(stat -c %a w/t)" '0 444 755'
is '  as does what was asked for' "$(stat -c %F w/dir; cat w/file)" $'directory\ncontent'
fails 'below a read-only bind nothing is made' "Can't mkdir /tmp/d/new: Read-only file system" --ro-bind "$s" /tmp/d --dir /tmp/d/new

# remount-ro, proc, dev, tmpfs, mqueue
fresh --tmpfs /tmp/d --tmpfs /tmp/d/e --remount-ro /tmp/d -- sh -c 'echo x >/tmp/d/e/x && cat /tmp/d/e/x
  echo x >/tmp/x && echo x >/tmp/d/x'
is '--remount-ro leaves the mounts below and above alone' "$out" x
like '  and closes the one' "$err" '/tmp/d/x: Read-only file system'
bare --proc /some/where -- sh -c 'cat /some/where/self/comm'
is '--proc can be anywhere' "$out" cat
bare --unshare-pid --proc /proc -- sh -c 'echo /proc/[0-9]*
  for name in kernel/core_pattern vm/swappiness; do echo x >/proc/sys/$name; done'
like '  and shows the pid namespace of the sandbox' "$out" '^/proc/1 /proc/2'
unlike '  with the settings of the kernel closed' "$err" '^$'
bare --dev /dev -- sh -c 'cd /dev; ls | tr "\n" " "; stat -Lc %t:%T null zero full random urandom tty
  readlink fd stdin stdout stderr core ptmx'
is '--dev has what programs need' "$(head -n 1 <<<"$out")" \
  'core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero 1:3'
like '  devices which are what they are called' "$out" $'1:3\n1:5\n1:7\n1:8\n1:9\n5:0\n'
like '  and the links' "$out" $'\n/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n/proc/kcore\n(/dev/)?pts/ptmx$'
bare --dev /dev -- sh -c 'echo x >/dev/null && head -c 3 /dev/zero | wc -c && echo y >/dev/shm/y && cat /dev/shm/y; ls /dev/pts'
is '  they work, shm can be written, and pts is new' "$out" $'3\ny\nptmx'
bare --dev /a/dev -- sh -c 'ls /a/dev/pts; head -c 3 /a/dev/zero | wc -c'
is '--dev can be anywhere' "$out" $'ptmx\n3'
run on-terminal -- "$BWRAP" "${system[@]}" --dev /dev -- sh -c 'stat -c %F /dev/console; echo seen >/dev/console; tty'
like 'on a terminal, the console is that terminal' "$out" $'^character special file\nseen\n'
bw --dev /dev -- ls /dev/console
unlike '  and is not there otherwise' "$status" '^0$'
fresh --tmpfs /tmp/t -- sh -c 'cat /proc/self/mountinfo; echo x >/tmp/t/x && cat /tmp/t/x'
like 'a tmpfs is for writing, nosuid and nodev' "$(mount_flags /tmp/t)" '^rw,nosuid,nodev'
if grep -qw mqueue /proc/filesystems; then
  fresh --unshare-ipc --mqueue /tmp/mq -- awk '$5 == "/tmp/mq" {print $(NF - 2)}' /proc/self/mountinfo
  is '--mqueue mounts the message queues' "$out" mqueue
else
  skip '--mqueue mounts the message queues' 'the kernel has none'
fi

# Modes
modes() { fresh "$@" -- sh -c 'cd /tmp; for f in *; do echo "$f $(stat -c %a "$f")"; done' 11<other 12<other 13<other; }
(umask 077 && modes --dir /tmp/dir --tmpfs /tmp/tmpfs --file 11 /tmp/file --bind-data 12 /tmp/bind-data \
  --ro-bind-data 13 /tmp/ro-bind-data --file 14 /tmp/a/x 14<other && printf '%s\n' "$out") >modes
is 'the modes are 0755 and 0666, those of mounted data 0600, whatever the umask' "$(<modes)" \
  $'a 755\nbind-data 600\ndir 755\nfile 666\nro-bind-data 600\ntmpfs 755'
modes --perms 0711 --dir /tmp/dir --perms 1770 --tmpfs /tmp/tmpfs --perms 0640 --file 11 /tmp/file --perms 0444 --bind-data 12 \
  /tmp/bind-data --perms 400 --ro-bind-data 13 /tmp/ro-bind-data
is '--perms chooses them' "$out" $'bind-data 444\ndir 711\nfile 640\nro-bind-data 400\ntmpfs 1770'
modes --perms 0700 --dir /tmp/a --dir /tmp/b --perms 0600 --file 11 /tmp/c --file 12 /tmp/d
is '  of the next operation only' "$out" $'a 700\nb 755\nc 600\nd 666'
modes --perms 0700 --dir /tmp/a/x --perms 0750 --dir /tmp/b/x --perms 0777 --dir /tmp/c/x --perms 0640 --file 11 /tmp/d/x \
  --perms 0600 --bind-data 12 /tmp/e/x
is '  and what is not for others makes parents that are not' "$out" $'a 700\nb 750\nc 755\nd 750\ne 700'
modes --dir /tmp/a --perms 0700 --dir /tmp/a
is '  but does not change a directory that exists' "$out" 'a 755'
fails '--perms wants an octal number' '--perms takes an octal argument <= 07777' --perms 9 --dir /tmp/x
fails '  not a larger one' '--perms takes an octal argument <= 07777' --perms 10000 --dir /tmp/x
fails '  and something that has a mode' '--perms must be followed by an option that creates a file' --perms 0755 --symlink a /tmp/b
fails '--chmod wants something to change' "Can't chmod 0755 /tmp/none: No such file or directory" --chmod 0755 /tmp/none
fails '  and an octal number' '--chmod takes an octal argument <= 07777' --chmod 9 /tmp
fresh --size 1048576 --tmpfs /tmp/a --tmpfs /tmp/b --size 8192 --perms 0700 --tmpfs /tmp/c -- stat -f -c '%n %b %S' /tmp/a /tmp/b /tmp/c
is '--size limits a tmpfs' "$(awk '{print $1, ($2 * $3 == 1048576), ($2 * $3 == 8192)}' <<<"$out")" $'/tmp/a 1 0\n/tmp/b 0 0\n/tmp/c 0 1'
fails '  and nothing else' '--size must be followed by --tmpfs' --size 5 --dir /tmp/x

# Symbolic links that are made
fresh --symlink ../some/where /tmp/a/link -- readlink /tmp/a/link
is '--symlink makes a link and its parents' "$out" ../some/where
if older 0.11; then
  pass_over '  twice, if it is the same' 'a link that exists is an error'
else
  fresh --symlink x /tmp/same --symlink x /tmp/same -- readlink /tmp/same
  is '  twice, if it is the same' "$status $out" '0 x'
  fails '  but not over another' "Can't make symlink at /tmp/link: existing destination is x" --symlink x /tmp/link --symlink y /tmp/link
fi

# Data
fresh --file 11 /tmp/a/f --bind-data 12 /tmp/b/f --ro-bind-data 13 /tmp/c/f -- sh -c 'cd /tmp
  cat a/f b/f c/f; for f in a b c; do (echo x >>$f/f) && wc -l <$f/f; done' 11<other 12<other 13<other
is '--file, --bind-data and --ro-bind-data make files' "$out" $'other\nother\nother\n2\n2'
like '  the last one read-only' "$err" 'c/f: Read-only file system'
is '  what is written there stays inside' "$(cat other)" other
bw --ro-bind-data 11 /etc/passwd -- cat /etc/passwd 11<other
is '  they can cover a file of a read-only directory' "$out" other
head -c 3000000 /dev/urandom >large
sum=$(sha256sum <large)
fresh --ro-bind-data 11 /tmp/f --file 12 /tmp/g -- sh -c 'sha256sum </tmp/f; sha256sum </tmp/g' 11< <(cat large) 12<large
is 'a descriptor is read to its end' "$out" "$sum"$'\n'"$sum"
exec 11< <(printf 'one\ntwo\n')
read -r -u 11 _
fresh --file 11 /tmp/f -- cat /tmp/f
is '  from where it stands' "$out" two
printf 'one\ntwo\nthree\n' >lines
exec 11<lines
read -r -u 11 _
fresh --ro-bind-data 11 /tmp/f -- cat /tmp/f
is '  of a file too' "$out" $'two\nthree'
fresh --ro-bind-data 11 /tmp/f -- cat /tmp/f
is '  and it stands at the end then, for the caller as well' "$status|$out" '0|'
exec 11<&-
if [[ -x /usr/bin/python3 ]]; then
  run /usr/bin/python3 - "$BWRAP" <<'END'
import os, subprocess, sys
fd = os.memfd_create('data')
os.write(fd, b'again\n')
for _ in range(3):
    os.lseek(fd, 0, os.SEEK_SET)
    subprocess.run([sys.argv[1], '--ro-bind', '/', '/', '--tmpfs', '/tmp', '--ro-bind-data', str(fd), '/tmp/f',
                    'cat', '/tmp/f'], pass_fds=[fd])
END
  is '  a caller seeks, and uses it again' "$out" $'again\nagain\nagain'
else
  skip '  a caller seeks, and uses it again' 'python3 is not here'
fi
fails 'what is not open is no data' "Can't write data to file /tmp/x: Bad file descriptor" --ro-bind-data 99 /tmp/x

# Symbolic links above a destination, and as a destination
if older 0.12; then
  pass_over 'a symbolic link is followed inside' 'it may lead to the host'
else
  mkdir -p host
  fresh --dir /tmp/run --symlink /tmp/run /tmp/abs --symlink run /tmp/rel --symlink ../../../tmp/run /tmp/up \
    --ro-bind "$s" /tmp/abs/x --ro-bind "$s" /tmp/rel/y --dir /tmp/up/z -- ls /tmp/run /tmp/run/x
  is 'a symbolic link above a destination is followed inside' "$out" $'/tmp/run:\nx\ny\nz\n\n/tmp/run/x:\nfile\nsub'
  fresh --dir /tmp/run --symlink /tmp/run /tmp/abs --ro-bind "$s" /tmp/abs -- sh -c 'ls /tmp/run; readlink /tmp/abs'
  is '  so is one that is the destination' "$out" $'file\nsub\n/tmp/run'
  bare --dir /run --dir /var --symlink /run /var/run --ro-bind "$s" /var/run/app --file 11 /var/run/file -- ls /run /run/app 11<other
  is '  as when /var/run leads to /run' "$out" $'/run:\napp\nfile\n\n/run/app:\nfile\nsub'
  bare --dir /a --dir /usr/lib --symlink ../a /lnk --ro-bind-data 11 /lnk/f --bind-data 12 /lnk/g -- cat /a/f /a/g 11<other 12<other
  is '  for data as well' "$out" $'other\nother'
  for prefix in '' /oldroot /proc/self/root /../.. /newroot/../oldroot; do
    for operation in --dir --tmpfs "--file 11" "--ro-bind $s" "--ro-bind $s/file" "--symlink x" "--ro-bind-data 11"; do
      # shellcheck disable=SC2086 # the operation and its operand
      bare --proc /proc --symlink "$prefix$tmp/host" /link $operation /link/made -- true 11<other
      # shellcheck disable=SC2086
      bare --proc /proc --symlink "$prefix$tmp/host/made" /link $operation /link -- true 11<other
    done
    is "nothing is made on the host through a link to it by way of ${prefix:-/}" "$(ls -A host)" ''
  done
fi

# Overlays
if knows --tmp-overlay 'overlays'; then
  if unshare -Urm sh -c 'mkdir -p l u w m && mount -t overlay -o userxattr,lowerdir=l,upperdir=u,workdir=w none m' 2>/dev/null; then
    mkdir -p low high upper work
    echo low | tee low/both >low/low
    echo high >high/both
    fresh --overlay-src low --overlay-src high --ro-overlay /tmp/o -- sh -c 'cd /tmp/o; cat both low; echo x >new'
    is '--ro-overlay: the last of the layers is on top' "$out" $'high\nlow'
    like '  and takes no changes' "$err" 'Read-only file system'
    fresh --overlay-src low --tmp-overlay /tmp/o -- sh -c 'cd /tmp/o; echo new >both; cat both; rm low; ls'
    is '--tmp-overlay takes changes' "$out" $'new\nboth'
    is '  and keeps none' "$(cat low/both low/low)" $'low\nlow'
    fresh --overlay-src low --overlay upper work /tmp/o -- sh -c 'cd /tmp/o; echo new >both; rm low; ls'
    is '--overlay takes changes' "$out" both
    is '  into its own directory' "$(cat upper/both low/both)" $'new\nlow'
    fresh --overlay-src low --overlay upper work /tmp/o -- sh -c 'cat /tmp/o/*'
    is '  where the next start finds them' "$out" new
  else
    skip 'overlays' 'the kernel mounts none for an ordinary user'
  fi
  bw --tmpfs /tmp --overlay-src / --dir /tmp/x -- echo ran
  like '--overlay-src must be followed by an overlay' "$status|$out|$err" $'^1\|\|bwrap: --overlay-src [^\n]*$'
  bw --tmpfs /tmp --overlay-src / --ro-overlay /tmp/x -- echo ran
  is '--ro-overlay needs two' "$status|$out|$err" '1||bwrap: --ro-overlay requires at least two --overlay-src'
fi

plan
