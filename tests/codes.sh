#!/bin/bash
# Each way to fail has a code, and says with --error-fd what it says on the standard error output.
# What is advised is tried.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-codes.sh
. "$here/lib-codes.sh" || exit 1

[[ -x /usr/bin/python3 ]] || skip_all 'python3 is not here'
needs unshare strace
small=("${system[@]}" --tmpfs /tmp)
# A directory of somebody else
hidden=$([[ -d /proc/1/fd && ! -x /proc/1/fd ]] && echo 1 || echo 0)

# --- What was typed --------------------------------------------------------------------------

fails option-unknown 125 '1 --bogus' - '--' --bogus -- echo ran
fails option-unknown 125 '4 --bogus=3' - '--' "${base[@]}" --bogus=3 -- echo ran
fails option-operand 125 '1 --uid x' - - --uid x -- echo ran
fails option-operand 125 '1 --uid=x' - - --uid=x -- echo ran
fails option-operand 125 '2 --perms 9' - - --keep-id --perms 9 --dir /x -- echo ran
fails option-operand 125 "1 --bind  /" - - --bind '' / -- echo ran
fails option-operand 125 '1 --cap-add flying' - - --cap-add flying -- echo ran
fails option-operand 125 '1 --setenv a=b c' - - --setenv a=b c -- echo ran
fails option-operand-missing 125 '1 --bind' - - --bind /usr
fails option-operand-missing 125 '2 --bind' - - --args 5 5< <(printf '%s\0' --bind /usr)
fails option-conflict 125 '2 --uid 5' - - --keep-id --uid 5 -- echo ran
fails option-conflict 125 '1 --as-pid-1' - - --as-pid-1 --share-pid -- echo ran
fails option-needs 125 '1 --json' - - --json -- echo ran
fails option-needs 125 '1 --userns-block-fd 5' - - --userns-block-fd 5 -- echo ran 5</dev/null
fails option-needs 125 '2 --ro-overlay /x' - - --overlay-src / --ro-overlay /x -- echo ran
fails option-order 125 '1 --perms 0700' - - --perms 0700 --bind / / -- echo ran
fails option-order 125 '1 --overlay-src /usr' - - --overlay-src /usr -- echo ran
fails option-repeated 125 '2 --argv0 b' - - --argv0 a --argv0 b -- echo ran
if [[ -d /sys/fs/selinux && -e /sys/fs/selinux/enforce ]]; then
  skip 'option-unsupported' 'SELinux is here'
else
  fails option-unsupported 125 '4 --exec-label some:label' - - "${base[@]}" --exec-label some:label -- echo ran
fi
fails command-missing 125 - - - "${base[@]}"
fails command-missing 125 - - - "${base[@]}" --
fails fd-bad 125 '4 --sync-fd 77' EBADF - "${base[@]}" --sync-fd 77 -- echo ran
fails fd-bad 125 '1 --keep-fd 77' EBADF - --keep-fd 77 -- echo ran
fails fd-duplicate 125 '2 --sync-fd 5' - - --block-fd 5 --sync-fd 5 -- echo ran 5</dev/null
fails fd-duplicate 125 '1 --info-fd 9' - - --info-fd 9 -- echo ran
mkdir tree
fails data-unreadable 125 '1 --seccomp 5' EISDIR - --seccomp 5 -- echo ran 5<tree
fails data-unreadable 125 '1 --args 5' EISDIR - --args 5 -- echo ran 5<tree
fails data-unreadable 125 '4 --bind-data 5 /tmp/x' EISDIR - "${base[@]}" --bind-data 5 /tmp/x -- echo ran 5<tree
fails data-invalid 125 '1 --seccomp 5' - - --seccomp 5 -- echo ran 5< <(printf abc)
fails data-invalid 125 '1 --seccomp 5' - - --seccomp 5 -- echo ran 5</dev/null
fails data-invalid 125 '1 --args 5' - - --args 5 -- echo ran 5< <(printf 'word\0')

