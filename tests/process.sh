#!/bin/bash
# What the command is born with: directory, environment, descriptors, capabilities, filters, signals.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

fresh() { inside --tmpfs /tmp "$@"; }
show_directory='pwd -P; echo "$PWD"'

# The working directory
mkdir work
cd work || exit 1
inside -- sh -c "$show_directory"
is 'the command starts in the directory of the caller' "$out" "$tmp/work"$'\n'"$tmp/work"
fresh --setenv HOME /usr -- sh -c "$show_directory"
is '  or at home, when that is not inside' "$out" $'/usr\n/usr'
fresh --setenv HOME /no/such/home -- sh -c "$show_directory"
is '  or in the root, when that is not either' "$out" $'/\n/'
fresh --unsetenv HOME -- sh -c "$show_directory"
is '  or when there is no home' "$out" $'/\n/'
inside --chdir /usr/bin -- sh -c "$show_directory"
is '--chdir chooses another' "$out" "$(realpath /usr/bin)"$'\n/usr/bin'
inside --chdir /no/such/place --chdir /usr -- pwd
is '  the last one counts' "$out" /usr
fresh --dir /tmp/new --chdir /tmp/new -- pwd
is '  and may be one that was made' "$out" /tmp/new
refuses '  but must be there' '--chdir /no/such/place: .*No such file or directory' "${base[@]}" \
  --chdir /no/such/place -- echo ran
refuses '  and a directory' '--chdir /etc/passwd: .*Not a directory' "${base[@]}" --chdir /etc/passwd -- echo ran
exec 12</
run "$HUTCH" --ro-bind /usr /usr --proc /proc --keep-fd 12 --chdir /proc/self/fd/12 -- /usr/bin/env pwd
unlike '  and never one outside, reached through a descriptor' "$status" '^0$'
exec 12<&-
cd "$tmp" || exit 1

# The environment
export KEPT=kept GONE=gone
inside -- sh -c 'echo $KEPT'
is 'the environment is kept' "$out" kept
inside --setenv KEPT changed --setenv NEW 'a b=c' --unsetenv GONE -- sh -c 'echo "$KEPT|$NEW|${GONE-unset}"'
is '--setenv and --unsetenv change it' "$out" 'changed|a b=c|unset'
inside --setenv A 1 --unsetenv A --setenv A 2 --setenv B 1 --unsetenv B -- sh -c 'echo "$A|${B-unset}"'
is '  in their order' "$out" '2|unset'
inside --unsetenv NEVER_WAS --setenv EMPTY '' -- sh -c 'echo "${EMPTY-unset}|${NEVER_WAS-unset}"'
is '  an empty value is a value' "$out" '|unset'
inside --setenv A --looks=like -- sh -c 'echo "$A"'
is '  and may look like an option' "$out" '--looks=like'
inside --setenv A 1 --clearenv --setenv B 2 -- /usr/bin/env
is '--clearenv leaves what comes after it, and PWD' "$(sort <<<"$out")" "B=2"$'\n'"PWD=$tmp"
inside --chdir /usr --setenv PWD /wrong -- printenv PWD
is 'PWD is the directory' "$out" /usr

# Finding the command
mkdir first second
printf '#!/bin/sh\necho first\n' >first/prog
printf '#!/bin/sh\necho second\n' >second/prog
chmod +x second/prog
inside --setenv PATH "$tmp/second" -- prog
is 'the command is looked up in the PATH of the sandbox' "$out" second
fresh --ro-bind second /tmp/bin --setenv PATH /tmp/none:/tmp/bin -- prog
is '  among the files of the sandbox' "$out" second
inside --setenv PATH "$tmp/first:$tmp/second" -- prog
is '  passing over what is not executable' "$out" second
inside --setenv PATH "$tmp/first" -- prog
returns '  which alone gives 126' 126
inside -- ./second/prog
is 'a name with a slash is a path' "$out" second
inside --unsetenv PATH -- sh -c 'echo default'
is 'without a PATH, the usual places are searched' "$out" default
printf 'echo "script $1"\n' >second/plain
chmod +x second/plain
inside -- ./second/plain arg
is 'a script without #! runs as it does elsewhere' "$out" 'script arg'
inside --argv0 other-name -- sh -c 'echo "$0"'
is '--argv0 chooses its first argument' "$out" other-name
inside -- sh -c 'printf "[%s]" "$@"' sh '' 'a b' $'new\nline' '*'
is 'arguments arrive as they are' "$out" $'[][a b][new\nline][*]'
inside -- sh -c 'echo ${#1}' sh "$(head -c 100000 /dev/zero | tr '\0' x)"
is '  long ones too' "$out" 100000

