#!/bin/bash
# The machine shares every mount, as systemd has it. None of a sandbox's may get out.
# shellcheck source-path=SCRIPTDIR source=scenario.sh
. "${0%/*}/scenario.sh"

mounts() {
  cat /proc/1/mountinfo
}

grep -q ' / / .*shared:' /proc/1/mountinfo
check $? "the machine's root is shared"

before=$(mounts)
for user in as_user env; do
  "$user" "$HUTCH" --ro-bind / / --tmpfs /tmp --proc /proc --dev /dev -- sleep infinity &
  sandbox=$!
  for _ in {1..100}; do
    pgrep -x sleep >/dev/null && break
    sleep 0.1
  done
  pgrep -x sleep >/dev/null
  check $? "$user: a sandbox runs"
  output=$(diff <(echo "$before") <(mounts))
  check $? "$user: none of its mounts is seen outside"
  kill "$sandbox"
  wait "$sandbox"
  output=$(diff <(echo "$before") <(mounts))
  check $? "$user: afterwards the mounts are as before"
done

plan
