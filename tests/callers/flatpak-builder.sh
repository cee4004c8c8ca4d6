#!/bin/bash
# flatpak-builder: its own installed tests, which build applications.
# Packages: flatpak flatpak-builder flatpak-builder-tests bubblewrap dbus-daemon dbus-bin fuse3
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
installed_tests /usr/share/installed-tests/flatpak-builder
plan
