#!/bin/bash
# What callers of bwrap rely on, first part: version, help, errors, privilege and identity.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

# Version
version='bubblewrap 0.11.1'
if [[ ${TEST_BWRAP-} ]]; then version="bubblewrap $(cut -d. -f1-3 <<<"$bwrap_version" | tr -cd '0-9.')"; fi
run "$BWRAP" --version
is '--version prints a name and three integers, and nothing else' "$status|$(od -c <.out)|$err" \
  "0|$(echo "$version" | od -c)|"
run "$BWRAP" --version --bogus -- --looks=odd
is '  whatever comes after it' "$status $out" "0 $version"
no_namespaces=(unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' sh)
run "${no_namespaces[@]}" "$BWRAP" --version
is '  where no sandbox can be made' "$status $out" "0 $version"

# Help
run bash -c 'exec -a odd/dir/bwrap "$BWRAP" --help'
is '--help goes to the standard output' "$status $err" '0 '
is '  and starts with the name as it was typed' "$(head -n 1 <<<"$out")" \
  'usage: odd/dir/bwrap [OPTIONS...] [--] COMMAND [ARGS...]'
for option in --help --version --args --argv0 --level-prefix --unshare-all --share-net --unshare-user --unshare-user-try \
  --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup --unshare-cgroup-try --userns --userns2 \
  --disable-userns --assert-userns-disabled --pidns --uid --gid --hostname --chdir --clearenv --setenv --unsetenv \
  --lock-file --sync-fd --bind --bind-try --dev-bind --dev-bind-try --ro-bind --ro-bind-try --bind-fd --ro-bind-fd \
  --remount-ro --overlay-src --overlay --tmp-overlay --ro-overlay --exec-label --file-label --proc --dev --tmpfs --mqueue \
  --dir --file --bind-data --ro-bind-data --symlink --seccomp --add-seccomp-fd --block-fd --userns-block-fd --info-fd \
  --json-status-fd --new-session --die-with-parent --as-pid-1 --cap-add --cap-drop --perms --size --chmod; do
  if knows "$option" "  and names $option"; then ok "  and names $option" true; fi
done
run "$BWRAP" --help
help=$out
for arguments in '' '--ro-bind / /' '--unshare-all --' '--setenv A true'; do
  # shellcheck disable=SC2086 # options and operands, one word each
  run "$BWRAP" $arguments
  is "'bwrap $arguments' has no command: the help goes to the error output" "$status|$out|$err" "1||$help"
done

# Errors
for option in --bogus -x -h --bind=; do
  bw_fails "$option is no option" "Unknown option $option" "$option" -- echo ran
done
for option in args userns userns2 pidns uid gid hostname chdir unsetenv lock-file sync-fd remount-ro exec-label file-label \
  proc dev tmpfs mqueue dir seccomp add-seccomp-fd block-fd userns-block-fd info-fd json-status-fd cap-add cap-drop perms \
  size argv0 overlay-src tmp-overlay ro-overlay; do
  knows "--$option" "--$option takes one argument" || continue
  bw "--$option"
  like "--$option takes one argument" "$status|$out|$err" "^1\|\|bwrap: --$option takes (one|an) argument\$"
done
for option in setenv bind bind-try dev-bind dev-bind-try ro-bind ro-bind-try bind-fd file bind-data ro-bind-data symlink chmod; do
  bw_fails "--$option takes two" "--$option takes two arguments" "--$option" /
done
bw --ro-bind-fd 3
like '--ro-bind-fd too' "$status|$out|$err" '^1\|\|bwrap: --(ro-)?bind-fd takes two arguments$'
if knows --overlay '--overlay takes three'; then
  bw '--overlay' a b
  like '--overlay takes three' "$status|$out|$err" '^1\|\|bwrap: --overlay takes three arguments$'
fi
for option in args userns userns2 pidns sync-fd seccomp add-seccomp-fd block-fd userns-block-fd info-fd json-status-fd \
  bind-fd ro-bind-fd file bind-data ro-bind-data; do
  for fd in x -1 1x; do
    bw_fails "--$option wants a descriptor, not '$fd'" "Invalid fd: $fd" "--$option" "$fd" /tmp/x -- echo ran
  done
done
bw_fails 'a source must exist' "Can't find source path /no/such: No such file or directory" --bind /no/such /tmp -- echo ran
bw_fails '  for a read-only bind too' "Can't find source path no/such: No such file or directory" --ro-bind no/such /tmp -- echo ran
bw_fails 'a command must exist' 'execvp no-such-command: No such file or directory' no-such-command
bw_fails '  where its path says' 'execvp /no/such: No such file or directory' -- /no/such arg
bw_fails '  even if it looks like an option' 'execvp --bind: No such file or directory' -- --bind / /
echo '#!/no/such/interpreter' >script
chmod +x script
bw_fails '  as must its interpreter' "execvp $tmp/script: No such file or directory" "$tmp/script"
echo text >text
bw_fails '  and be executable' "execvp $tmp/text: Permission denied" "$tmp/text"
bw_fails '  and no directory' "execvp $tmp: Permission denied" "$tmp"
run sh -c '"$BWRAP" --ro-bind / / --bogus -- echo ran 2>&-'
is 'with the error output closed the status tells' "$status|$out" '1|'
if knows --level-prefix '--level-prefix'; then
  run "$BWRAP" --level-prefix --bogus
  is '--level-prefix puts the level in front' "$status|$out|$err" '1||<3>bwrap: Unknown option --bogus'
  bw --level-prefix --dir /no/such -- echo ran
  is '  of what goes wrong inside' "$status|$out|$err" "1||<3>bwrap: Can't mkdir /no/such: Read-only file system"
  bw --level-prefix -- no-such-command
  is '  up to the end' "$status|$out|$err" '1||<3>bwrap: execvp no-such-command: No such file or directory'
fi
if knows --tmp-overlay 'an overlay needs a layer'; then
  for overlay in '--overlay / /' --tmp-overlay --ro-overlay; do
    # shellcheck disable=SC2086
    bw $overlay /tmp -- echo ran
    like "${overlay%% *} needs a layer" "$status|$out|$err" \
      "^1\|\|bwrap: ${overlay%% *} requires at least (one|two) --overlay-src\$"
  done
fi

# Texts that callers search for, each where what it tells of really happens
run "${no_namespaces[@]}" "$BWRAP" --unshare-user --ro-bind / / -- echo ran
like 'where no more namespaces may be made' "$status|$out|$err" $'^1\|\|bwrap: Creating new namespace failed: [^\n]*$'
mkdir root
text='No permissions to create a new namespace'
if older 0.11; then text='No permissions to create (a )?new namespace'; fi
run unshare -Urm sh -c 'mount --rbind / root && exec chroot root "$@"' sh "$BWRAP" --unshare-user --ro-bind / / -- echo ran
like 'where it is not permitted, here in a changed root' "$status|$out|$err" "^1\|\|bwrap: $text"$'[^\n]*$'
if has strace; then
  run strace -f -qq -o trace -e inject=clone,clone3,unshare:error=EPERM "$BWRAP" --ro-bind / / -- echo ran
  like '  and where the kernel simply says so' "$status|$out|$err" "^1\|\|bwrap: $text"$'[^\n]*$'
  # When the address of the loopback is set, and when it is brought up; hutch does both with one call.
  injected=(ioctl:error=EPERM:when=1)
  if [[ ${TEST_BWRAP-} ]]; then injected=(sendto:error=EPERM:when=1 sendto:error=EPERM:when=2); fi
  for call in "${injected[@]}"; do
    run strace -f -qq -o trace -e inject="$call" "$BWRAP" --unshare-user --unshare-net --ro-bind / / -- echo ran
    like 'where the loopback cannot be brought up' "$status|$out|$err" \
      $'^1\|\|bwrap: loopback: Failed RTM_NEW(ADDR|LINK): Operation not permitted$'
  done
else
  skip 'where the kernel simply says so' 'strace is not here'
  skip 'where the loopback cannot be brought up' 'strace is not here'
fi
# A process whose program may not be read cannot have its own id maps written.
cp "$(realpath "$BWRAP")" root/bwrap && chmod 111 root/bwrap
run root/bwrap --unshare-user --ro-bind / / -- echo ran
is 'where the maps of ids cannot be written' "$status|$out|$err" '1||bwrap: setting up uid map: Permission denied'
run unshare -Urmpf sh -c 'mount -t tmpfs none /proc/tty && exec "$@"' sh \
  "$BWRAP" --unshare-user --unshare-pid --ro-bind / / --proc /proc -- echo ran
is 'where something covers a part of /proc' "$status|$out|$err" "1||bwrap: Can't mount proc on /newroot/proc: Operation not permitted"

# Identity
bw -- sh -c 'id -u; id -g; readlink /proc/self/ns/user'
is 'the command has the ids of the caller' "$(head -n 2 <<<"$out")" "$(id -u)"$'\n'"$(id -g)"
unlike '  in a user namespace of its own' "$out" "$(readlink /proc/self/ns/user | tr -d '[]')|^$"
bw --uid 5 --gid 6 -- sh -c 'id -u; id -g'
is '--uid and --gid choose others' "$status $out" $'0 5\n6'
bw --unshare-user --uid 0 --gid 0 -- sh -c 'id -u; id -g'
is '  root, too' "$status $out" $'0 0\n0'
for option in uid gid; do
  for id in x -1 '1 2'; do
    bw_fails "--$option wants a number, not '$id'" "Invalid $option: $id" --unshare-user "--$option" "$id" -- echo ran
  done
done

# Capabilities
zero=0000000000000000
caps() { bw "$@" -- cat /proc/self/status; }
every=$(printf '%016x' $(((1 << ($(</proc/sys/kernel/cap_last_cap) + 1)) - 1)))
for options in '' --unshare-user '--uid 0' '--unshare-user --uid 77' --unshare-pid '--unshare-pid --as-pid-1' \
  '--unshare-user --disable-userns'; do
  # shellcheck disable=SC2086
  caps $options
  is "the command has no capability and an empty bounding set${options:+ with $options}" \
    "$(field CapPrm)$(field CapEff)$(field CapBnd)$(field CapInh)$(field CapAmb)" "$zero$zero$zero$zero$zero"
  is '  and no new privileges' "$(field NoNewPrivs)" 1
done
is '  and no filter that nobody asked for' "$(field Seccomp)" "$(awk '/^Seccomp:/ {print $2}' /proc/self/status)"
for name in CAP_SYS_ADMIN cap_sys_admin Cap_Sys_Admin sys_admin SYS_ADMIN; do
  if [[ ${name,,} != cap_* ]] && older 0.11; then continue; fi
  caps --cap-add "$name"
  is "--cap-add $name keeps one" "$(field CapEff) $(field CapPrm) $(field CapBnd)" "0000000000200000 0000000000200000 0000000000200000"
done
is '  without new privileges all the same' "$(field NoNewPrivs)" 1
for all in ALL all; do
  caps --cap-add "$all"
  is "--cap-add $all keeps each" "$(field CapEff) $(field CapBnd)" "$every $every"
done
caps --cap-add ALL --cap-drop CAP_SYS_ADMIN
is '--cap-drop takes one back' "$(field CapEff)" "$(printf '%016x' $((0x$every & ~0x200000)))"
caps --cap-add ALL --cap-drop ALL --cap-add cap_sys_admin
is '  and the order counts' "$(field CapEff)" 0000000000200000
bw --cap-add CAP_SYS_ADMIN --tmpfs /tmp -- mount -t tmpfs none /tmp
returns '  one that was added is of use' 0
bw --tmpfs /tmp -- mount -t tmpfs none /tmp
unlike '  one that was not is missed' "$status" '^0$'
for option in --cap-add --cap-drop; do
  bw_fails "$option wants a capability" 'unknown cap: nope' "$option" nope -- echo ran
done

# Namespaces
kinds=(cgroup ipc mnt net pid user uts)
outside=$(for kind in "${kinds[@]}"; do readlink "/proc/self/ns/$kind"; done)
# own OPTIONS...: which of its namespaces the command does not share with its caller.
own() {
  bw "$@" -- sh -c 'for kind; do readlink "/proc/self/ns/$kind"; done' sh "${kinds[@]}"
  comm -13 <(sort <<<"$outside") <(sort <<<"$out") | sed 's/:.*//' | sort | tr '\n' ' '
}
is 'namespaces are shared unless asked for' "$(own)" 'mnt user '
for kind in ipc pid net uts cgroup; do
  is "--unshare-$kind makes one" "$(own "--unshare-$kind" --proc /proc)" "$(printf '%s\n' mnt user $kind | sort | tr '\n' ' ')"
done
is '--unshare-user makes the one that there is anyway' "$(own --unshare-user)" 'mnt user '
is '--unshare-user-try as well' "$(own --unshare-user-try)" 'mnt user '
is '--unshare-cgroup-try makes one where it can' "$(own --unshare-cgroup-try)" 'cgroup mnt user '
is '--unshare-all makes them all' "$(own --unshare-all --proc /proc)" 'cgroup ipc mnt net pid user uts '
is '  without the network, where that is to be shared' "$(own --unshare-all --share-net --proc /proc)" 'cgroup ipc mnt pid user uts '
bw --unshare-net -- tcp 127.0.0.1 self
is '--unshare-net brings the loopback up' "$status $out" '0 hello'
bw --unshare-net -- sh -c 'grep -c : /proc/net/dev'
is '  which is all that there is' "$out" 1
bw --unshare-uts --hostname some.host -- uname -n
is '--hostname names the host' "$out" some.host
bw_fails '  where it has a namespace for that' 'Specifying --hostname requires --unshare-uts' --hostname h -- echo ran
bw_fails '--as-pid-1 needs --unshare-pid' 'Specifying --as-pid-1 requires --unshare-pid' --as-pid-1 -- echo ran
bw --unshare-user --not-a-security-boundary -- echo ran
if older 0.12; then
  pass_over '--not-a-security-boundary is accepted' 'came with 0.12'
else
  is '--not-a-security-boundary is accepted' "$status|$out|$err" '0|ran|'
fi

plan
