#!/bin/bash
# The file system of a sandbox: each operation, their order, and what they refuse.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

mkdir -p src/sub w
echo content >src/file
echo deep >src/sub/deep
echo other >other
s=$tmp/src

system+=(--ro-bind "$HUTCH_HELPERS" /helpers)

fresh() { inside --tmpfs /tmp "$@"; }
bare() { run "$HUTCH" "${system[@]}" "$@"; }
mount_flags() { awk -v at="$1" '$5 == at {flags = $6} END {print flags}' <<<"$out"; }

# The root
bare -- sh -c 'echo /*; stat -c %a /; echo x >/new && echo writable'
unlike 'the root holds nothing that was not asked for' "$out" '/(tmp|proc|dev|etc|home|oldroot|newroot|old|new)'
like '  can be read by all, and is a place to write' "$out" $'\n755\nwritable$'
bare --remount-ro / -- sh -c 'echo x >/new'
like '  unless it is remounted read-only' "$err" 'Read-only file system'

# Binds
fresh --ro-bind "$s" /tmp/d -- cat /tmp/d/file /tmp/d/sub/deep
is '--ro-bind shows a directory' "$out" $'content\ndeep'
fresh --ro-bind "$s" /tmp/d -- sh -c 'echo x >/tmp/d/file; rm /tmp/d/file; mkdir /tmp/d/new; chmod 777 /tmp/d'
is '  and lets nothing change in it' "$(grep -c 'Read-only file system' <<<"$err")" 4
fresh --ro-bind "$s/file" /tmp/f -- sh -c 'cat /tmp/f; echo x >/tmp/f'
is '--ro-bind shows a file' "$out" content
like '  that cannot be written' "$err" 'Read-only file system'
fresh --bind w /tmp/d -- sh -c 'echo written >/tmp/d/by-bind'
is '--bind lets a directory be written' "$(cat w/by-bind)" written
fresh --bind other /tmp/f -- sh -c 'echo written >/tmp/f'
is '--bind lets a file be written' "$(cat other)" written
fresh --dev-bind /dev/null /tmp/null -- sh -c 'echo x >/tmp/null && cat /tmp/null'
returns '--dev-bind gives a device' 0
fresh --bind /dev/null /tmp/null -- sh -c 'echo x >/tmp/null'
like '--bind does not' "$err" 'Permission denied'
fresh --bind w /tmp/rw --ro-bind w /tmp/ro --dev-bind w /tmp/dev -- cat /proc/self/mountinfo
like '--bind sets nosuid and nodev' "$(mount_flags /tmp/rw)" '^rw,nosuid,nodev'
like '--ro-bind sets ro, nosuid and nodev' "$(mount_flags /tmp/ro)" '^ro,nosuid,nodev'
like '--dev-bind sets nosuid' "$(mount_flags /tmp/dev)" '^rw,nosuid'
unlike '  and leaves devices' "$(mount_flags /tmp/dev)" 'nodev'

run unshare -Urm sh -c 'mount -t tmpfs -o dev,suid none src/sub && mkdir src/sub/below &&
  mount -t tmpfs none src/sub/below && echo x >src/sub/below/x &&
  exec "$HUTCH" --ro-bind / / --tmpfs /tmp --ro-bind src /tmp/d --bind src /tmp/w -- sh -c "
    cat /proc/self/mountinfo /tmp/d/sub/below/x
    echo y >/tmp/d/sub/y; echo y >/tmp/d/sub/below/y; echo y >/tmp/w/sub/y && echo wrote"'
is '--ro-bind is read-only in every mount below' "$(grep -c 'Read-only file system' <<<"$err")" 2
like '  where --bind is not' "$out" $'\nx\nwrote$'
for at in /tmp/d/sub /tmp/d/sub/below; do
  like "  $at is ro, nosuid and nodev" "$(mount_flags "$at")" '^ro,nosuid,nodev'
done

for try in --bind-try --ro-bind-try --dev-bind-try; do
  option=${try%-try}
  fresh "$option-try" /no/such/source /tmp/x "$option-try" "$s" /tmp/y -- ls /tmp
  is "$option-try skips a source that does not exist, and no other" "$status $out" '0 y'
  refuses "$option-try does not skip one that may not be reached" 'Permission denied' "${base[@]}" \
    --tmpfs /tmp "$option-try" /proc/1/cwd/file /tmp/x -- echo ran
  refuses "$option wants its source" "$option /no/such/source /tmp/x: .*No such file or directory" "${base[@]}" \
    --tmpfs /tmp "$option" /no/such/source /tmp/x -- echo ran
