#!/bin/bash
# flatpak: its own installed tests; those that start sandboxes, or all with CALLERS_FULL=1, which takes ten minutes.
# Packages: flatpak flatpak-tests bubblewrap dbus-daemon dbus-bin fuse3 python3
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

names='basic|context|exports|extensions|extra-data|info@user|instance|portal|repair|run-custom@user'
names+='|run@(user,no|system,)deltas|seccomp|unused|update-portal@user'
some="^test-($names)|^testcommon|^testlibrary"
if [[ ${CALLERS_FULL-} == 1 ]]; then
  some=.
  known 'test-history.sh ends well' 'flatpak writes its history to the journal, and none runs here'
fi
installed_tests /usr/share/installed-tests/Flatpak "$some"
plan
