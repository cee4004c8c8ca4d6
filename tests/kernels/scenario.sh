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

# load_profile NAME: into AppArmor, in the place of one of that name.
load_profile() {
  local blob=/tmp/$1.profile
  # The kernel takes a profile in one write only.
  /usr/bin/python3 "$(dirname "$0")/apparmor-profile.py" "$1" >"$blob" &&
    dd if="$blob" of=/sys/kernel/security/apparmor/.replace bs=1M status=none
  check $? "the profile $1 is loaded"
}

# under PROFILE COMMAND...: as an ordinary user, COMMAND is executed under the profile.
under() {
  # shellcheck disable=SC2016  # The inner shell expands it.
  as_user bash -c 'echo "exec $0" >/proc/self/attr/apparmor/exec && exec "$@"' "$@"
}

# diagnose [PREFIX...]: what --doctor says; sets output and status.
diagnose() {
  output=$("$@" "$HUTCH" --doctor --json 2>&1)
  status=$?
}

# diagnosis NAME FIELD: what the last one says of a check.
diagnosis() {
  sed -n "/\"name\": \"$1\"/,/}/s/^ *\"$2\": \"\\(.*\\)\",*\$/\\1/p" <<<"$output"
}

# expect_state WHEN STATE NAME...: of checks in the last one.
expect_state() {
  local when=$1 state=$2 name
  shift 2
  for name; do
    [ "$(diagnosis "$name" state)" = "$state" ]
    check $? "$when: --doctor says of $name: $state"
  done
}

# expect_diagnosis WHEN CODE REMEDY [PREFIX...]: no sandbox works, and neither do user namespaces.
expect_diagnosis() {
  local when=$1 code=$2 remedy=$3 name
  shift 3
  diagnose "$@"
  [ "$status" = 1 ]
  check $? "$when: the exit status of --doctor is 1"
  expect_state "$when" failed sandbox userns
  for name in sandbox userns; do
    [ "$(diagnosis "$name" code)" = "$code" ]
    check $? "$when: the code of $name is $code"
    [[ $(diagnosis "$name" remedy) == *"$remedy"* ]]
    check $? "$when: the remedy of $name names $remedy"
  done
  expect_state "$when" ok seccomp seccomp-notify link
}

# expect_health WHEN [PREFIX...]
expect_health() {
  local when=$1
  shift
  diagnose "$@"
  [ "$status" = 0 ]
  check $? "$when: the exit status of --doctor is 0"
  expect_state "$when" ok sandbox userns
}

# expect_code WHEN CODE ERRNO [PREFIX...]: the failure as a program reads it. More options for the
# sandbox come from the array $options.
expect_code() {
  local when=$1 code=$2 error=$3 record
  shift 3
  record=$(mktemp)
  output=$("$@" "$HUTCH" --error-fd 9 --ro-bind /usr /usr ${options+"${options[@]}"} -- echo "the payload ran" 2>&1 9>"$record")
  status=$?
  output+=$'\n'$(<"$record")
  [[ $status == 125 && $(<"$record") == "{\"code\": \"$code\", \"status\": 125, "*"\"errno\": \"$error\", "* ]]
  check $? "$when: the code is $code"
  rm -f "$record"
}

plan() {
  echo "1..$count"
}