# Sessions and PID 1
session='read -r _ _ _ _ _ session tty _ </proc/self/stat; echo "$session"'
run on-terminal -- "$HUTCH" "${base[@]}" -- bash -c "$session; test -t 0 && : </dev/tty && echo terminal"
is 'the command stays in the session of its caller' "$out" $'0\nterminal'
run on-terminal -- "$HUTCH" "${base[@]}" --new-session -- bash -c "$session; test -t 0 && : </dev/tty && echo terminal"
like '--new-session gives it one of its own' "$out" '^[1-9]'
unlike '  without a terminal to control' "$out" $'\nterminal'
inside --as-pid-1 -- sh -c 'echo $$; exit 6'
is '--as-pid-1 makes the command PID 1' "$status $out" '6 1'
inside --as-pid-1 -- sh -c 'sleep 30 & true'
returns '  which ends everything when it ends' 0

# Descriptors
run hold-fds list-fds
like 'a caller with many open descriptors' "$out" '^0 1 2 3 .* 900$'
run hold-fds "$HUTCH" "${base[@]}" -- list-fds
is '  gives the command three' "$out" '0 1 2'
run hold-fds "$HUTCH" "${base[@]}" --as-pid-1 -- list-fds
is '  as PID 1 too' "$out" '0 1 2'
run hold-fds "$HUTCH" "${base[@]}" --keep-fd 900 --keep-fd 5 -- list-fds
is '--keep-fd keeps one more' "$out" '0 1 2 5 900'
echo kept >file
inside --keep-fd 7 -- cat /dev/fd/7 7<file
is '  open as it was' "$out" kept
run "$HUTCH" "${base[@]}" -- list-fds <&-
like 'a closed input stays closed, or reads nothing' "$status $out" '^0 (0 )?1 2$'
run sh -c '"$HUTCH" "$@" 2>&-' sh "${base[@]}" -- list-fds
like '  a closed error output' "$status $out" '^0 0 1( 2)?$'
run sh -c '"$HUTCH" "$@" >&-' sh "${base[@]}" -- sh -c 'list-fds >&2'
like '  a closed output' "$status $err" '^0 0( 1)? 2( [1-9]*)?$'
run sh -c '"$HUTCH" "$@" <&- >&- 2>&-' sh "${base[@]}" --bind "$tmp" "$tmp" -- sh -c 'exec 9>"$1"; list-fds >&9; exit 8' sh "$tmp/list"
like '  all three, and nothing of the sandbox in their place' "$status $(readlink -m list >/dev/null; cat list)" '^8 (0 )?1 (2 )?9$'
run sh -c '"$HUTCH" "$@" <&- >&- 2>&-' sh "${base[@]}" --bogus -- true
returns '  even for an error' 125

# Capabilities
hexadecimal() { printf '%016x' "$1"; }
last=$(</proc/sys/kernel/cap_last_cap)
every=$(hexadecimal $(((1 << (last + 1)) - 1)))
none=$(hexadecimal 0)
admin=$(hexadecimal $((1 << 21)))
caps() { inside "$@" -- cat /proc/self/status; }
sets() { echo "$(field CapPrm) $(field CapEff) $(field CapBnd)"; }
caps
is 'the command has no capability, and can get none' "$(sets) $(field CapInh) $(field CapAmb)" "$none $none $none $none $none"
is '  nor new privileges' "$(field NoNewPrivs)" 1
is '  and runs under a filter' "$(field Seccomp)" 2
for name in CAP_SYS_ADMIN cap_sys_admin sys_admin SYS_ADMIN; do
  caps --cap-add "$name"
  is "--cap-add $name keeps one" "$(sets)" "$admin $admin $admin"
done
is '  without new privileges all the same' "$(field NoNewPrivs)" 1
caps --cap-add all
is '--cap-add all keeps each the kernel knows' "$(sets)" "$every $every $every"
caps --cap-add all --cap-drop cap_sys_admin
is '--cap-drop takes one back' "$(sets | tr -d ' ')" "$(for _ in 1 2 3; do hexadecimal $((0x$every & ~0x$admin)); done)"
caps --cap-add all --cap-drop all --cap-add cap_sys_admin
is '  in their order' "$(sets)" "$admin $admin $admin"
for ids in '--uid 1000 --gid 1000' --keep-id; do
  # shellcheck disable=SC2086 # options and operands, one word each
  caps $ids
  is "with $ids there are none either" "$(sets)" "$none $none $none"
  # shellcheck disable=SC2086
  caps $ids --cap-add cap_sys_admin
  is '  and one that was added is of use to a user who is not root' "$(sets)" "$admin $admin $admin"
done
inside --tmpfs /tmp --cap-add cap_sys_admin -- sh -c 'mount -t tmpfs none /tmp && echo mounted'
is 'a capability that was added works' "$out" mounted
inside --tmpfs /tmp -- sh -c 'mount -t tmpfs none /tmp && echo mounted'
unlike '  one that was not does not' "$out" mounted
refuses 'an unknown capability is refused, to be dropped too' '--cap-drop fly: ' "${base[@]}" --cap-drop fly -- echo ran

