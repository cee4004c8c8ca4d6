# shellcheck shell=bash
# A small TAP library, and the surroundings that every script here runs in.
#
#   run COMMAND...              run it under a time limit; leaves $status, $out and $err
#   inside OPTIONS... -- CMD    run hutch with the options in ${base[@]} before OPTIONS
#   ok SENTENCE COMMAND...      passes when COMMAND succeeds
#   is SENTENCE GOT WANTED      like SENTENCE GOT REGEX      unlike SENTENCE GOT REGEX
#   returns SENTENCE STATUS     compares the $status of the last run
#   refuses SENTENCE REGEX ARGS...   hutch ARGS... ends with 125 and one line, and runs nothing
#   eventually COMMAND...       tries it for eight seconds
#   finish PID                  waits for a background command; leaves its $status
#   skip SENTENCE REASON        needs TOOL... (or the whole script is skipped)      has TOOL
#   plan                        ends every script
#
# The payload of a command line that hutch must refuse is `echo ran`.
set -u
umask 022
export LC_ALL=C
exec </dev/null

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
HUTCH=$(realpath -m "${HUTCH:-$here/../hutch}")
export HUTCH
base=(--ro-bind / / --proc /proc --dev /dev)
tests=0 failed=0 status=0 out='' err=''

# Sandboxes are for ordinary users: root becomes one, in a directory of its own, with copies of what it may not reach.
become_ordinary_user() {
  local room program uid=61234
  room=$(mktemp -d /tmp/hutch-test.XXXXXX) || exit 1
  # shellcheck disable=SC2064 # the room is known now and gone later
  trap "rm -rf '$room'" EXIT
  mkdir "$room/tests" "$room/home" "$room/tmp"
  cp -R "$here"/*.sh "$here/data" "$here/helpers" "$room/tests/"
  if [[ -d $here/../schema ]]; then cp -R "$here/../schema" "$room/"; fi
  if [[ -d $here/../profiles ]]; then cp -R "$here/../profiles" "$room/"; fi
  if [[ -d $here/../completions ]]; then cp -R "$here/../completions" "$room/"; fi
  if [[ -d $here/../examples ]]; then cp -R "$here/../examples" "$room/"; fi
  cp "$HUTCH" "$room/hutch"
  cp -R "$here/../seccomp" "$room/"
  for program in hutch-seccomp hutch-wrap; do
    if [[ -x ${HUTCH%/*}/$program ]]; then cp "${HUTCH%/*}/$program" "$room/"; fi
  done
  if [[ ${HUTCH_HELPERS-} ]]; then cp -RL "$HUTCH_HELPERS" "$room/helpers"; fi
  chown -R "$uid:$uid" "$room" && chmod 755 "$room"
  cd "$room" || exit 1
  env HOME="$room/home" TMPDIR="$room/tmp" HUTCH="$room/hutch" \
    ${HUTCH_HELPERS+HUTCH_HELPERS="$room/helpers"} \
    timeout -k 5 300 setpriv --reuid="$uid" --regid="$uid" --clear-groups bash "$room/tests/${0##*/}"
  exit
}

skip_all() {
  if [[ ${HUTCH_MUST_WORK-} == 1 ]]; then
    printf 'not ok 1 - %s # must not be skipped\n1..1\n' "$1"
    exit 1
  fi
  printf '1..0 # SKIP %s\n' "$1"
  exit 0
}

case ${0##*/} in
  root-*) if ((EUID != 0)); then skip_all 'this script is for root'; fi ;;
  *) if ((EUID == 0)); then become_ordinary_user; fi ;;
esac

tmp=$(mktemp -d) || exit 1
cleanup() {
  local job
  for job in $(jobs -p); do kill -KILL "$job" 2>/dev/null; done
  cd / && chmod -R u+rwx "$tmp" && rm -rf "$tmp"
}
trap cleanup EXIT
cd "$tmp" || exit 1

if [[ -z ${HUTCH_HELPERS-} ]]; then
  HUTCH_HELPERS=$tmp/helpers
  mkdir "$HUTCH_HELPERS"
  for source in "$here"/helpers/*.c; do
    name=${source##*/}
    cc -O1 -o "$HUTCH_HELPERS/${name%.c}" "$source" || skip_all 'the helpers cannot be compiled'
  done
