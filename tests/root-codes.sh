#!/bin/bash
# Failures that take root to bring about, or that root meets in another way.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-codes.sh
. "$here/lib-codes.sh" || exit 1

[[ -x /usr/bin/python3 ]] || skip_all 'python3 is not here'
needs setpriv unshare
chmod 755 "$tmp"
user=(setpriv --reuid=61234 --regid=61234 --clear-groups)

# A binary that gives its user more than the user has
cp "$HUTCH" given && chmod 755 given
refuses_privileges() {
  local record
  run "${user[@]}" ./given --error-fd 9 --ro-bind / / -- echo ran 9>record
  is "privileged: $1" "$status|$out" '125|'
  like '  in words' "$err" '^hutch: refuses to run setuid, setgid or with file capabilities'
  # Such a binary does not read what it was given, the descriptor's number included.
  record=$(<record)
  like '  and nothing else is told' "$record" '^($|\{"code": "privileged", )'
}
run "${user[@]}" ./given --ro-bind / / -- echo ran
is 'a plain copy works' "$status $out" '0 ran'
chmod 4755 given
refuses_privileges 'setuid'
chmod 2755 given
refuses_privileges 'setgid'
chmod 755 given
if has setcap && setcap cap_net_raw+ep given 2>/dev/null; then
  refuses_privileges 'file capabilities'
else
  skip 'privileged: file capabilities' 'setcap gives none'
fi

# Root in a chroot
mkdir -p jail/usr jail/tmp jail/proc jail/dev
for dir in bin lib lib32 lib64; do [[ ! -L /$dir ]] || cp -P "/$dir" jail/; done
cp "$HUTCH" jail/hutch
fill='for dir in usr tmp proc dev; do mount --rbind "/$dir" "jail/$dir" || exit 1; done; exec chroot jail "$@"'
hutch=$HUTCH
HUTCH=/hutch
via=(unshare -m --propagation private sh -c "$fill" sh)
fails userns-forbidden-chroot 125 - EPERM 'chroot' --ro-bind / / -- echo ran
# The second one looks from inside like a root that was pivoted to.
via=(unshare -m --propagation private sh -c "mount --bind jail jail && $fill" sh)
fails userns-forbidden 125 - EPERM 'chroot' --ro-bind / / -- echo ran
HUTCH=$hutch
via=()

# Sources and destinations are root's, and so are the limits.
fails source-missing 125 '4 --ro-bind /no/such /mnt' ENOENT '--ro-bind-try' "${base[@]}" --ro-bind /no/such /mnt -- echo ran
helps '--ro-bind-try skips it' "${base[@]}" --ro-bind-try /no/such /mnt -- echo ran
mkdir -m 0 closed
fails dest-read-only 125 "4 --dir $tmp/closed/x" EROFS 'make it on the host' "${base[@]}" --dir "$tmp/closed/x" -- echo ran
printf 'echo ran\n' >denied && chmod 600 denied
fails exec-not-executable 126 - EACCES any "${base[@]}" -- "$tmp/denied"
via=(unshare -m --propagation private sh -c 'mount -t tmpfs none /proc/sys && exec "$@"' sh)
fails proc-too-revealing 125 '2 --proc /proc' EPERM '/proc/sys.*--share-pid' "${base[@]}" -- echo ran
helps '--share-pid shows the one that there is' --ro-bind / / --share-pid --proc /proc -- echo ran
via=()

tidy
plan
