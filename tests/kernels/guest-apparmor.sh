#!/bin/bash
# AppArmor as the reason why a user namespace cannot be made or is of no use.
# The sysctl kernel.apparmor_restrict_unprivileged_userns is not in Debian's kernels. Where it is,
# it is tried; profiles that deny the same are tried in any case.
# shellcheck source-path=SCRIPTDIR source=scenario.sh
. "${0%/*}/scenario.sh"

apparmor=/sys/kernel/security/apparmor
restrict=/proc/sys/kernel/apparmor_restrict_unprivileged_userns

if [ ! -d "$apparmor" ]; then
  echo "1..0 # SKIP AppArmor is not active"
  exit 0
fi

if [ -e "$restrict" ]; then
  echo 1 >"$restrict"
  expect_refusal "restricted by the sysctl" as_user
  expect_hint "restricted by the sysctl" "kernel.apparmor_restrict_unprivileged_userns"
  expect_diagnosis "restricted by the sysctl" userns-forbidden-apparmor \
    kernel.apparmor_restrict_unprivileged_userns as_user
  echo 0 >"$restrict"
fi

# AppArmor of Linux 6.1 does not look at user namespaces yet.
if [ -e "$apparmor/features/namespaces/mask" ]; then
  load_profile hutch-test-no-userns
  expect_refusal "denied by a profile" under hutch-test-no-userns
  expect_hint "denied by a profile" "AppArmor"
  expect_diagnosis "denied by a profile" userns-forbidden-apparmor hutch-test-no-userns \
    under hutch-test-no-userns
fi

load_profile hutch-test-no-capabilities
expect_refusal "without capabilities by a profile" under hutch-test-no-capabilities
expect_diagnosis "without capabilities by a profile" userns-forbidden-apparmor \
  hutch-test-no-capabilities under hutch-test-no-capabilities
expect_start "unconfined" as_user
expect_health "unconfined" as_user

plan