fi
PATH=$HUTCH_HELPERS:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
# Where a test covers /tmp, which may hold the helpers.
# shellcheck disable=SC2034 # the scripts use it
helpers=(--ro-bind "$HUTCH_HELPERS" "$HUTCH_HELPERS")

# The system alone, for roots that hold nothing that the test did not put there.
system=()
for dir in /usr /bin /sbin /lib /lib32 /lib64; do
  if [[ -L $dir ]]; then
    system+=(--symlink "$(readlink "$dir")" "$dir")
  elif [[ -d $dir ]]; then
    system+=(--ro-bind "$dir" "$dir")
  fi
done

run() {
  timeout -k 2 "${limit:-20}" "$@" >"$tmp/.out" 2>"$tmp/.err"
  status=$?
  out=$(tr -d '\0' <"$tmp/.out")
  err=$(tr -d '\0' <"$tmp/.err")
}

inside() { run "$HUTCH" "${base[@]}" "$@"; }

result() {
  local good=$1 sentence=$2 detail=$3
  tests=$((tests + 1))
  if ((good)); then
    printf 'ok %d - %s\n' "$tests" "$sentence"
  else
    failed=$((failed + 1))
    printf 'not ok %d - %s\n' "$tests" "$sentence"
    printf '%s\nlast run: status %s, stderr: %s\n' "$detail" "$status" "$err" | sed 's/^/#   /'
  fi
}

ok() {
  local sentence=$1 good=1
  shift
  "$@" || good=0
  result "$good" "$sentence" "failed: $*"
}

is() { result "$([[ $2 == "$3" ]] && echo 1 || echo 0)" "$1" "got:    $2"$'\n'"wanted: $3"; }
like() { result "$([[ $2 =~ $3 ]] && echo 1 || echo 0)" "$1" "got:    $2"$'\n'"wanted: /$3/"; }
unlike() { result "$([[ $2 =~ $3 ]] && echo 0 || echo 1)" "$1" "got:      $2"$'\n'"unwanted: /$3/"; }
returns() { is "$1" "$status" "$2"; }

refuses() {
  local sentence=$1 regex=$2 said
  shift 2
  run "$HUTCH" "$@"
  said=$(grep -v '^hutch: hint: ' <<<"$err")
  is "$sentence" "status $status, output '$out', lines $(grep -c '' <<<"$said")" "status 125, output '', lines 1"
  like "  and says why" "$said" "^hutch: .*$regex"
}

skip() {
  if [[ ${HUTCH_MUST_WORK-} == 1 ]]; then
    result 0 "$1" "must not be skipped: $2"
  else
    tests=$((tests + 1))
    printf 'ok %d - %s # SKIP %s\n' "$tests" "$1" "$2"
  fi
}

has() { command -v "$1" >/dev/null; }

needs() {
  local tool
  for tool; do has "$tool" || skip_all "$tool is not here"; done
}

eventually() {
  local end=$((SECONDS + 8))
  while ((SECONDS < end)); do
    "$@" && return 0
    sleep 0.02
  done
  return 1
}

finish() {
  local end=$((SECONDS + ${limit:-20}))
  while kill -0 "$1" 2>/dev/null; do
    ((SECONDS <= end)) || kill -KILL "$1"
    sleep 0.02
  done
  wait "$1" 2>/dev/null
  status=$?
}

# What a file or the last run says
said() { grep -qs -- "$1" "$2"; }
field() { awk -v name="$1:" '$1 == name {print $2}' <<<"$out"; }
child_of() { sed -n 's/.*"child-pid": \([0-9]*\).*/\1/p' "$1"; }
one_line() { tr '\n' ' ' | tr -s ' ' | sed 's/ $//'; }

# A process that only waits to be reaped, by whoever inherited it, is gone.
alive() { grep -qs '^State:[[:space:]]*[DIRSTt]' "/proc/$1/status"; }
gone() { ! alive "$1"; }

# Processes of a test carry a mark among their arguments.
serial=0
new_mark() {
  serial=$((serial + 1))
  mark=hutch-mark-$$-$serial
}
survivors() { pgrep -f -- "$mark"; }
survive() { survivors >/dev/null; }
none_left() { ! survive; }

plan() {
  printf '1..%d\n' "$tests"
  ((failed == 0))
  exit
}
