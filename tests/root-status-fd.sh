#!/bin/bash
# What --status-fd tells where the caller is root, whose capabilities bwrap leaves as they are.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=lib-status.sh
. "$here/lib-status.sh" || exit 1

mkdir bin && ln -s "$HUTCH" bin/bwrap
for options in '' --share-pid '--cap-add net_admin --uid 7'; do
  # shellcheck disable=SC2086
  tell $options -- sh -c "$looks"
  describes_itself "hutch as root${options:+ ($options)}"
done
program=("$tmp/bin/bwrap" "${base[@]}")
for options in '' --unshare-pid '--cap-drop net_admin' '--cap-drop ALL'; do
  # shellcheck disable=SC2086
  tell $options -- sh -c "$looks"
  describes_itself "bwrap as root${options:+ ($options)}"
done
like 'a set that is dropped is told as empty' "$(told started.enforced.capabilities.bounding)" '^$'
tell --unshare-user --uid 7 -- cat /proc/self/status
is '  nor does a user who is not root keep what is told' "$(told started.enforced.capabilities.permitted | wc -w) $(field CapPrm)" \
  "$(($(</proc/sys/kernel/cap_last_cap) + 1)) 0000000000000000"

groups=(setpriv --groups "1,2,3")
program=("${groups[@]}" "$HUTCH" "${base[@]}")
tell -- id -G
is 'the groups that hutch leaves are not told' "$(told started.enforced.supplementary-groups)|$out" '0|0'
program=("${groups[@]}" "$tmp/bin/bwrap" "${base[@]}")
tell -- sh -c 'awk "/^Groups/ { print NF - 1 }" /proc/self/status'
is '  those that bwrap does not leave are' "$(told started.enforced.supplementary-groups)|$out" '3|3'
program=(setpriv --reuid=61234 --regid=61234 --groups "1,2,3" "$HUTCH" "${base[@]}")
tell -- sh -c 'awk "/^Groups/ { print NF - 1 }" /proc/self/status'
is '  nor those that an ordinary user cannot leave' "$(told started.enforced.supplementary-groups)|$out" '3|3'
is '  who is told as the user that is outside' "$(told started.enforced.uid.outside) $(told started.enforced.uid.inside)" '61234 0'

plan