done
fresh --ro-bind src /tmp/d --ro-bind src/../other /tmp/f -- cat /tmp/d/file
is 'a relative source starts at the directory of the caller' "$out" content
ln -s src link
fresh --ro-bind link /tmp/d -- cat /tmp/d/file
is 'a source that is a symbolic link is followed' "$out" content

# Order
fresh --ro-bind "$s" /tmp/d --tmpfs /tmp/d -- ls /tmp/d
is 'a later operation covers an earlier one' "$status $out" '0 '
fresh --tmpfs /tmp/d --ro-bind "$s" /tmp/d -- ls /tmp/d
is '  in the order that was given' "$out" $'file\nsub'
fresh --ro-bind "$s" /tmp/d --bind other /tmp/d/file -- cat /tmp/d/file /tmp/d/sub/deep
is 'a file can be put over one of a directory' "$out" $'written\ndeep'
fresh --dir /tmp/d --tmpfs /tmp -- ls /tmp
is 'what was made below is covered as well' "$status $out" '0 '
run "$HUTCH" --tmpfs / "${base[@]}" --tmpfs / "${system[@]}" -- ls -d /etc /usr
like 'even the root can be covered' "$out" '^/usr$'
fresh --tmpfs /tmp/d --tmpfs /tmp/d --tmpfs /tmp/d --dir /tmp/d/x -- ls /tmp/d
is 'the same destination may be given again' "$out" x

# Destinations
fresh --ro-bind "$s" /tmp/a/b/c -- sh -c 'cat /tmp/a/b/c/file; stat -c %a /tmp/a /tmp/a/b'
is 'the parents of a destination are made, 0755' "$out" $'content\n755\n755'
fresh --ro-bind other /tmp/a/b/f -- sh -c 'cat /tmp/a/b/f; stat -c %F /tmp/a/b'
is '  for a file too' "$out" $'written\ndirectory'
fresh --ro-bind "$s" tmp/rel --dir tmp/made -- sh -c 'cat /tmp/rel/file; ls /tmp'
is 'a relative destination starts at the new root' "$out" $'content\nmade\nrel'
fresh --dir /tmp/a --ro-bind "$s" /tmp/a/../b --ro-bind "$s" /../../tmp/c -- cat /tmp/b/file /tmp/c/file
is '.. goes up in the new root, and never out of it' "$out" $'content\ncontent'
fresh --ro-bind "$s" /tmp/a/ --ro-bind "$s/" //tmp//b// --dir /tmp/c/ --tmpfs /tmp/./d/ -- ls /tmp /tmp/b
is 'slashes may be doubled, or come last' "$out" $'/tmp:\na\nb\nc\nd\n\n/tmp/b:\nfile\nsub'
fresh --dir /tmp/run --symlink /tmp/run /tmp/abs --symlink run /tmp/rel --symlink ../../../tmp/run /tmp/up \
  --ro-bind "$s" /tmp/abs/x --ro-bind "$s" /tmp/rel/y --dir /tmp/up/z -- ls /tmp/run /tmp/run/x
is 'a symbolic link above a destination is followed inside' "$out" $'/tmp/run:\nx\ny\nz\n\n/tmp/run/x:\nfile\nsub'
fresh --dir /tmp/run --symlink /tmp/run /tmp/abs --ro-bind "$s" /tmp/abs -- sh -c 'ls /tmp/run; readlink /tmp/abs'
is 'so is one that is the destination' "$out" $'file\nsub\n/tmp/run'
bare --dir /run --dir /var --symlink /run /var/run --ro-bind "$s" /var/run/app -- ls /run/app
is 'as when /var/run leads to /run' "$out" $'file\nsub'
refuses 'links in a circle are refused' 'Too many levels of symbolic links' "${base[@]}" --tmpfs /tmp \
  --symlink b /tmp/a --symlink a /tmp/b --dir /tmp/a/x -- echo ran
refuses 'a directory does not go onto a file' "--ro-bind $s /tmp/f: .*Not a directory" "${base[@]}" --tmpfs /tmp \
  --ro-bind other /tmp/f --ro-bind "$s" /tmp/f -- echo ran
refuses 'a file does not go onto a directory' '--ro-bind other /tmp/d: .*(Is|Not) a directory' "${base[@]}" \
  --tmpfs /tmp --dir /tmp/d --ro-bind other /tmp/d -- echo ran
