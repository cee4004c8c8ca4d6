#!/bin/bash
# contract-probe.sh BWRAP: prints what callers of that program can see of it: formats, statuses, texts. What depends on the
# machine has a name in its place. `user.txt` and `root.txt` beside this file hold what bubblewrap 0.11.1 printed.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
set -u
export LC_ALL=C PATH=/usr/local/bin:/usr/bin:/bin
bwrap=$1
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
chmod 755 "$here" && cd "$here" || exit 1
for fd in /proc/self/fd/*; do
  fd=${fd##*/}
  if ((fd > 2 && fd < 255)); then eval "exec $fd<&-"; fi
done
echo vm >text && chmod 755 text
bounding=$(awk '/^CapBnd:/ {print $2}' /proc/self/status)

normal() {
  sed -E "s,$here,HERE,g; s/[0-9]{9,}/NS/g; s/\"child-pid\": [0-9]+/\"child-pid\": PID/; s,$bwrap,BWRAP,g"
}

# show ARGUMENTS...: the first lines of what it prints, of the help the first one, and its status. What it leaves behind is in the process group of
# timeout, and is ended.
show() {
  local status group
  echo "--- BWRAP${*:+ $*}" | normal
  timeout -k 1 10 "$bwrap" "$@" >out 2>err </dev/null &
  group=$!
  wait "$group"
  status=$?
  kill -KILL -- "-$group" 2>/dev/null
  normal <out | head -n 4 | sed 's/^/  out: /'
  normal <err | sed '/^usage: /q' | head -n 4 | sed 's/^/  err: /'
  echo "  rc=$status"
}
host() { show --ro-bind / / "$@"; }
line() { printf -- '--- %s: %s\n' "$1" "${2% }"; }
quiet() { timeout -k 1 10 "$bwrap" --ro-bind / / "$@"; }

show --version
show
show --bogus
show --bind /
show --bind / /
show -x
host --perms 9 true
host --perms 0640 true
host --perms 0755 --symlink a /tmp/b true
host --size 10 true
host --uid 5 true
host --hostname h true
host --args 77 true
host --args x true
host --seccomp 77 true
host --info-fd 77 true
host --json-status-fd x true
host --cap-add nope true
host --cap-drop all true
host --unshare-user --uid -1 true
host --as-pid-1 true
host --argv0 a --argv0 b true
host --setenv A true
host --chmod 0755 /nonexist true
host --remount-ro /nonexist true
host --disable-userns true
host --userns 99 true
host --size 5 --dir /tmp/x true
host --tmpfs /nonexist true
host --dir /nonexist true
host --bind /nonexist /tmp true
host --ro-bind-data 99 /tmp/x true
host --chdir /nonexist true
host --lock-file /nonexist true
host nosuchcmd
host "$here/text"
host sh -c 'exit 42'
host sh -c 'kill -9 $$'
host --unshare-pid sh -c 'kill -9 $$'
host sh -c 'kill -TERM $$'
host --unshare-pid --as-pid-1 sh -c 'exit 3'
host -- -x

for options in '' --unshare-pid --unshare-all '--unshare-user --unshare-net'; do
  # shellcheck disable=SC2086 # options, one word each
  quiet $options --info-fd 8 --json-status-fd 9 sh -c 'exit 7' 8>info 9>json
  echo "--- info/json [$options] rc=$?"
  normal <info
  normal <json
done
quiet --json-status-fd 9 nosuch 9>json 2>/dev/null
echo "--- json on exec failure rc=$?"
normal <json
quiet --json-status-fd 9 sh -c 'kill -9 $$' 9>json
echo "--- json on signal rc=$?"
normal <json
echo '--- environment'
env -i A=1 "$bwrap" --ro-bind / / --setenv B 2 --unsetenv A --chdir /usr /usr/bin/env | sort
echo '--- an empty environment'
env -i "$bwrap" --ro-bind / / --clearenv /usr/bin/env | normal
line 'setenv, then clearenv' "$(env -i "$bwrap" --ro-bind / / --setenv B 2 --clearenv --setenv C 3 /usr/bin/env |
  sort | normal | tr '\n' ' ')"
line 'inherited descriptors' "$(quiet ls /proc/self/fd 7</dev/null 8</dev/null | tr '\n' ' ')"
printf -- '--setenv\0Q\0z' >args
line 'arguments without a last NUL' "$(quiet --args 9 sh -c 'echo $Q' 9<args)"
printf -- '--setenv\0Q\0z\0--\0echo\0x\0' >args
line 'arguments with --' "$(quiet --args 9 echo cmd 9<args 2>&1)"
printf 'echo\0x\0' >args
line 'arguments with a word that is no option' "$(quiet --args 9 echo cmd 9<args 2>&1)"
line 'PID 1' "$(quiet --unshare-pid --proc /proc sh -c 'cat /proc/1/comm; tr "\0" " " </proc/1/cmdline | head -c 2000' |
  normal | sed 's/ sh -c .*//' | tr '\n' '|')"
line 'the command' "$(quiet sh -c 'grep -E "NoNewPrivs|Seccomp:|CapBnd|CapEff|CapPrm" /proc/self/status' |
  sed "s/$bounding/ALL/" | tr -s '[:space:]' ' ')"
line 'new root' "$("$bwrap" --ro-bind /usr /usr --symlink usr/lib64 /lib64 --symlink usr/lib /lib --proc /proc --dir /a \
  --perms 0700 --dir /b/c /usr/bin/stat -c '%n %a' / /usr/../a /b /b/c | tr '\n' '|')"