# --- Sources ---------------------------------------------------------------------------------

mkdir tree/sub upper
echo data >tree/file
ln -s loop tree/loop
fails source-missing 125 '4 --ro-bind /no/such /mnt' ENOENT '--ro-bind-try' "${base[@]}" --ro-bind /no/such /mnt -- echo ran
helps '--ro-bind-try skips it' "${base[@]}" --ro-bind-try /no/such /mnt -- echo ran
fails source-missing 125 '4 --dev-bind no/such /mnt' ENOENT '--dev-bind-try' "${base[@]}" --dev-bind no/such /mnt -- echo ran
helps '--dev-bind-try skips it' "${base[@]}" --dev-bind-try no/such /mnt -- echo ran
fails source-missing 125 '4 --overlay-src tree/none' ENOENT any "${base[@]}" --overlay-src tree/none --tmp-overlay /mnt -- echo ran
fails source-missing 125 '5 --overlay none upper /mnt' ENOENT any "${base[@]}" --overlay-src tree --overlay none upper /mnt -- echo ran
fails source-not-a-directory 125 '4 --ro-bind tree/file/x /mnt' ENOTDIR any "${base[@]}" --ro-bind tree/file/x /mnt -- echo ran
fails source-not-a-directory 125 '4 --overlay-src tree/file' ENOTDIR any "${base[@]}" --overlay-src tree/file --tmp-overlay /mnt -- echo ran
fails symlink-loop 125 '4 --ro-bind tree/loop /mnt' ELOOP - "${base[@]}" --ro-bind tree/loop /mnt -- echo ran
mkdir gone && exec 5<gone && rmdir gone
fails source-vanished 125 '4 --ro-bind-fd 5 /mnt' - any "${base[@]}" --ro-bind-fd 5 /mnt -- echo ran
mkdir gone
fails source-vanished 125 '4 --ro-bind-fd 5 /mnt' - any "${base[@]}" --ro-bind-fd 5 /mnt -- echo ran
exec 5<gone
helps 'a descriptor of what stands there now is taken' "${base[@]}" --ro-bind-fd 5 /mnt -- echo ran
exec 5<&-
if ((hidden)); then
  fails source-denied 125 '4 --ro-bind /proc/1/fd/x /mnt' EACCES '/proc/1/fd' "${base[@]}" --ro-bind /proc/1/fd/x /mnt -- echo ran
else
  skip 'source-denied' 'this user may see everything'
fi
fails source-unmountable 125 '4 --bind-fd 5 /tmp/x' - any "${base[@]}" --bind-fd 5 /tmp/x -- echo ran 5< <(:)
fails source-unmountable 125 '4 --ro-bind /proc/self/fd/5 /mnt' EINVAL any "${base[@]}" --ro-bind /proc/self/fd/5 /mnt -- echo ran 5< <(:)
fails overlay-invalid 125 '5 --overlay upper upper /mnt' EINVAL any "${base[@]}" --overlay-src tree --overlay upper upper /mnt -- echo ran
fails overlay-invalid 125 '6 --ro-overlay /mnt' ELOOP any "${base[@]}" --overlay-src tree --overlay-src tree --ro-overlay /mnt -- echo ran
fails overlay-invalid 125 '5 --tmp-overlay /mnt' EINVAL 'mount' "${base[@]}" --overlay-src / --tmp-overlay /mnt -- echo ran

# --- Destinations ----------------------------------------------------------------------------

