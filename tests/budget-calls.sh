#!/bin/bash
# The system calls that each process of a start makes, and the instructions of the monitor up to the
# start of the sandbox, are no more than data/budgets allows. Unlike times, they do not drift.
#   budget-calls.sh --record              writes data/budgets anew, from the hutch that is there
#   budget-calls.sh --count COMMAND...    counts those of any command, for tests/bench
# shellcheck source-path=SCRIPTDIR source=lib.sh

# The lines of a trace that are calls, and not signals; for the payload, until it runs the command.
calls_in() {
  awk '/^[a-z0-9_]+[(]/ { n++ } NR > 1 && /^execve[(].* = 0$/ { exit } END { print n }' "$1"
}

# trace_once DIR COMMAND...: prints "PROCESS calls NUMBER" for each process.
trace_once() {
  local dir=$1 file child role=monitor
  shift
  rm -f "$dir"/trace.*
  strace -ff -o "$dir/trace" -- "$@" >/dev/null 2>"$dir/err" || return
  file=$(awk 'FNR == 1 && /^execve[(]/ { print FILENAME }' "$dir"/trace.*)
  child=$(sed -nE 's/^(clone3?|v?fork)\(.* = ([0-9]+)$/\2/p' "$file" | head -n 1)
  if grep -q '"/etc/ld.so.cache"' "$file"; then role=monitor+loader; fi
  echo "$role calls $(calls_in "$file")"
  if [[ -e $dir/trace.$child ]]; then echo "reaper calls $(calls_in "$dir/trace.$child")"; fi
  for file in "$dir"/trace.*; do
    [[ $file == *".$child" ]] || head -n 1 "$file" | grep -q '^execve(' ||
      echo "payload calls $(calls_in "$file")"
  done
}

# What a signal interrupts is called again: the least of some runs is the truth.
count_calls() {
  local dir
  dir=$(mktemp -d) || return
  { trace_once "$dir" "$@" && trace_once "$dir" "$@" && trace_once "$dir" "$@"; } |
    sort -k 1,2 -k 3n | awk '!seen[$1, $2]++'
  cat "$dir/err" >&2
  rm -rf "$dir"
}

# valgrind has no clone3, which is where hutch ends under it, and stumbles over debug information.
count_instructions() {
  local dir program
  dir=$(mktemp -d) || return
  program=$dir/${1##*/}
  strip --strip-debug -o "$program" "$1" 2>/dev/null &&
    valgrind --tool=callgrind --callgrind-out-file="$dir/profile" --dump-before=launch_sandbox \
      "$program" "${@:2}" >/dev/null 2>&1
  # One profile at the place, one at the end.
  if [[ -e $dir/profile.1 ]]; then
    sed -n 's/^totals: /monitor instructions /p' "$dir/profile.1"
  fi
  rm -rf "$dir"
}

# How many calls close what the caller left open depends on what that was.
close_inherited() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    if ((fd > 2 && fd != 255)); then eval "exec $fd>&-"; fi
  done
}

count() {
  local counted
  counted=$(close_inherited && cd / && count_calls "$@")
  printf '%s\n' "$counted"
  if [[ $counted == *'monitor calls'* ]] && command -v valgrind >/dev/null; then
    (cd / && count_instructions "$@")
  fi
}

budgets=$(dirname "$0")/data/budgets
case ${1-} in
--count)
  shift
  count "$@"
  exit
  ;;
--record)
  counted=$("$0" | sed -n 's/^# counted: //p')
  [[ $counted ]] || exit
  {
    echo '# workload, process, what, the most of it: tests/budget-calls.sh --record writes this'
    # What another compiler and C library make of the same source.
    # Events may reach the monitor together or apart.
    awk '$3 == "instructions" { $4 = int($4 * 1.15) } $2 $3 == "monitorcalls" { $4 += 2 } { print }' <<<"$counted"
  } >"$budgets"
  exit
  ;;
esac

# Read here, as the room of the tests has only scripts.
export HUTCH_BUDGETS=${HUTCH_BUDGETS-$(<"$budgets")}
. "$(dirname "$0")/lib.sh" || exit 1

needs strace
# As many as are allowed, so that hutch need not raise the limit.
ulimit -n "$(ulimit -Hn)"
clean=(env -i PATH=/usr/bin:/bin)

# holds WORKLOAD OPTIONS...: counts a start, and compares each number with its budget.
holds() {
  local workload=$1 counted process what number most
  shift
  counted=$("${clean[@]}" bash "$here/budget-calls.sh" --count "$HUTCH" "$@" /bin/true)
  like "$workload can be counted" "$counted" $'payload calls [0-9]+\nreaper calls [0-9]+'
  if [[ $counted == *'monitor calls'* && $counted != *instructions* ]]; then
    skip "$workload: instructions of the monitor" 'needs valgrind, and launch_sandbox as a symbol'
  fi
  while read -r process what number; do
    # The budget is that of the static program: a loader makes as many as there are libraries.
    [[ $process != monitor+loader ]] || continue
    printf '# counted: %s %s %s %s\n' "$workload" "$process" "$what" "$number"
    most=$(awk -v key="$workload $process $what" '$1 " " $2 " " $3 == key { print $4 }' \
      <<<"$HUTCH_BUDGETS")
    ok "$workload: $what of the $process, at most ${most:-(no budget)}" \
      test "${number:-unknown}" -le "${most:-0}"
  done <<<"$counted"
}

mkdir dirs
for ((i = 0; i < 100; i++)); do
  mkdir "dirs/$i"
  hundred+=(--ro-bind "$tmp/dirs/$i" "/tmp/m/$i")
done

holds tiny --ro-bind / / --unshare-all --proc /proc --dev /dev
holds binds-100 --unshare-all --share-net --ro-bind / / --tmpfs /tmp "${hundred[@]}"

plan
