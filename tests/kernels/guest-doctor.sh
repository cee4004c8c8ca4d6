#!/bin/bash
# What --doctor says of a whole machine, and of control groups that are given to a user.
# shellcheck source-path=SCRIPTDIR source=scenario.sh
. "${0%/*}/scenario.sh"

tree=/sys/fs/cgroup
group=$tree/hutch-test
landlock=missing
grep -qw landlock /sys/kernel/security/lsm && landlock=ok

for user in as_user env; do
  diagnose "$user"
  [ "$status" = 0 ]
  check $? "$user: the exit status is 0"
  [[ $output == *"\"kernel\": \"$(uname -r)\""* ]]
  check $? "$user: the kernel's release is told"
  expect_state "$user" ok sandbox userns proc dev overlay netns timens seccomp seccomp-notify link
  expect_state "$user" "$landlock" landlock
  expect_state "$user" missing pasta slirp4netns dbus-proxy subuid subgid
done
expect_state "root" ok cgroup
[ -z "$(find "$tree" -name 'hutch-doctor*')" ]
check $? "root: no group is left"

diagnose as_user
expect_state "as_user" ok nesting
expect_state "as_user" missing cgroup
echo "+pids +memory" >"$tree/cgroup.subtree_control"
mkdir "$group"
chown 61234 "$group" "$group/cgroup.procs" "$group/cgroup.subtree_control"
echo $$ >"$group/cgroup.procs"
diagnose as_user
expect_state "in a group that is given" ok cgroup
controllers=$(<"$group/cgroup.controllers")
[ "$(diagnosis cgroup value)" = "v2${controllers:+ $controllers}" ]
check $? "in a group that is given: the value is its version and controllers"
output=$(find "$group" -mindepth 1 -type d)
[ -z "$output" ]
check $? "in a group that is given: no group is left"
echo "-pids -memory" >"$tree/cgroup.subtree_control"
echo $$ >"$tree/cgroup.procs"
rmdir "$group"
check $? "in a group that is given: nothing is left in it"

plan