fails dest-not-a-directory 125 '4 --tmpfs /etc/passwd/x' ENOTDIR '/etc/passwd is no directory' "${base[@]}" --tmpfs /etc/passwd/x -- echo ran
fails dest-not-a-directory 125 '4 --ro-bind tree /etc/passwd' ENOTDIR '/etc/passwd' "${base[@]}" --ro-bind tree /etc/passwd -- echo ran
fails dest-is-a-directory 125 '4 --ro-bind tree/file /mnt' EISDIR '/mnt is a directory' "${base[@]}" --ro-bind tree/file /mnt -- echo ran
fails dest-is-a-directory 125 '4 --file 5 /tmp' EISDIR '/tmp is a directory' "${base[@]}" --file 5 /tmp -- echo ran 5</dev/null
fails dest-read-only 125 "4 --dir $tmp/tree/new/dir" EROFS 'make it on the host.*--tmpfs' "${base[@]}" --dir "$tmp/tree/new/dir" -- echo ran
unlike '  not of an option that fails in the same way' "${error[6]-}" '--dir'
helps 'a --tmpfs before it is one way' "${base[@]}" --tmpfs "$tmp/tree" --dir "$tmp/tree/new/dir" -- echo ran
fails dest-read-only 125 "4 --tmpfs $tmp/tree/new" EROFS 'make it on the host' "${base[@]}" --tmpfs "$tmp/tree/new" -- echo ran
mkdir tree/new
helps 'made on the host, it serves' "${base[@]}" --tmpfs "$tmp/tree/new" -- echo ran
fails dest-read-only 125 "4 --chmod 0700 $tmp/tree" EROFS 'read-only' "${base[@]}" --chmod 0700 "$tmp/tree" -- echo ran
fails dest-denied 125 '2 --dir /e/x' EACCES any --bind /etc /e --dir /e/x -- echo ran
fails dest-denied 125 '2 --chmod 0777 /e/passwd' EPERM any --bind /etc /e --chmod 0777 /e/passwd -- echo ran
fails dest-missing 125 '4 --remount-ro /no/such' ENOENT any "${base[@]}" --remount-ro /no/such -- echo ran
fails dest-missing 125 '2 --chmod 0700 /t/no' ENOENT any --bind tree /t --chmod 0700 /t/no -- echo ran
fails dest-exists 125 '2 --symlink other /t/file' EEXIST any --bind tree /t --symlink other /t/file -- echo ran
fails dest-exists 125 '2 --symlink other /t/loop' EEXIST any --bind tree /t --symlink other /t/loop -- echo ran
fails dest-not-a-mount 125 '4 --remount-ro /usr' EINVAL '--ro-bind' "${base[@]}" --remount-ro /usr -- echo ran
helps 'a --ro-bind on itself makes one of it' "${base[@]}" --ro-bind /usr /usr --remount-ro /usr -- echo ran
fails symlink-loop 125 '4 --tmpfs /m/a/x' ELOOP - --tmpfs /m --symlink b /m/a --symlink a /m/b --tmpfs /m/a/x -- echo ran
fails symlink-loop 125 '2 --dir /proc/self/root/x' ELOOP '/proc' --proc /proc --dir /proc/self/root/x -- echo ran
long=$(printf 'x%.0s' {1..300})
fails name-too-long 125 "1 --tmpfs /$long" ENAMETOOLONG - --tmpfs "/$long" -- echo ran
head -c 100000 /dev/zero >big
fails no-space 125 '3 --file 5 /m/f' ENOSPC '--size' --size 4096 --tmpfs /m --file 5 /m/f -- echo ran 5<big
helps 'a larger --size holds it' "${system[@]}" --size 400000 --tmpfs /m --file 5 /m/f -- echo ran 5<big

# --- The command -----------------------------------------------------------------------------

