#!/bin/bash
# Message buses through the proxy: what the rules let through and what not, where the sockets are, how long
# all of it lives, and how it fails.
# shellcheck disable=SC2016,SC2317 # the shell inside expands what is quoted; `eventually` calls functions
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

needs dbus-daemon xdg-dbus-proxy dbus-send pgrep /usr/bin/python3
unset DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS
uid=$(id -u)
export XDG_RUNTIME_DIR=$tmp/run
mkdir -m 700 run plain fakes
client=$here/data/dbus-client.py
session=$tmp/session system_bus=$tmp/system

# --- Buses -------------------------------------------------------------------------------------

# A daemon wants its user to have a name.
echo "somebody:x:$uid:$(id -g)::/:/bin/sh" >passwd
bus() { # NAME ADDRESS OPTIONS...
  cat >"$1.conf" <<XML
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>$2</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
XML
  "$HUTCH" "${base[@]}" --keep-id --bind "$tmp" "$tmp" --ro-bind passwd /etc/passwd "${@:3}" -- \
    dbus-daemon --nofork --config-file="$tmp/$1.conf" >"$1.log" 2>&1 &
}
bus session "unix:path=$session"
bus system "unix:path=$system_bus"
bus abstract "unix:abstract=$tmp/abstract"
eventually test -S session -a -S system || skip_all "no bus can be started: $(cat ./*.log)"
serve() { # BUS NAME...
  local names=("${@:2}")
  /usr/bin/python3 "$client" "$1" "${names[@]/#/own }" serve >"served.$2" 2>&1 &
  eventually grep -q serving "served.$2" || skip_all "no service can be started: $(cat "served.$2")"
}
serve "$session" org.example.A org.example.A.Below
serve "$session" org.example.B org.other.C
serve "$system_bus" org.example.System
export DBUS_SESSION_BUS_ADDRESS=unix:path=$session DBUS_SYSTEM_BUS_ADDRESS=unix:path=$system_bus

# What the sandbox sees of a bus: `on PATH RULES... -- ACTIONS...`, the rules of the session bus.
python=(/usr/bin/python3 "$client")
base=(--ro-bind / / --proc /proc --dev /dev --tmpfs /run --keep-id)
on() {
  local options=() at=$1
  shift
  while [[ $1 != -- ]]; do
    options+=(--dbus-session "$1")
    shift
  done
  inside "${options[@]}" -- "${python[@]}" "$at" "${@:2}"
}
# Not under /run, as that is covered here.
export XDG_RUNTIME_DIR=/run/user/$uid
place=$XDG_RUNTIME_DIR/bus

# A name of this run, in the rules of sandboxes whose processes are looked for.
mark=org.mark.M$$

# A proxy that never gets ready is waited for meanwhile.
fake() { # NAME: its text comes from the standard input
  mkdir -p "fakes/$1"
  { echo '#!/bin/sh'; cat; } >"fakes/$1/xdg-dbus-proxy"
  chmod 755 "fakes/$1/xdg-dbus-proxy"
}
fake late <<<'exec sleep 60'
PATH=$tmp/fakes/late:$PATH timeout -k 2 30 "$HUTCH" --error-fd 9 "${base[@]}" --dbus-session none -- echo ran \
  >late.out 2>late.err 9>late.record &
late=$!

# --- Rules -------------------------------------------------------------------------------------

for rule in '' talk talk= =talk talk=org 'talk=*' talk=org.* talk=org..example talk=.org.example talk=org.example. talk=org.1.x \
  talk=org.ex/a 'talk=org.example.A B' 'talk=org.example.A*' 'talk=org.*.A' talk=:1.1 talk=org.exämple.A \
  "talk=a.$(printf 'x%.0s' {1..254})" see=org own=org.example.A=x none=x None filter sloppy-names 'talk=org.example.A --log' \
  call=org.example.A call=org.example.A= call==* call=org.example.A=Method call=org.example.A=org.Method \
  call=org.example.A=org.example.I.1M call=org.example.A=org.example-I.M call=org.example.A=org.example.*.M \
  call=org.example.A=org.example.I.M@ call=org.example.A=@path call=org.example.A=@/a/ call=org.example.A=@//a \
  call=org.example.A=@//* 'call=org.example.A=*@/a b' broadcast=org.example.A broadcast=org=* broadcast=:1.1=*; do
  refuses "'$rule' is no rule" '^|not |NAME=' --ro-bind / / --dbus-session "$rule" -- echo ran
  ok '  and the option is named with it' grep -qF -e "--dbus-session $rule: " -e "--dbus-session '$rule': " <<<"$err"