refuses 'nothing goes below a file' '--tmpfs /tmp/f/x: .*Not a directory' "${base[@]}" --tmpfs /tmp \
  --ro-bind other /tmp/f --tmpfs /tmp/f/x -- echo ran
refuses 'nothing new goes below a read-only directory' '--dir /tmp/d/new: .*Read-only file system' "${base[@]}" \
  --tmpfs /tmp --ro-bind "$s" /tmp/d --dir /tmp/d/new -- echo ran

# Directories, tmpfs, modes
(umask 077 && fresh --dir /tmp/d --tmpfs /tmp/t --file 11 /tmp/f 11<other -- stat -c '%a %u' /tmp/d /tmp/t /tmp/f &&
  printf '%s\n' "$out") >modes
is '--dir and --tmpfs are 0755, --file 0666, whatever the umask' "$(<modes)" $'755 0\n755 0\n666 0'
fresh --perms 0711 --dir /tmp/d --perms 1770 --tmpfs /tmp/t --perms 0640 --file 11 /tmp/f 11<other -- \
  stat -c %a /tmp/d /tmp/t /tmp/f
is '--perms chooses the mode' "$out" $'711\n1770\n640'
fresh --perms 0700 --dir /tmp/a --dir /tmp/b -- stat -c %a /tmp/a /tmp/b
is '  of the next operation only' "$out" $'700\n755'
fresh --perms 0700 --dir /tmp/a/x --perms 0750 --dir /tmp/b/x --perms 0777 --dir /tmp/c/x -- \
  stat -c %a /tmp/a /tmp/b /tmp/c
is '  and what is not for others makes parents that are not' "$out" $'700\n750\n755'
fresh --dir /tmp/a --dir /tmp/a -- ls -d /tmp/a
is '--dir is content with a directory that exists' "$out" /tmp/a
fresh --size 1048576 --tmpfs /tmp/small --tmpfs /tmp/large -- sh -c 'stat -f -c "%b %S" /tmp/small /tmp/large
  head -c 1048576 /dev/zero >/tmp/small/full && head -c 1 /dev/zero >/tmp/small/more
  head -c 1048577 /dev/zero >/tmp/large/full && echo fits'
like '--size limits a tmpfs' "$err" 'No space left on device'
read -r blocks size _ <<<"$out"
is '  to that many bytes' "$((blocks * size))" 1048576
like '  the next one only' "$out" $'\nfits$'
fresh --tmpfs /tmp/t -- sh -c 'cat /proc/self/mountinfo; echo x >/tmp/t/x && cat /tmp/t/x'
like 'a tmpfs is for writing, nosuid and nodev' "$(mount_flags /tmp/t)" '^rw,nosuid,nodev'
like '  and empty at first' "$out" $'\nx$'

# Links, chmod, remount
fresh --symlink ../some/where /tmp/a/link -- readlink /tmp/a/link
is '--symlink makes a link, and its parents' "$out" ../some/where
fresh --symlink x /tmp/link --symlink x /tmp/link -- readlink /tmp/link
is '  twice, when it is the same' "$out" x
refuses '  but not over another' '--symlink y /tmp/link: ' "${base[@]}" --tmpfs /tmp --symlink x /tmp/link \
  --symlink y /tmp/link -- echo ran
refuses '  nor over a file' '--symlink y /tmp/f: ' "${base[@]}" --tmpfs /tmp --ro-bind other /tmp/f \
  --symlink y /tmp/f -- echo ran
fresh --dir /tmp/d --file 11 /tmp/f --chmod 1777 /tmp/d --chmod 0400 /tmp/f 11<other -- stat -c %a /tmp/d /tmp/f
is '--chmod changes what was made' "$out" $'1777\n400'
refuses '--chmod wants something to change' '--chmod 0755 /tmp/none: .*No such file' "${base[@]}" --tmpfs /tmp \
  --chmod 0755 /tmp/none -- echo ran