printf '#!/no/such/interpreter\n' >script
printf '#!%s/script\n' "$tmp" >second
printf '#!/etc/passwd\n' >denied
printf 'no program\n' >text
# The head of a program for another machine.
{ printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\367\0\1\0\0\0' && head -c 200 /dev/zero; } >foreign
cp "$(type -P true)" busy
chmod 755 script second denied text foreign busy
fails exec-not-found 127 - ENOENT 'PATH' "${base[@]}" -- no-such-command ran
fails exec-not-found 127 - ENOENT 'PATH' "${base[@]}" -- --ro-bind
fails exec-not-found 127 - ENOENT 'host' "${base[@]}" -- /no/such/command
fails exec-not-found 127 - ENOENT "^$tmp/busy exists on the host; no operation shows it" "${small[@]}" -- "$tmp/busy"
run "$HUTCH" "${small[@]}" --ro-bind "$tmp" "$tmp" -- "$tmp/busy"
returns '  an operation that shows it makes it run' 0
fails exec-not-found 127 - ENOENT '/usr/bin/env exists on the host' --tmpfs /tmp -- env
fails exec-not-found 127 - ENOTDIR any "${base[@]}" -- /etc/passwd/x
fails exec-not-executable 126 - EACCES any "${base[@]}" -- /etc/passwd
fails exec-not-executable 126 - EACCES - "${base[@]}" -- /etc
fails exec-not-executable 126 - EACCES any "${base[@]}" -- "$tmp/denied"
like '  and tells which file it is about' "${error[5]-}" '/etc/passwd'
if ((hidden)); then
  fails exec-not-executable 126 - EACCES any --ro-bind / / -- /proc/1/fd/x
else
  skip '  where a directory may not be searched' 'this user may see everything'
fi
fails exec-bad-interpreter 126 - ENOENT 'the host does not have it' "${base[@]}" -- "$tmp/script"
like '  which names it' "${error[5]-}" "$tmp/script: .*/no/such/interpreter"
fails exec-bad-interpreter 126 - ENOENT any "${base[@]}" -- "$tmp/second"
loader=$(grep -aom 1 '/lib[a-z0-9/_-]*/ld-[a-z0-9_-]*\.so\.[0-9]' /usr/bin/env)
if [[ $loader ]]; then
  fails exec-bad-interpreter 126 - ENOENT "^$loader exists on the host; no operation shows it" --ro-bind /usr /usr -- /usr/bin/env
  run "$HUTCH" --ro-bind /usr /usr --ro-bind "$loader" "$loader" -- /usr/bin/env
  returns '  an operation that shows it makes the command run' 0
else
  skip 'exec-bad-interpreter of a program' '/usr/bin/env names no loader'
fi
fails exec-bad-format 126 - ENOEXEC machine "${base[@]}" -- "$tmp/foreign"
fails exec-bad-interpreter 126 - ENOENT /bin/sh --ro-bind text /text -- /text
exec 5>>busy
fails exec-failed 126 - ETXTBSY any "${base[@]}" -- "$tmp/busy"
exec 5>&-
printf '%s\0' --setenv A "$(head -c 140000 /dev/zero | tr '\0' x)" >words
fails exec-failed 126 - E2BIG - "${base[@]}" --args 5 -- echo ran 5<words

# --- The working directory, locks, output ----------------------------------------------------

fails directory-missing 125 '4 --chdir /no/such' ENOENT any "${base[@]}" --chdir /no/such -- echo ran
fails directory-missing 125 "6 --chdir $tmp/tree" ENOENT "$tmp/tree exists on the host; no operation shows it" --ro-bind /usr /usr --proc /proc --dev /dev --tmpfs /tmp --keep-id \
  --chdir "$tmp/tree" -- echo ran
helps 'an operation that shows it helps' "${small[@]}" --ro-bind tree "$tmp/tree" --chdir "$tmp/tree" -- echo ran
fails directory-missing 125 '4 --chdir /etc/passwd' ENOTDIR directory "${base[@]}" --chdir /etc/passwd -- echo ran
if ((hidden)); then
  fails directory-denied 125 '2 --chdir /proc/1/fd' EACCES any --ro-bind / / --chdir /proc/1/fd -- echo ran
else
  skip 'directory-denied' 'this user may see everything'
fi
fails directory-outside 125 '5 --chdir /proc/self/fd/5' - any "${base[@]}" --keep-fd 5 --chdir /proc/self/fd/5 -- echo ran 5<tree
via=(write-lock tree/file)
fails lock-failed 125 "4 --lock-file $tmp/tree/file" EAGAIN any "${base[@]}" --lock-file "$tmp/tree/file" -- echo ran
via=()
helps 'when nobody else has one, it is had' "${base[@]}" --lock-file "$tmp/tree/file" -- echo ran
fails lock-failed 125 '4 --lock-file /no/such' ENOENT any "${base[@]}" --lock-file /no/such -- echo ran
fails output-failed 125 '4 --info-fd 5' ENOSPC any "${base[@]}" --info-fd 5 -- echo ran 5>/dev/full
fails output-failed 125 '4 --json-status-fd 5' ENOSPC any "${base[@]}" --json-status-fd 5 -- echo ran 5>/dev/full
via=(sh -c 'exec "$@" >/dev/full' sh)
fails output-failed 125 - ENOSPC any "${base[@]}" --explain /
fails output-failed 125 - ENOSPC any "${base[@]}" --dry-run -- true
fails output-failed 125 - ENOSPC any --help
via=()

# --- Filters, locked doors -------------------------------------------------------------------

fails filter-rejected 125 '4 --seccomp 5' EINVAL 'seccomp' "${base[@]}" --seccomp 5 -- echo ran 5< <(printf '\xff\xff\0\0\0\0\0\0')
fails filter-rejected 125 '5 --add-seccomp-fd 6' EINVAL 'seccomp' "${base[@]}" --add-seccomp-fd 5 --add-seccomp-fd 6 -- echo ran \
  5< <(deny-syscall uname 1) 6< <(printf '\xff\xff\0\0\0\0\0\0')
for call in clone3 open_tree mount_setattr move_mount openat2; do
  via=(deny-syscall "$call" 1)
  run_for_record "${base[@]}" -- echo ran
  is "syscall-forbidden: $call is refused by a filter" "${error[0]-}|$status|${error[3]-}|${error[4]-}|$out" "syscall-forbidden|125|$call|EPERM|"
  via=(deny-syscall "$call" 38)
  run_for_record "${base[@]}" -- echo ran
  is "  or said to be missing by it" "${error[0]-}|$status|${error[3]-}|${error[4]-}|$out" "syscall-forbidden|125|$call|ENOSYS|"
  like '  which the advice tells' "${error[6]-}" 'filter'
done
via=()
helps 'without the filter it works' "${base[@]}" -- echo ran
landlocked true
case $? in
  0)
    via=(landlocked)
    fails landlocked 125 - EPERM Landlock "${system[@]}" -- echo ran
    fails landlocked 125 '2 --proc /proc' EPERM Landlock "${base[@]}" -- echo ran
    via=()
    helps 'outside of it, it works' "${base[@]}" -- echo ran
    ;;
  *) skip landlocked 'the kernel has no Landlock' ;;