# Filters
deny-syscall uname 38 >no-uname
deny-syscall umask 38 >no-umask
no_uname=(sh -c 'uname -s; grep -o "^Uid" /proc/self/status')
inside -- uname
returns 'a call that works without a filter' 0
inside --seccomp 11 -- "${no_uname[@]}" 11<no-uname
is '  fails with the one that --seccomp loads' "$out" Uid
like '  in the way it says' "$err" 'Function not implemented'
inside --add-seccomp-fd 11 --add-seccomp-fd 12 -- sh -c 'uname; cat /proc/self/status' 11<no-uname 12<no-umask
like '--add-seccomp-fd loads any number' "$err" 'Function not implemented'
is '  on top of that of hutch' "$(field Seccomp_filters)" "$(($(awk '/^Seccomp_filters/ {print $2}' /proc/self/status) + 3))"
inside --seccomp 11 -- echo works 11< <(cat no-uname)
is '  from a pipe too' "$out" works
inside --as-pid-1 --seccomp 11 -- uname 11<no-uname
unlike '  for PID 1 too' "$status" '^0$'
refuses 'what is no filter is refused' '--seccomp 11: ' "${base[@]}" --seccomp 11 -- echo ran 11< <(head -c 7 no-uname)
refuses 'neither is an empty one' '--seccomp 11: ' "${base[@]}" --seccomp 11 -- echo ran 11</dev/null
refuses 'nor one that the kernel will not take' '--seccomp 11: ' "${base[@]}" --seccomp 11 -- echo ran \
  11< <(head -c 8 /dev/zero | tr '\0' '\377')

# Signals, umask, limits
run ignore-all cat /proc/self/status
unlike 'a caller that ignores and blocks every signal' "$(field SigBlk)$(field SigIgn)" '^0+$'
run ignore-all "$HUTCH" "${base[@]}" -- sh -c 'cat /proc/self/status; exit 5'
returns '  still gets the status of the command' 5
is '  which blocks none' "$(field SigBlk)" "$none"
is '  and ignores none' "$(field SigIgn)" "$none"
run ignore-all "$HUTCH" "${base[@]}" --as-pid-1 -- cat /proc/self/status
is '  as PID 1 too' "$(field SigBlk) $(field SigIgn)" "$none $none"
(umask 0137 && inside -- sh -c umask && printf '%s' "$out") >umask-inside
is 'the umask is kept' "$(<umask-inside)" 0137
(umask 0137 && inside --umask 77 --umask=26 -- sh -c umask && printf '%s' "$out") >umask-inside
is '  unless --umask gives another one: the last' "$(<umask-inside)" 0026
inside --umask 0 --as-pid-1 -- sh -c umask
is '  and be it none' "$out" 0000
inside --umask 777 --tmpfs /tmp --dir /tmp/made -- sh -c 'stat -c %a /tmp/made; mkdir /tmp/own && stat -c %a /tmp/own'
is '  which concerns what the command makes, and nothing before' "$out" $'755\n0'
for mask in 1000 8 -1 u=rwx ''; do
  refuses "an umask of '$mask' is refused" "--umask .*: not an octal mask of at most 0777" "${base[@]}" --umask "$mask" -- echo ran
done
(ulimit -Sn 333 && inside -- sh -c 'ulimit -Sn; ulimit -Hn' && printf '%s' "$out") >limits-inside
is 'so are the limits' "$(<limits-inside)" 333$'\n'"$(ulimit -Hn)"

inside --chdir usr -- sh -c 'echo "$PWD"'
is 'PWD is absolute where --chdir is not' "$out" /usr
refuses 'a closed standard input is no data' '--file 0 /tmp/x: Bad file descriptor' "${base[@]}" --tmpfs /tmp \
  --file 0 /tmp/x -- echo ran <&-
run session-key put session-key get
if ((status == 77)); then
  skip 'the keys of the session stay outside' 'the kernel keeps no keys'
else
  is 'a session has keys' "$out" secret
  run session-key put "$HUTCH" "${base[@]}" -- session-key get
  is '  which stay outside' "$out" 'no key'
fi
binds=()
for i in {1..80}; do binds+=(--ro-bind /etc/passwd "/tmp/$i"); done
run bash -c 'ulimit -Sn 64; for fd in {10..50}; do eval "exec $fd</dev/null"; done; exec "$@"' bash \
  "$HUTCH" "${base[@]}" --tmpfs /tmp "${binds[@]}" -- sh -c 'ls /tmp | wc -l; ulimit -Sn'
is 'the soft limit of open files is no limit to binds, and the command has it' "$out" $'80\n64'

plan