fresh --bind w /tmp/d --tmpfs /tmp/d --remount-ro /tmp/d -- sh -c 'echo x >/tmp/x && echo x >/tmp/d/x'
like '--remount-ro makes a mount read-only' "$err" 'cannot create /tmp/d/x: Read-only|/tmp/d/x: Read-only file system'
fresh --tmpfs /tmp/d --tmpfs /tmp/d/e --remount-ro /tmp/d -- sh -c 'echo x >/tmp/d/e/x && cat /tmp/d/e/x'
is '  that one alone, not those below' "$out" x
fresh --perms 000 --tmpfs /tmp/d --remount-ro /tmp/d -- stat -c %a /tmp/d
is '  a way to close a directory' "$out" 0
refuses '  and nothing but a mount' '--remount-ro /tmp/d: ' "${base[@]}" --tmpfs /tmp --dir /tmp/d \
  --remount-ro /tmp/d -- echo ran

# proc, dev, mqueue
bare --proc /some/where -- sh -c 'cat /some/where/self/comm'
is '--proc can be anywhere' "$out" cat
bare --dev /dev -- sh -c 'cd /dev; ls | tr "\n" " "; stat -Lc %t:%T null zero full random urandom tty
  readlink fd stdin stdout stderr core ptmx'
like '--dev has the devices that programs need' "$out" \
  '^core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero '
like '  which are what they are called' "$out" $'1:3\n1:5\n1:7\n1:8\n1:9\n5:0\n'
like '  and the links' "$out" $'/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n/proc/kcore\n(/dev/)?pts/ptmx$'
bare --dev /dev -- sh -c 'echo x >/dev/null && head -c 3 /dev/zero | wc -c && echo y >/dev/shm/y && cat /dev/shm/y'
is '  they work, and shm can be written' "$out" $'3\ny'
bare --dev /a/dev -- sh -c 'ls /a/dev/pts; head -c 3 /a/dev/zero | wc -c'
is '--dev can be anywhere' "$out" $'ptmx\n3'
run on-terminal -- "$HUTCH" "${system[@]}" --dev /dev -- sh -c 'stat -c %F /dev/console; echo seen >/dev/console'
is 'on a terminal, the console is that terminal' "$out" $'character special file\nseen'
if grep -qw mqueue /proc/filesystems; then
  fresh --mqueue /tmp/mq -- awk '$5 == "/tmp/mq" {print $(NF - 2)}' /proc/self/mountinfo
  is '--mqueue mounts the message queues' "$out" mqueue
else
  skip '--mqueue mounts the message queues' 'the kernel has none'
fi

# A first bind of the root is what a new mount namespace is already
inside -- awk '{print $5}' /proc/self/mountinfo
is 'a bind of the root has the mounts of the host' \
  "$(grep -vE '^/(proc|dev)(/|$)' <<<"$out" | sort)" "$(awk '{print $5}' /proc/self/mountinfo | grep -vE '^/(proc|dev)(/|$)' | sort)"
run "$HUTCH" --ro-bind / / -- awk '$6 !~ /^ro,/ || $6 !~ /nosuid/ || $6 !~ /nodev/' /proc/self/mountinfo
is '  each of them restricted' "$status $out" '0 '
echo seen >w/seen
run "$HUTCH" --ro-bind / / --bind "$tmp/w" /mnt --tmpfs /tmp --ro-bind "$tmp/w/seen" /tmp/it -- sh -c 'cat /tmp/it; echo more >>/mnt/seen'
is '  but not what is taken from it for elsewhere' "$status $out $(tail -n 1 w/seen)" '0 seen more'
refuses '  where nothing can be made' '--dir /no/such: .*Read-only file system' --ro-bind / / --dir /no/such -- echo ran
bare -- ls /
alone=$out
run "$HUTCH" --ro-bind / / --tmpfs / "${system[@]}" -- sh -c 'ls /; ls -d /etc /../etc'
is 'what covers it is the root then, with nothing below' "$out" "$alone"
is '  not even through ..' "$(grep -c 'No such file' <<<"$err")" 2
rm w/seen

# What is left on the host
fresh --bind w /tmp/d --ro-bind other /tmp/d/point/file --dir /tmp/d/made -- true
is 'a mount point below a writable directory is made there, empty' "$(stat -c '%s %a' w/point/file)" '0 444'
ok '  as is a directory that was asked for' test -d w/made
rm -rf w && mkdir w
before=$(find . | sort)
for wrong in '--ro-bind /no/such/source /tmp/x' '--uid abc' '--bogus' '--seccomp 99'; do
  # shellcheck disable=SC2086 # options and operands, one word each
  fresh --bind w /tmp/d --ro-bind other /tmp/d/new --dir /tmp/d/dir $wrong -- true
  is "nothing is left on the host when $wrong fails" "$status $(find . | sort)" "125 $before"
done

plan
