# shellcheck shell=bash
# For the tests of what a command can reach of the host; to be read after lib.sh.
#
#   begin PROGRAM OPTIONS... -- COMMAND   in the background, output in the file log; leaves $pid
#   open_gate                  makes descriptor 9 a pipe of its own
#   looks COUNT PROGRAM OPTIONS...   starts COUNT sandboxes whose command looks for the host through PID 1
#                              at once; prints how many saw nothing, and the ways of the others
#   on_one_cpu COMMAND...      runs it where all of its processes share a processor
#   watched OPTIONS...         starts a hostile command, in namespaces that are 13 and 14; leaves $watcher
#   unwatched                  ends it
#   joins_unseen SANDBOX OPTIONS...  the tests of a sandbox, `hutch ...` or `bwrap ...`, that waits where one
#                              watches that OPTIONS are for
#
# The file $tmp/secret is on the host only.
# shellcheck disable=SC2016,SC2034,SC2154 # the shell inside expands; what lib.sh sets, and the scripts use
# shellcheck source-path=SCRIPTDIR source=lib-bwrap.sh
. "$here/lib-bwrap.sh" || exit 1

system+=(--proc /proc --ro-bind "$HUTCH_HELPERS" /helpers)
echo secret >secret

begin() {
  : >log
  "$@" <&0 >log 2>&1 &
  pid=$!
}

# What is left of an older sandbox may hold the older pipe.
open_gate() { rm -f gate && mkfifo gate && exec 9<>gate; }

looks() {
  local count=$1 good=0
  shift
  : >seen
  for ((i = 0; i < count; i++)); do
    timeout -k 1 5 "$@" -- /helpers/reach-host 1 20 "$tmp/secret" >>seen 2>&1 && good=$((good + 1))
  done
  echo "$good $(sort -u seen)"
}
on_one_cpu() {
  local cpus
  cpus=$(awk '/^Cpus_allowed_list/ {print $2}' /proc/self/status)
  (
    taskset -cp "${cpus%%[-,]*}" "$BASHPID" >/dev/null || exit
    "$@"
  )
}

watched() {
  : >watch.log
  "$BWRAP" "${system[@]}" --unshare-user --unshare-pid --die-with-parent --info-fd 11 "$@" 11>info <&0 >watch.log 2>&1 &
  watcher=$!
  eventually said up watch.log
  child=$(child_of info)
  eventually readlink "/proc/$child/ns/user" >/dev/null
  exec 13<"/proc/$child/ns/user" 14<"/proc/$child/ns/pid"
}
unwatched() {
  exec 13<&- 14<&-
  kill -KILL "$watcher"
  finish "$watcher"
}

joins_unseen() {
  local program=$HUTCH options=${1#hutch} joined
  if [[ $1 == bwrap* ]]; then program=$BWRAP options=${1#bwrap}; fi
  watched "${@:2}" -- sh -c 'echo up; exec /helpers/reach-host 0 1000000 "$1"' sh "$tmp/secret"
  open_gate
  # shellcheck disable=SC2086 # the options, one word each
  begin "$program" "${system[@]}" $options --userns 13 --pidns 14 --info-fd 11 --block-fd 9 -- echo ran 11>joined
  eventually said '}' joined
  sleep 0.15
  joined=$(child_of joined)
  like "$1, waiting where others are" "$(grep '^NSpid' "/proc/$joined/status" | tr '\t' ' ')" '^NSpid: [0-9]+ [0-9]+'
  is '  shows them nothing of the host' "$(<watch.log)" up
  ok '  while they look for it' alive "$watcher"
  echo >&9
  finish "$pid"
  is '  and goes on' "$status $(<log)" '0 ran'
  exec 9>&-
  unwatched
}
