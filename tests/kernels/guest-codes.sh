#!/bin/bash
# The codes of failures that a machine's settings bring about.
# shellcheck source-path=SCRIPTDIR source=scenario.sh
. "${0%/*}/scenario.sh"

clone=/proc/sys/kernel/unprivileged_userns_clone
limit=/proc/sys/user/max_user_namespaces
apparmor=/sys/kernel/security/apparmor
restrict=/proc/sys/kernel/apparmor_restrict_unprivileged_userns
before=/hutch/initramfs

# Debian's own switch, and that of every kernel.
if [ -e "$clone" ]; then
  echo 0 >"$clone"
  expect_code "unprivileged_userns_clone=0" userns-forbidden-sysctl EPERM as_user
  echo 1 >"$clone"
  expect_start "unprivileged_userns_clone=1" as_user
fi
usual=$(<"$limit")
echo 0 >"$limit"
expect_code "max_user_namespaces=0" userns-forbidden-sysctl ENOSPC as_user
expect_code "max_user_namespaces=0, as root" userns-forbidden-sysctl ENOSPC env
echo "$usual" >"$limit"
expect_start "max_user_namespaces put back" as_user

if [ -d "$apparmor" ]; then
  if [ -e "$restrict" ]; then
    echo 1 >"$restrict"
    expect_code "restricted by AppArmor's sysctl" userns-forbidden-apparmor EPERM as_user
    echo 0 >"$restrict"
  fi
  # AppArmor of Linux 6.1 does not look at user namespaces yet.
  if [ -e "$apparmor/features/namespaces/mask" ]; then
    load_profile hutch-test-no-userns
    expect_code "denied by a profile" userns-forbidden-apparmor EACCES under hutch-test-no-userns
  fi
  load_profile hutch-test-no-capabilities
  expect_code "without capabilities by a profile" userns-forbidden-apparmor EPERM under hutch-test-no-capabilities
  load_profile hutch-test-no-mounts
  expect_code "without mounts by a profile" mount-forbidden EACCES under hutch-test-no-mounts
  expect_start "unconfined" as_user
else
  echo "# AppArmor is not active"
fi

if "$HUTCH_HELPERS/landlocked" true; then
  expect_code "in a Landlock domain" landlocked EPERM as_user "$HUTCH_HELPERS/landlocked"
else
  echo "# Landlock is not active"
fi

# What init tried before it left the initramfs.
output=$(cat "$before/status" "$before/record" "$before/err" "$before/out" 2>&1)
[[ $(<"$before/status") == 125 && $(<"$before/record") == *'"code": "root-unpivotable", "status": 125, '* ]]
check $? "in an initramfs: the code is root-unpivotable"
grep -q '^hutch: hint: .*ramfs' "$before/err"
check $? "in an initramfs: the hint names it"

plan
