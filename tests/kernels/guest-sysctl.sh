#!/bin/bash
# Settings of the kernel that forbid user namespaces: hutch fails, and its hint names the setting.
# shellcheck source-path=SCRIPTDIR source=scenario.sh
. "${0%/*}/scenario.sh"

clone=/proc/sys/kernel/unprivileged_userns_clone
limit=/proc/sys/user/max_user_namespaces
usual=$(<"$limit")

expect_start "with the usual settings" as_user
expect_start "with the usual settings, as root"

# Debian's own switch.
if [ -e "$clone" ]; then
  echo 0 >"$clone"
  expect_refusal "unprivileged_userns_clone=0" as_user
  expect_hint "unprivileged_userns_clone=0" "kernel.unprivileged_userns_clone"
  expect_diagnosis "unprivileged_userns_clone=0" userns-forbidden-sysctl kernel.unprivileged_userns_clone as_user
  expect_start "unprivileged_userns_clone=0, as root"
  expect_health "unprivileged_userns_clone=0, as root"
  echo 1 >"$clone"
  expect_start "unprivileged_userns_clone=1" as_user
  expect_health "unprivileged_userns_clone=1" as_user
fi

echo 0 >"$limit"
expect_refusal "max_user_namespaces=0" as_user
expect_hint "max_user_namespaces=0" "user.max_user_namespaces"
expect_diagnosis "max_user_namespaces=0" userns-forbidden-sysctl user.max_user_namespaces as_user
expect_refusal "max_user_namespaces=0, as root"
expect_hint "max_user_namespaces=0, as root" "user.max_user_namespaces"
expect_diagnosis "max_user_namespaces=0, as root" userns-forbidden-sysctl user.max_user_namespaces
echo "$usual" >"$limit"
expect_start "max_user_namespaces put back" as_user

plan
