#!/bin/bash
# What a hostile command, or a hostile tree that was bound, tries to do to the host.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

system=(--ro-bind /usr /usr --proc /proc --ro-bind "$HUTCH_HELPERS" /helpers)
for dir in /bin /sbin /lib /lib32 /lib64; do
  if [[ -L $dir ]]; then
    system+=(--symlink "$(readlink "$dir")" "$dir")
  elif [[ -d $dir ]]; then
    system+=(--ro-bind "$dir" "$dir")
  fi
done
# Names, times and contents: even what was made and removed again leaves a trace in the times.
fingerprint() {
  find "$@" -printf '%p %y %m %U %s %l %T@\n' | sort
  find "$@" -type f -exec sha256sum {} + | sort
}

# Links out of a tree that the command owns
mkdir -p host/dir evil/real source
echo secret >host/file
echo source >source/x
ln -s "/proc/self/root$tmp/host" evil/magic
ln -s "/proc/1/root$tmp/host" evil/magic1
ln -s "$tmp/host" evil/absolute
ln -s ../host evil/relative
ln -s "../../../../../../../../../..$tmp/host" evil/up
ln -s /proc/self/cwd/host evil/cwd
ln -s loop evil/loop
ln -s loop2 evil/loop1 && ln -s loop1 evil/loop2
ln -s "$tmp/host/file" evil/file
ln -s "/proc/self/root$tmp/host/file" evil/magic-file
before=$(fingerprint host)
unchanged() { is "$1" "$(fingerprint host)" "$before"; }
assembled=0
for link in magic magic1 absolute relative up cwd loop loop1 'real/../magic' 'magic/dir' 'absolute/dir' file magic-file; do
  for operation in "--file 11 %/pwned" "--bind-data 11 %/pwned" "--dir %/pwned" "--bind source %/pwned" \
    "--bind source/x %/pwned/deep" "--symlink pwned %/pwned" "--chmod 0777 %/file" "--tmpfs %" "--dev %" \
    "--chmod 0777 %" "--file 11 %" "--remount-ro %"; do
    # shellcheck disable=SC2086 # an operation and its operands, one word each
    run "$HUTCH" "${system[@]}" --dir "$tmp/host/dir" --file 12 "$tmp/host/file" --bind evil /evil \
      ${operation//%//evil/$link} -- true 11<source/x 12<source/x
    if ((status == 0)); then assembled=$((assembled + 1)); fi
    if ((status != 0 && status != 125)); then is "$operation at $link ends well" "$status" '0 or 125'; fi
  done
done
unchanged 'no link in a bound tree leads an operation to the host'
ok '  though some could be carried out, inside' test "$assembled" -gt 10
echo changed >evil/absolute/file
unlike '  where one does lead, outside' "$(fingerprint host)" "^${before//[^a-z0-9]/.}$"
echo secret >host/file
before=$(fingerprint host)

# What lies above the root, once several things lay on top of the host's: the root.
above() {
  run "$HUTCH" "$@" "${system[@]}" -- sh -c 'ls -id / /.. | sed "s: *\([0-9]*\) .*:\1:" | uniq | wc -l; ls -d /../'"$tmp"
  is "nothing of the host is above the root of $*" "$out" 1
}
above
above --bind-data 11 /data 11</dev/null
above --tmpfs /
above --bind source / --tmpfs / --ro-bind-data 11 /data 11</dev/null
above --dir /x --tmpfs /x/..
above --symlink / /link --tmpfs /link
above --dev /
above --tmpfs / --keep-id --dev /dev
above --tmpfs / --cap-add all

mkdir evil/a evil/b
ln -s "$tmp/host" evil/a/here && mkdir evil/b/here
exchange evil/a evil/b &
racer=$!
good=0 bad=0
end=$((SECONDS + 3))
while ((SECONDS < end)); do
  run "$HUTCH" "${system[@]}" --dir "$tmp/host" --bind evil /evil --file 11 /evil/a/here/pwned \
    --dir /evil/a/here/pwned-dir --bind source /evil/a/here/pwned-bind --chmod 0700 /evil/a/here -- true 11<source/x
  if ((status == 0)); then good=$((good + 1)); else bad=$((bad + 1)); fi
done
unchanged 'nor does one that comes and goes during the assembly'
ok '  of sandboxes of which some came about' test "$good" -gt 0
ok '  while the names were swapped all the time' kill -KILL "$racer"
printf '#   %d came about, %d did not\n' "$good" "$bad"

mkdir target
for _ in {1..20}; do
  for delay in 0.001 0.002 0.004 0.006 0.01; do
    timeout -s KILL "$delay" "$HUTCH" "${system[@]}" --bind target /target --ro-bind host /host --file 11 /new/file \
      --bind source /new/bind --dev /dev --ro-bind-data 12 /new/data -- sleep 0.003 11<source/x 12<source/x
  done
done 2>/dev/null
is 'killed at any moment, it leaves nothing on the host' "$(fingerprint host target | wc -l) $(fingerprint host)" \
  "$(($(wc -l <<<"$before") + 1)) $before"

# A root that came with a /dev of its own
mkdir -p planted/dev
echo precious >host/precious
ln -s "$tmp/host/precious" planted/dev/null
ln -s "$tmp/host" planted/dev/pts
ln -s "$tmp/host/precious" planted/dev/console
before=$(fingerprint host)
for options in '--dev /dev' '--dev-bind /dev/null /dev/null' '--ro-bind /dev/null /dev/console --dev /dev' '--dev /dev/pts'; do
  # shellcheck disable=SC2086 # an operation and its operands, one word each
  run on-terminal -- "$HUTCH" --bind planted / "${system[@]}" $options -- sh -c 'stat -Lc %t:%T /dev/null'
  unchanged "a /dev/null that is a link to a file does not deceive $options"
  if [[ $options == '--dev /dev' ]]; then is '  which is a device' "$out" 1:3; fi
done
rm -rf planted && mkdir planted && ln -s "$tmp/host" planted/dev
run "$HUTCH" --bind planted / "${system[@]}" --dev /dev -- true
unchanged 'nor does a /dev that is one'

# PID 1
inside -- attach child
is 'a process can be traced' "$out" attached
for options in '' '--cap-add all'; do
  # shellcheck disable=SC2086
  inside $options -- attach 1
  is "but not PID 1 ${options:+with $options}" "$out" EPERM
  # shellcheck disable=SC2086
  inside $options --bind / / --proc /proc -- sh -c 'readlink /proc/1/exe; cat /proc/1/exe; (: <>/proc/1/exe) && echo opened'
  is '  nor its program reached' "$out" ''
  # shellcheck disable=SC2086
  inside $options -- sh -c 'cat /proc/1/mem; ls /proc/1/root /proc/1/cwd /proc/1/fd/ ; readlink /proc/1/cwd'
  is '  nor its memory, directories and descriptors' "$out" ''
done
export HUTCH_TEST_SECRET=open-sesame
inside -- cat /proc/self/environ
like 'the environment of the caller' "$out" 'open-sesame'
for options in '' '--cap-add all' '--uid 5'; do
  # shellcheck disable=SC2086
  inside --clearenv --ro-bind host /usr/share --unsetenv x $options -- \
    /bin/sh -c 'for f in /proc/[0-9]*/environ /proc/1/cmdline /proc/1/comm; do cat $f | tr "\0" "\n"; done'
  unlike "  is nowhere inside after --clearenv ${options:+with $options}" "$out" 'open-sesame'
  unlike '  nor do the arguments of PID 1 tell the paths of the host' "$out" 'host|/usr/share|ro-bind'
  like '  of which it keeps its name' "$out" 'hutch'
done
inside -- cat /proc/1/status
is 'PID 1 has no capability either' "$(field CapPrm)$(field CapEff)" "$(printf '%032x' 0)"
is '  nor new privileges' "$(field NoNewPrivs)" 1

# Capabilities, whatever the namespaces
choices=(--unshare-net --share-pid --share-ipc --share-uts --share-cgroup --keep-id '--uid 5' --new-session --as-pid-1)
wrong=''
combinations=0
for ((bits = 0; bits < 1 << ${#choices[@]}; bits++)); do
  options=()
  for i in "${!choices[@]}"; do
    # shellcheck disable=SC2206 # an option and its operand, one word each
    if ((bits >> i & 1)); then options+=(${choices[i]}); fi
  done
  case " ${options[*]} " in *' --share-pid '*'--as-pid-1 '* | *' --keep-id '*'--uid '*) continue ;; esac
  combinations=$((combinations + 1))
  got=$("$HUTCH" --ro-bind / / "${options[@]}" -- awk '/^(Cap|NoNewPrivs)/ {printf "%s ", $2}' /proc/self/status 2>&1)
  if [[ $got != '0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 1 ' ]]; then
    wrong+="${options[*]}: $got"$'\n'
  fi
done
is "in $combinations combinations of namespaces the command has no capability" "$wrong" ''

# The terminal
run on-terminal -- tty-inject
outside=$out
like 'outside, the terminal judges who types' "$outside" 'TIOCSTI: (accepted|EIO)'
for options in '' --new-session --as-pid-1 '--cap-add all'; do
  # shellcheck disable=SC2086
  run on-terminal -- "$HUTCH" "${base[@]}" $options -- tty-inject
  like "inside, nothing types into it ${options:+with $options}" "$out" '(^|'$'\n'')TIOCSTI: EPERM'
  unlike '  in any other way' "$out" 'accepted'
  like '  TIOCLINUX does not either' "$out" 'TIOCLINUX: EPERM'
  if [[ $outside == *2^32* ]]; then
    like '  nor both with a bit that the kernel ignores' "$out" $'TIOCSTI\\+2\\^32: EPERM\nTIOCLINUX\\+2\\^32: EPERM'
  fi
  if [[ $outside == *'i386 TIOCSTI: '[!E]* || $outside == *'i386 TIOCSTI: EIO'* ]]; then
    like '  nor by a call of 32 bits' "$out" 'i386 TIOCSTI: (EPERM|ENOSYS)'
  fi
done

# Descriptors
run hold-fds "$HUTCH" "${base[@]}" -- sh -c 'ls /proc/self/fd | wc -l; ls -l /proc/[0-9]*/fd'
like 'of the open descriptors of the caller none is inside' "$out" '^4'
unlike '  but its own' "$out" '-> (socket|/$|/[a-z]*$)'
for fd in 3 4 5; do
  run hold-fds "$HUTCH" --tmpfs / "${system[@]}" --chdir "/proc/self/fd/$fd" -- pwd
  is "nor can one be entered as a directory ($fd)" "$status $out" '125 '
done

# Mounts
mkdir ro && echo x >ro/x
for options in '' '--cap-add all' '--cap-add cap_sys_admin --keep-id'; do
  # shellcheck disable=SC2086
  inside --tmpfs /tmp "${helpers[@]}" --ro-bind ro /tmp/ro $options -- sh -c 'remount-rw /tmp/ro; remount-rw /; (echo y >/tmp/ro/x) && echo written'
  like "what is read-only was tried to make writable ${options:+with $options}" "$out" 'remount,rw: E'
  unlike '  and nothing of it succeeded' "$out" 'accepted|written'
done
is '  so the host is unchanged' "$(<ro/x)" x
inside --cap-add all --tmpfs /tmp "${helpers[@]}" --tmpfs /tmp/t -- sh -c 'mount -t tmpfs -o ro none /tmp/t && remount-rw /tmp/t'
like '  where what is of the command itself can be changed' "$out" 'remount,bind,rw: accepted|remount,rw: accepted'
inside --cap-add all --ro-bind /etc/passwd /etc/shadow --tmpfs /usr/share -- sh -c 'umount -l /etc/shadow; umount -l /usr/share; ls /usr/share'
is 'what was covered stays covered' "$out" ''
inside --cap-add all --tmpfs /tmp -- sh -c 'mknod /tmp/disk b 8 0 && echo made; mount -t devtmpfs none /tmp && echo mounted'
is 'devices are not for the making' "$out" ''

plan