esac

# --- Namespaces ------------------------------------------------------------------------------

limited() { via=(unshare -Ur sh -c "$1"' && shift && exec "$@"' sh -); }
limited 'echo 0 >/proc/sys/user/max_user_namespaces'
fails userns-forbidden-sysctl 125 - ENOSPC 'user\.max_user_namespaces' "${base[@]}" -- echo ran
limited 'echo 0 >/proc/sys/user/max_user_namespaces; echo 10 >/proc/sys/user/max_user_namespaces'
helps 'where it is raised again, it works' "${base[@]}" -- echo ran
for kind in net mnt pid ipc uts cgroup; do
  limited "echo 0 >/proc/sys/user/max_${kind}_namespaces"
  fails namespace-limit 125 - ENOSPC "user\\.max_${kind}_namespaces" --unshare-net "${base[@]}" -- echo ran
  limited "echo 0 >/proc/sys/user/max_${kind}_namespaces; echo 10 >/proc/sys/user/max_${kind}_namespaces"
  helps 'where it is raised again, it works' --unshare-net "${base[@]}" -- echo ran
done
cat >nest <<'END'
#!/bin/sh
depth=$1
shift
if [ "$depth" -eq 0 ]; then exec "$@"; fi
exec unshare -Ur "$0" "$((depth - 1))" "$@"
END
chmod +x nest
deepest=33
until ((deepest == 0)) || timeout 10 ./nest "$deepest" true 2>/dev/null; do deepest=$((deepest - 1)); done
via=(./nest "$deepest")
fails userns-limit 125 - ENOSPC '32' "${base[@]}" -- echo ran
via=(./nest $((deepest - 1)))
helps 'one level above it works' "${base[@]}" -- echo ran
via=("$HUTCH" "${base[@]}" --keep-fd 9)
fails userns-nested-root 125 - EPERM '--keep-id.*--cap-add setfcap' "${base[@]}" -- echo ran
via=("$HUTCH" "${base[@]}" --keep-id)
helps '--keep-id on the outer one helps' "${base[@]}" -- echo ran
via=("$HUTCH" "${base[@]}" --cap-add setfcap)
helps '  and so does --cap-add setfcap' "${base[@]}" -- echo ran
via=("$HUTCH" "${base[@]}" --keep-fd 9 --keep-id --disable-userns)
run_for_record "${base[@]}" -- echo ran
like 'in a sandbox of --disable-userns none is made' "${error[0]-}|$status|$out" '^userns-(limit|forbidden-sysctl)\|125\|$'
via=(unshare -U)
fails id-unmapped 125 - EPERM 'mapped' "${base[@]}" -- echo ran
via=(unshare -Ur)
helps 'where it is mapped, it works' "${base[@]}" -- echo ran

