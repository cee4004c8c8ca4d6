# shellcheck shell=bash
# For the guest-*.sh scripts. They run as root on a machine of their own, change a setting of it,
# look at what an ordinary user's hutch makes of that, and put the setting back. Sourced.

count=0

check() {
  local passed=$1 text=$2
  count=$((count + 1))
  if [ "$passed" = 0 ]; then
    echo "ok $count - $text"
  else
    echo "not ok $count - $text"
    [ -z "${output:-}" ] || echo "# ${output//$'\n'/$'\n'# }"
  fi
}

# The user has a directory of its own, for the root's may be closed to it.
as_user() {
  setpriv --reuid=61234 --regid=61234 --clear-groups --inh-caps=-all \
    env HOME=/tmp TMPDIR=/tmp "$@"
}

# start_sandbox [PREFIX...]: sets output and status.
start_sandbox() {
  output=$("$@" "$HUTCH" --ro-bind / / --proc /proc -- echo "the payload ran" 2>&1)
  status=$?
}

expect_start() {
  local when=$1
  shift
  start_sandbox "$@"
  [ "$status $output" = "0 the payload ran" ]
  check $? "$when: a sandbox starts"
}

expect_refusal() {
  local when=$1
  shift
  start_sandbox "$@"
  [ "$status" = 125 ]
  check $? "$when: the exit status is 125"
  [[ $output != *"the payload ran"* ]]
  check $? "$when: the payload does not run"
  grep -q '^hutch: ' <<<"$output"
  check $? "$when: the failure is told"
}

# expect_hint WHEN NAME: of the refusal before. A setting may be written with dots or slashes.
expect_hint() {
  grep -Eqi "^hutch: hint: .*${2//./[./]}" <<<"$output"
  check $? "$1: the hint names $2"
}

plan() {
  echo "1..$count"
}