done
refuses 'neither is one of the system bus' '--dbus-system-try talk=org: not a name' --dbus-system-try talk=org -- echo ran
run "$HUTCH" --print-plan args --dbus-system-try=see=_a.-b --dbus-session-try none \
  --dbus-session=call=org.example.*=*@/* --dbus-session broadcast=a.b=a.b.C@/
is 'those that are rules are in the plan' "$status ${out#hutch }" \
  "0 --dbus-session 'call=org.example.*=*@/*' --dbus-session 'broadcast=a.b=a.b.C@/' --dbus-system-try 'see=_a.-b'"

# --- What is let through -------------------------------------------------------------------------

run "${python[@]}" "$session" names 'call org.example.A /x org.example.I.M' 'own org.example.New' 'listen 0.3'
is 'on the bus itself everything goes' "$(one_line <<<"$out")" "A A.Below B pong owned aOne aTwo bOne bTwo"
actions=(names 'owner org.example.A' 'call org.example.A /x org.example.I.M' 'own org.example.New' 'listen 0.3')
lets() { # SENTENCE WANTED RULES...
  on "$place" "${@:3}" -- "${actions[@]}"
  is "$1" "$status:$(paste -sd : <<<"$out")" "0:$2"
}
lets 'none: nothing of it' '-:hidden:ServiceUnknown:ServiceUnknown:-' none
lets 'see: the name is shown, and no more' 'A:shown:AccessDenied:ServiceUnknown:-' see=org.example.A
lets 'talk: it is called and heard' 'A:shown:pong:ServiceUnknown:aOne aTwo bOne bTwo' talk=org.example.A
lets '  and others are not, nor heard: these are its own signals' '-:hidden:ServiceUnknown:ServiceUnknown:aOne aTwo bOne bTwo' talk=org.other.C
lets '  with .* the names below it, too' 'A A.Below:shown:pong:ServiceUnknown:aOne aTwo bOne bTwo' 'talk=org.example.A.*'
lets 'own: the name can be taken' '-:hidden:ServiceUnknown:owned:-' own=org.example.New
lets '  and with .* those below it' '-:hidden:ServiceUnknown:owned:-' 'own=org.example.New.*'
lets 'call: the method can be called' 'A:shown:pong:ServiceUnknown:-' call=org.example.A=org.example.I.M@/x
lets '  no other' 'A:shown:AccessDenied:ServiceUnknown:-' call=org.example.A=org.example.I.N
lets '  of no other interface' 'A:shown:AccessDenied:ServiceUnknown:-' call=org.example.A=org.example.J.M
lets '  and of no other object' 'A:shown:AccessDenied:ServiceUnknown:-' 'call=org.example.A=*@/y/*'
lets 'broadcast: the signal is heard' 'A:shown:AccessDenied:ServiceUnknown:aOne bOne' broadcast=org.example.A=org.example.Signals.One
lets '  of an object' 'A:shown:AccessDenied:ServiceUnknown:bOne bTwo' broadcast=org.example.A=@/org/example/b
lets 'rules add up' 'A B:shown:pong:owned:bOne bTwo' see=org.example.B own=org.example.New call=org.example.A=* \
  broadcast=org.example.A=@/org/example/b
inside --dbus-session talk=org.example.A -- dbus-send --session --print-reply=literal --dest=org.example.A /x org.example.I.M
is 'programs find the bus by the variable' "$status $out" '0    pong'

# --- Where the sockets are -------------------------------------------------------------------------

where='echo "$DBUS_SESSION_BUS_ADDRESS $DBUS_SYSTEM_BUS_ADDRESS"; for at; do test -S "$at" && echo "$at"; done'
inside --dbus-session none --dbus-system talk=org.example.System -- sh -c "$where" sh "$place" /run/dbus/system_bus_socket
is 'two buses, each in its place' "$(one_line <<<"$out")" \
  "unix:path=$place unix:path=/run/dbus/system_bus_socket $place /run/dbus/system_bus_socket"
inside --dbus-session none --dbus-system talk=org.example.System -- "${python[@]}" /run/dbus/system_bus_socket names \
  'call org.example.System /x a.b.C'
is '  with rules of their own' "$(one_line <<<"$out")" 'System pong'
inside --dbus-session none --dbus-system talk=org.example.System -- "${python[@]}" "$place" 'owner org.example.System'
is '  which are not those of the other' "$out" hidden
inside --clearenv --setenv XDG_RUNTIME_DIR '/run/a b' --dbus-session none -- /bin/sh -c "$where" sh '/run/a b/bus'
is 'the place is that in which the command looks' "$(one_line <<<"$out")" 'unix:path=/run/a%20b/bus /run/a b/bus'
inside --dbus-session none --setenv DBUS_SESSION_BUS_ADDRESS unix:path=/nowhere -- sh -c "$where"
is '  whatever else it was to be told' "$out" "unix:path=$place unix:path=$system_bus"
inside -- "${python[@]}" "$session" names
is 'without the options the socket of the host, where that is shown, is the bus' "$out" 'A A.Below B'
on "$session" see=org.example.A -- names 'call org.example.A /x org.example.I.M'
is 'with them it is covered' "$(one_line <<<"$out")" 'A AccessDenied'
inside --dbus-session none -- sh -c 'umount "$1"; rm -f "$1"; mv "$1" "$1-"; chmod 777 "$1"; stat -c %a "$1"; grep -c " $1 ro," /proc/self/mountinfo' \
  sh "$place"
is '  and cannot be uncovered or changed' "$out" $'700\n1'
inside --bind "$tmp/plain" "$tmp/plain" --tmpfs "$tmp" --dbus-session none -- sh -c 'ls -A "$1"' sh "$tmp"
is '  nothing appears where the host has one that is not shown' "$status $out" '0 '
mkdir links && ln -s "$tmp" links/there
DBUS_SESSION_BUS_ADDRESS=unix:path=$tmp/links/there/session inside --tmpfs "$tmp/links" --dbus-session none -- "${python[@]}" "$session" \
  'owner org.example.A'
is '  where links lead to it, it is covered without them, too' "$out" hidden
inside --bind "$tmp" /mnt --dbus-session none -- "${python[@]}" /mnt/session names
is 'by another name the host has it still, as the manual says' "$out" 'A A.Below B'
run bash -c 'exec -a bwrap "$@"' bwrap "$HUTCH" --ro-bind / / --proc /proc --dev /dev --tmpfs /run --dbus-session talk=org.example.A -- \
  "${python[@]}" "$place" names
is 'under the name bwrap it is the same' "$status $out$err" '0 A'
run "$HUTCH" --ro-bind / / --tmpfs /run --dbus-session none -- echo ran
like 'who has another user id inside is warned' "$out:$err" '^ran:hutch: --dbus-session none: a bus refuses many .* --keep-id'

# --- Abstract sockets --------------------------------------------------------------------------------

abstract="unix:abstract=$tmp/abstract"
DBUS_SESSION_BUS_ADDRESS=$abstract refuses 'an abstract socket beside the network' 'needs --unshare-net' "${base[@]}" --dbus-session none -- echo ran
DBUS_SESSION_BUS_ADDRESS=$abstract inside --dbus-session-try none -- echo ran
like '  of which the optional form warns' "$status$out$err" '^0ranhutch: the session bus listens on an abstract socket'
DBUS_SESSION_BUS_ADDRESS=$abstract inside --unshare-net --dbus-session none -- "${python[@]}" "$place" names
is '  with a network of its own there is none' "$status$out$err" 0-
for address in tcp:host=localhost,port=1 autolaunch: "unix:path=$session;unix:path=$session" unix:path=relative unix:dir=/tmp unix:; do
  DBUS_SESSION_BUS_ADDRESS=$address refuses "the address $address" 'not one address of a unix socket' "${base[@]}" --dbus-session-try none -- echo ran
done

# --- What starts no proxy ------------------------------------------------------------------------------

fake trace <<<"echo started >>'$tmp/trace'"
traced=(env PATH="$tmp/fakes/trace:$PATH" "$HUTCH" "${base[@]}")
run "${traced[@]}" --dry-run --json --dbus-session see=org.example.A -- true
is 'a dry run builds the sandbox' "$status$err" 0
is '  and says how' "$(/usr/bin/python3 -c 'import json, sys; plan = json.loads(sys.argv[1])["plan"]
print(plan["buses"]["session"], [(o["dest"], o["optional"]) for o in plan["operations"] if o["kind"] == "dbus"])' "$out")" \
  "{'address': 'unix:path=$session', 'rules': ['see=org.example.A'], 'optional': False} [('$place', False), ('$session', True)]"
run "${traced[@]}" --explain "$place" --explain "$session" --dbus-session none
is 'an explanation knows the sockets' "$(grep -E ': |  by' <<<"$out" | one_line)" \
  "$place: socket, read-only by --dbus-session none $session: socket, read-only by --dbus-session none"
run "${traced[@]}" --print-plan text --dbus-session none --dbus-system talk=a.b
like '  and a plan' "$out" $'session bus       by a proxy, nothing of it\nsystem bus        by a proxy\nsystem bus        .talk=a.b'
ok '  but no proxy ran' test ! -e trace

# --- Without a bus, without the proxy --------------------------------------------------------------------

code() { # CODE SENTENCE REGEX OPTIONS...: hutch fails so
  : >record
  run env PATH="${path:-$PATH}" "$HUTCH" --error-fd 9 "${base[@]}" "${@:4}" -- echo ran 9>record
  is "$2" "$status:$out:$(grep -o '"code": "[^"]*"' record)" "125::\"code\": \"$1\""
  like '  and why' "$err" "$3"
}
for address in '' "unix:path=$tmp/nowhere" "unix:path=$client"; do
  DBUS_SESSION_BUS_ADDRESS=$address code dbus-missing "no bus at '$address'" 'no socket at /.*hint: the bus must be running' --dbus-session none
  DBUS_SESSION_BUS_ADDRESS=$address PATH=$tmp/plain:/usr/bin:/bin inside --dbus-session-try none -- sh -c 'echo ran; test ! -e "$1"' sh "$place"
  is '  which can be skipped' "$status$out$err" 0ran
done
XDG_RUNTIME_DIR=$tmp DBUS_SESSION_BUS_ADDRESS='' code dbus-missing 'an empty directory' "no socket at $tmp/bus" --dbus-session none
ln -s session bus
XDG_RUNTIME_DIR=$tmp DBUS_SESSION_BUS_ADDRESS='' inside --setenv XDG_RUNTIME_DIR /run/x --dbus-session see=org.example.A -- "${python[@]}" /run/x/bus names
is 'a bus without an address is found by its place' "$out" A
DBUS_SESSION_BUS_ADDRESS=tcp: code dbus-address 'an address of another kind' 'hint: unix:path=' --dbus-session none
for option in --dbus-session --dbus-session-try; do
  path=$tmp/plain code dbus-proxy-missing "no proxy for $option" 'hint: the package xdg-dbus-proxy' "$option" none
done
cd fakes/trace || exit 1
path=.::$tmp/plain code dbus-proxy-missing 'a proxy in the working directory is none' 'not installed' --dbus-session none
cd "$tmp" || exit 1
path=$tmp/fakes/trace:$PATH code dbus-proxy-unsafe 'a proxy that the sandbox may write' "the program $tmp/fakes/trace/xdg-" \
  --bind "$tmp/fakes" "$tmp/fakes" --dbus-session none
chmod 555 fakes/trace fakes/trace/xdg-dbus-proxy
path=$tmp/fakes/trace:$PATH code dbus-proxy-unsafe '  or let itself write' "the program $tmp/fakes/trace/xdg-" \
  --bind "$tmp/fakes" "$tmp/fakes" --dbus-session none
chmod 755 fakes/trace fakes/trace/xdg-dbus-proxy
mkdir fakes/link && ln -s /bin/true fakes/link/xdg-dbus-proxy
path=$tmp/fakes/link:$PATH code dbus-proxy-unsafe '  or put a link in the place of' "the program $tmp/fakes/link/xdg-" \
  --bind "$tmp/fakes" "$tmp/fakes" --dbus-session none
fake fails <<<'echo "no \033[31mluck" >&2; exit 3'
path=$tmp/fakes/fails:$PATH code dbus-proxy-failed 'a proxy that ends at once' 'ended before it was ready: no .x1b.31mluck' --dbus-session none
ok '  none of these has run in its place' test ! -e trace

# --- Lifetime ---------------------------------------------------------------------------------------------

files() { find . -path ./helpers -prune -o -path './many.*' -prune -o -print | sort; }
leaves_nothing() { # SENTENCE
  ok "$1: nothing is left" eventually none_left
  is '  no file either' "$(files)" "$before"
}
start() { # OPTIONS... -- COMMAND...: in the background; $pid is hutch
  : >log
  "$HUTCH" "${base[@]}" --dbus-session "talk=$mark" "$@" >log 2>&1 &
  pid=$!
}
kill_hutch() {
  kill -KILL "$pid"
  finish "$pid"
} 2>/dev/null
touch log record
fake stays <<<'exec sleep 61'
# One that somebody got hold of: it leaves its session, ends with nobody, and lists what it was given.
mkdir fakes/hostile
cat >fakes/hostile/xdg-dbus-proxy <<'PY'
#!/usr/bin/python3
import ctypes, os, signal, socket
signal.alarm(60)
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
try:
    os.setsid()
except OSError:
    pass
os.chdir('/proc/self/fd/4')
server = socket.socket(socket.AF_UNIX)
server.bind('session')
server.listen()
os.write(3, b'x')
peer = server.accept()[0]
peer.sendall(' '.join(os.listdir('.') + os.listdir('..') + os.listdir('../..')).encode())
peer.close()
signal.pause()
PY
chmod 755 fakes/hostile/xdg-dbus-proxy
hostile=(env PATH="$tmp/fakes/hostile:$PATH" "$HUTCH" "${base[@]}" --dbus-session "talk=$mark")
before=$(files)
inside --dbus-session "talk=$mark" -- pgrep -f "$mark"
unlike 'the proxy is not to be seen inside' "$out" '[1-9]$'
is '  and ends before hutch does' "$(survivors)" ''
leaves_nothing 'after the command'
run "$HUTCH" "${base[@]}" --dbus-session "talk=$mark" -- no-such-command
is '  one that does not exist' "$status $(survivors)" '127 '
run "$HUTCH" "${base[@]}" --dbus-session "talk=$mark" --ro-bind /nowhere /mnt -- true
is '  a set-up that fails before the proxy is needed' "$status $(survivors)" '125 '
run "$HUTCH" "${base[@]}" --ro-bind / / --dbus-session "talk=$mark" -- true
is '  and one that fails after' "$status $(survivors)" '125 '
leaves_nothing 'after failures'

proxy() { pgrep -n -f "^/xdg-dbus-proxy .*$mark"; }
start -- "${python[@]}" "$place" hold
eventually grep -q holding log
status_of() { awk -v name="$2:" '$1 == name {print $2}' "/proc/$1/status"; }
is 'the proxy has no privilege' "$(status_of "$(proxy)" NoNewPrivs) $(status_of "$(proxy)" CapBnd) $(status_of "$(proxy)" Seccomp)" \
  '1 0000000000000000 2'
is '  a session and namespaces of its own' \
  "$(for kind in mnt net pid user ipc; do [[ $(readlink "/proc/$(proxy)/ns/$kind") == "$(readlink "/proc/self/ns/$kind")" ]] && echo "$kind"; done) \
$([[ $(ps -o sid= -p "$(proxy)") == $(ps -o sid= -p "$pid") ]] && echo session)" ' '
ok '  and shows nothing of the user' test ! -e "/proc/$(proxy)/root$client" -a ! -e "/proc/$(proxy)/root/home"
kill_hutch
leaves_nothing 'hutch killed'

for ((i = 0; i < 20; i++)); do
  start -- sleep 20
  sleep "0.0$((i / 10))$((i % 10))"
  kill_hutch
done
leaves_nothing '  at any moment of its start'

start -- sh -c 'trap "" TERM INT HUP; setsid "$@" & wait' sh "${python[@]}" "$place" hold
eventually grep -q holding log
kill_hutch
leaves_nothing 'hutch killed beneath a command that keeps its connection'
start --share-pid -- setsid "${python[@]}" "$place" hold
eventually grep -q holding log
kill_hutch
leaves_nothing '  in a shared process namespace'
start -- "${python[@]}" "$place" hold
eventually grep -q holding log
kill -TERM "$pid"
finish "$pid"
is 'told to end, it ends as its command does' "$status $(survivors)" '143 '
start -- sh -c '"$@"; exit 5' sh "${python[@]}" "$place" hold
eventually grep -q holding log
kill -KILL "$(proxy)"
finish "$pid"
is 'without the proxy the command goes on, and its bus is gone' "$status $(grep -c gone log) $(survivors)" '5 1 '
PATH=$tmp/fakes/stays:$PATH start -- echo ran
eventually pgrep -xf 'sleep 61' >/dev/null
kill -TERM "$pid"
finish "$pid"
is 'told to end while the proxy is waited for, it does not wait' "$status $(survivors) $(<log)" '143  '
leaves_nothing 'after that'
run "${hostile[@]}" --tmpfs /mnt --ro-bind-data 11 /mnt/data -- /usr/bin/python3 -c 'import socket, sys
bus = socket.socket(socket.AF_UNIX)
bus.connect(sys.argv[1])
print(bus.recv(4096).decode())' "$place" 11<passwd
is 'a hostile proxy has no data of the sandbox' "$status $out$err" '0 session session session'
is '  and ends with it all the same' "$(survivors)" ''
leaves_nothing '  in every case'
"${hostile[@]}" -- sleep 20 >log 2>&1 &
pid=$!
eventually pgrep -f "^/usr/bin/python3 .*$mark" >/dev/null
sleep 0.3
kill_hutch
leaves_nothing '  and when hutch is killed'
run env PATH="$tmp/fakes/stays:$PATH" /usr/bin/python3 -c 'import ctypes, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
hutch = subprocess.Popen(sys.argv[1:])
time.sleep(0.5)
hutch.terminate()
hutch.wait()
print(open("/proc/thread-self/children").read())' "$HUTCH" "${base[@]}" --dbus-session "talk=$mark" -- true
is 'one that must be ended by force is not left to the caller to reap' "$out" ''
run timeout -k 1 5 sh -c '"$@" >/dev/null | cat' sh "$HUTCH" "${base[@]}" --dbus-session "talk=$mark" -- true
returns 'who waits for the end of a pipe waits for nobody but hutch' 0

for ((i = 0; i < 12; i++)); do
  timeout 20 "$HUTCH" "${base[@]}" --dbus-session "talk=$mark" --dbus-session talk=org.example.A -- "${python[@]}" "$place" names >"many.$i" 2>&1 &
  jobs[i]=$!
done
for ((i = 0; i < 12; i++)); do finish "${jobs[i]}"; done
is 'many at the same time' "$(cat many.* | sort | uniq -c | one_line)" ' 12 A'
leaves_nothing 'after many'

# --- The profile ---------------------------------------------------------------------------------------------

if [[ -d $here/../profiles ]]; then
  export HOME=$tmp/home XDG_CONFIG_HOME=$tmp/config
  mkdir -p home config/hutch
  cp -r "$here/../profiles" config/hutch/ && chmod -R u+w,go-w config/hutch
  desktop=("$HUTCH" --profile desktop-bus --ro-bind "$client" /client --)
  run "${desktop[@]}" true
  like 'desktop-bus: the name of the program must be told' "$status$err" '^125.*HUTCH_BUS_NAME has no value'
  serve "$session" org.freedesktop.Notifications ca.desrt.dconf org.a11y.Bus org.freedesktop.systemd1 org.freedesktop.portal.Desktop
  HUTCH_BUS_NAME=org.example.New run "${desktop[@]}" /usr/bin/python3 /client "$place" 'own org.example.New' 'own org.example.Newer' \
    'call org.freedesktop.Notifications / a.b.C' 'call ca.desrt.dconf / a.b.C' 'call org.a11y.Bus / a.b.C' 'call org.freedesktop.systemd1 / a.b.C' \
    'call org.freedesktop.portal.Desktop /org/freedesktop/portal/desktop org.freedesktop.portal.Settings.ReadAll' \
    'call org.freedesktop.portal.Desktop /org/freedesktop/portal/desktop org.freedesktop.portal.Background.RequestBackground'
  is '  its name, notifications and harmless portals are there, the rest is not' "$status $(one_line <<<"$out")" \
    '0 owned ServiceUnknown pong ServiceUnknown ServiceUnknown ServiceUnknown pong AccessDenied'
  DBUS_SESSION_BUS_ADDRESS='' HUTCH_BUS_NAME=org.example.New PATH=/usr/bin:/bin run "${desktop[@]}" echo ran
  is '  and without a bus it starts all the same' "$status$out$err" 0ran
else
  skip 'desktop-bus' 'the profiles are not here'
fi

finish "$late"
is 'a proxy that does not get ready is not waited for longer than ten seconds' \
  "$status:$(cat late.out):$(grep -o '"code": "[^"]*"' late.record)" '125::"code": "dbus-proxy-failed"'
like '  and the failure says so' "$(cat late.err)" 'was not ready within 10 seconds'
plan