# A chroot: in a directory, and where a file system of its own is mounted.
mkdir -p jail/usr jail/tmp jail/proc jail/dev
for dir in bin lib lib32 lib64; do [[ ! -L /$dir ]] || cp -P "/$dir" jail/; done
fill='for dir in usr tmp proc dev; do mount --rbind "/$dir" "jail/$dir" || exit 1; done'
via=(unshare -Urm sh -c "$fill"'; exec chroot jail "$@"' sh)
fails userns-forbidden-chroot 125 - EPERM 'chroot' "${base[@]}" -- echo ran
# The second one looks from inside like a root that was pivoted to.
via=(unshare -Urm sh -c "mount --bind jail jail; $fill"'; exec chroot jail "$@"' sh)
fails userns-forbidden 125 - EPERM 'chroot' "${base[@]}" -- echo ran
via=(unshare -Urm sh -c "mount --bind jail jail; $fill"'; cd jail && mkdir -p old && pivot_root . old && exec "$@"' sh)
helps 'a root that was pivoted to does' --ro-bind / / --dev /dev -- echo ran
via=(strace -f -qq -o "$tmp/trace" -e inject=clone3:error=EPERM)
fails userns-forbidden 125 - EPERM 'security module' "${base[@]}" -- echo ran
via=()

fails userns-not-disabled 125 '4 --assert-userns-disabled' - '--disable-userns' "${base[@]}" --assert-userns-disabled -- echo ran
helps '--disable-userns keeps it so' "${base[@]}" --assert-userns-disabled --disable-userns -- echo ran
fails namespace-join 125 '4 --pidns 5' EPERM any "${base[@]}" --pidns 5 -- echo ran 5</proc/self/ns/pid
fails namespace-join 125 '4 --userns 5' EINVAL 'kind' "${base[@]}" --userns 5 -- echo ran 5</proc/self/ns/mnt
fails namespace-join 125 '4 --userns2 5' EPERM any "${base[@]}" --userns2 5 -- echo ran 5</proc/self/ns/user
mkfifo until
exec 8<>until
unshare -Ur sh -c 'echo up; read -r _ <&8' >kept.log &
keeper=$!
eventually said up kept.log
exec 5<"/proc/$keeper/ns/user"
fails id-unmapped 125 '5 --uid 5' EINVAL 'map' "${base[@]}" --userns 5 --uid 5 -- echo ran
helps 'an id that it maps does' "${base[@]}" --userns 5 --uid 0 -- echo ran
fails id-unmapped 125 '5 --userns-block-fd 6' - any "${base[@]}" --info-fd 7 --userns-block-fd 6 -- echo ran 6</dev/null 7>info
exec 5<&-
echo >&8
finish "$keeper"

