#!/bin/bash
# The cgroup namespace on a machine whose cgroup v2 tree is its own.
# shellcheck source-path=SCRIPTDIR source=scenario.sh
. "${0%/*}/scenario.sh"

tree=/sys/fs/cgroup
group=$tree/hutch-test

grep -qw memory "$tree/cgroup.controllers" && grep -qw pids "$tree/cgroup.controllers"
check $? "cgroup v2 is there with its controllers"

mkdir "$group"
echo $$ >"$group/cgroup.procs"
inside() {
  output=$(as_user "$HUTCH" --ro-bind / / --proc /proc "$@" -- cat /proc/self/cgroup 2>&1)
}

inside
[ "$output" = "0::/" ]
check $? "inside, the caller's cgroup is the root"

inside --share-cgroup
[ "$output" = "0::/hutch-test" ]
check $? "--share-cgroup shows the machine's tree"

echo $$ >"$tree/cgroup.procs"
[ "$(grep populated "$group/cgroup.events")" = "populated 0" ]
check $? "nothing of the sandboxes is left in the caller's cgroup"
rmdir "$group"

plan
