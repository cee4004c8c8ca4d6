#!/bin/bash
# The shipped AppArmor profile, on a kernel that looks at user namespaces: hutch starts in the places
# that the profile names, under a restriction that keeps every other program from them.
# shellcheck source-path=SCRIPTDIR/../kernels source=../kernels/scenario.sh
. "${0%/*}/scenario.sh"

apparmor=/sys/kernel/security/apparmor

# load FILE: a compiled profile, which the kernel takes in one write only.
load() {
  dd if="${0%/*}/$1" of="$apparmor/.replace" bs=1M status=none
  check $? "$1 is loaded"
}

# restricted COMMAND...: started by a program that is under the restriction, as a shell would be.
restricted() { under hutch-test-restricted env "$@"; }

grep -qs userns_create "$apparmor/features/namespaces/mask"
check $? "AppArmor looks at user namespaces"
install -D "$HUTCH" /usr/bin/hutch
install -D "$HUTCH" /usr/libexec/hutch/bwrap
install -D "$HUTCH" /usr/bin/elsewhere

load restriction.blob
HUTCH=/usr/bin/hutch
expect_start "unrestricted" as_user
expect_refusal "restricted, without a profile" restricted
expect_hint "restricted, without a profile" "AppArmor"

load hutch.blob
output=$(cat "$apparmor/profiles")
grep -qx 'hutch (unconfined)' <<<"$output"
check $? "it is known as a profile that confines nothing"
expect_start "restricted, with the profile" restricted
expect_health "restricted, with the profile" restricted
expect_start "unrestricted, with the profile" as_user
HUTCH=/usr/libexec/hutch/bwrap
expect_start "restricted, as bwrap" restricted
HUTCH=/usr/bin/elsewhere
expect_refusal "restricted, in a place that the profile does not name" restricted

HUTCH=/usr/bin/hutch
echo -n hutch >"$apparmor/.remove"
expect_refusal "restricted, when the profile is gone" restricted

plan