via=(unshare -Urm sh -c 'mount -t tmpfs none /proc/sys && exec "$@"' sh)
fails proc-too-revealing 125 '2 --proc /proc' EPERM '/proc/sys.*--share-pid' "${base[@]}" -- echo ran
helps '--share-pid shows the one that there is' --ro-bind / / --share-pid --proc /proc -- echo ran
via=(unshare -Urm sh -c 'mount -t tmpfs none /proc && exec "$@"' sh)
# A sanitizer has words of its own where there is no /proc.
if [[ ${HUTCH_SANITIZERS-} != yes ]]; then
  fails host-proc-missing 125 - ENOENT '/proc' --ro-bind / / -- echo ran
fi
via=(unshare -Urm sh -c 'mount -t tmpfs none /proc && mkdir /proc/x && umount /proc && exec "$@"' sh)
helps 'where it is mounted again, it works' --ro-bind / / -- echo ran
via=(unshare -Urpf)
fails host-proc-missing 125 - - '/proc' --share-pid "${base[@]}" -- echo ran
via=(unshare -Urpf --mount-proc)
helps 'where it is the right one, it works' --share-pid --ro-bind / / -- echo ran
via=()
# The caller is gone before hutch has read its options.
{
  sleep 1
  printf '%s\0' --ro-bind / /
} | sh -c '"$1" --error-fd 9 --die-with-parent --args 5 -- echo ran 9>record 2>said & sleep 0.3; :' sh "$HUTCH" 5<&0 >ran
eventually test -s record
mapfile -t -d '' error < <(/usr/bin/python3 -c "$read_record" record 2>&1)
is 'parent-gone: nobody is left to die with' "${error[0]-}|${error[1]-}|$(<ran)" 'parent-gone|125|'
is '  in the same words' "$(head -n 1 said)" "hutch: ${error[5]-}"
unlike '  and not those of a call that failed' "${error[5]-}" 'pidfd_open'

# --- Limits ----------------------------------------------------------------------------------

many=()
for _ in {1..60}; do many+=(--ro-bind tree /mnt); done
via=(bash -c 'ulimit -n 40 && exec "$@"' bash)
run_for_record "${base[@]}" "${many[@]}" -- echo ran
like 'fd-limit: more binds than descriptors' "${error[0]-}|$status|${error[2]-}|${error[4]-}|$out" '^fd-limit\|125\|[1-6][0-9] --ro-bind tree /mnt\|EMFILE\|$'
like '  with the advice' "${error[6]-}" 'ulimit -Hn'
via=(bash -c 'ulimit -n 120 && exec "$@"' bash)
helps 'a higher limit is enough' "${base[@]}" "${many[@]}" -- echo ran
via=(bash -c 'ulimit -u 1 && exec "$@"' bash)
fails process-limit 125 - EAGAIN 'ulimit -u' "${base[@]}" -- echo ran
via=(bash -c 'ulimit -u 4000 && exec "$@"' bash)
helps 'a higher limit is enough' "${base[@]}" -- echo ran
via=(deny-syscall clone3 12)
fails memory-limit 125 - ENOMEM any "${base[@]}" -- echo ran
via=(deny-syscall open_tree 12)
fails memory-limit 125 '3 --dev /dev' ENOMEM any "${base[@]}" -- echo ran

via=(strace -f -qq -o "$tmp/trace" -e inject=faccessat2:signal=KILL)
fails interrupted 125 - - any "${base[@]}" --explain /
via=()

# --- What a healthy kernel does not do -------------------------------------------------------

# injected CALL ERRNO CODE OPTION REMEDY ARGS...: where no filter is to blame, as strace needs none.
injected() {
  via=(strace -f -qq -o "$tmp/trace" -e "inject=$1:error=$2")
  fails "$3" 125 "$4" "$2" "$5" "${@:6}"
  via=()
}
injected mount_setattr ENOSYS kernel-too-old '1 --ro-bind / /' '5\.12' --ro-bind / / -- echo ran
injected clone3 ENOSYS kernel-too-old - '5\.12' "${base[@]}" -- echo ran
injected openat2 ENOSYS kernel-too-old '2 --proc /proc' '5\.12' "${base[@]}" -- echo ran
injected move_mount EACCES mount-forbidden '2 --proc /proc' 'security module' "${base[@]}" -- echo ran
injected umount2 EACCES mount-forbidden - 'security module' "${system[@]}" -- echo ran
injected pivot_root EINVAL root-unpivotable - 'ramfs' "${system[@]}" -- echo ran
injected socket EPERM network-forbidden '4 --unshare-net' any "${base[@]}" --unshare-net -- echo ran
injected capset EPERM hardening-failed - any "${base[@]}" -- echo ran
injected keyctl EPERM hardening-failed - any "${base[@]}" -- echo ran
injected setsid EPERM hardening-failed '4 --new-session' any "${base[@]}" --new-session -- echo ran
via=(strace -f -qq -o "$tmp/trace" -e inject=umask:error=EPERM)
fails hardening-failed 125 - - any "${base[@]}" --umask 022 -- echo ran
via=()
injected mkdirat EIO system-call-failed '1 --tmpfs /m' - --tmpfs /m -- echo ran
injected sethostname EPERM system-call-failed '4 --hostname box' - "${base[@]}" --hostname box -- echo ran

# --- The descriptor --------------------------------------------------------------------------

run "$HUTCH" "${base[@]}" --error-fd 9 -- sh -c 'exit 3' 9>record
is 'where hutch does not fail, nothing is written' "$status $(<record)" '3 '
run "$HUTCH" "${base[@]}" --error-fd 9 -- sh -c 'echo x >&9' 9>record
is '  and the command has no use of the descriptor' "$(<record)" ''
run "$HUTCH" --bogus --error-fd 9 9>record
is 'a failure before it was read is not written' "$status $(<record)" '125 '
run "$HUTCH" --error-fd 9 --bogus 9>/dev/full
is 'one that cannot be written changes nothing' "$status ${err%%$'\n'*}" '125 hutch: unknown option: --bogus'
run sh -c '"$1" --error-fd 9 --bogus 9>&1 >/dev/null | :; :' sh "$HUTCH"
returns '  nor does a reader who is gone' 0
run "$HUTCH" --error-fd 9 --ro-bind $'/no\nsuch\e[1m' /x -- true 9>record
mapfile -t -d '' error < <(/usr/bin/python3 -c "$read_record" record 2>&1)
is 'the words are told as they were typed' "${error[2]-}" $'1 --ro-bind /no\nsuch\e[1m /x'
unlike '  though a terminal gets no orders' "$err" $'\e'
run "$HUTCH" --error-fd 9 --ro-bind $'/no\xffsuch' /x -- true 9>record
mapfile -t -d '' error < <(/usr/bin/python3 -c "$read_record" record 2>&1)
is '  bytes that are no UTF-8 are replaced' "${error[2]-}" $'1 --ro-bind /no\xef\xbf\xbdsuch /x'
run "$HUTCH" --error-fd 9 --ro-bind / / -- no-such-command 9>record
returns 'the status is that of the failure' 127

tidy
plan
