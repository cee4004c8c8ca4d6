#!/bin/sh
# make-deb.sh ARCHIVE DIRECTORY: builds Debian's packages out of the release archive, by the rules
# that it holds, and has lintian judge them. They are left in DIRECTORY.
#   DEB_BUILD_OPTIONS=nocheck  runs no tests while building
#   LINTIAN=no                 does without that judgement
#   KEEP_TREE=yes              leaves the tree, built, beside them
set -eu
archive=$(realpath "$1")
directory=$2
has() { command -v "$1" >/dev/null; }
if ! { has dpkg-buildpackage && has dh && has dh_apparmor; } ||
  ! { [ "${LINTIAN:-}" = no ] || has lintian; }; then
  echo "make-deb.sh: a tool of these is missing: dpkg-dev debhelper dh-apparmor lintian" >&2
  exit 1
fi

name=$(basename "$archive" .tar.xz)
rm -rf "$directory"
mkdir -p "$directory"
cd "$directory"
cp "$archive" "hutch_${name#hutch-}.orig.tar.xz"
tar -xf "$archive"
cp -R "$name/packaging/debian" "$name/debian"
(cd "$name" && dpkg-buildpackage --unsigned-source --unsigned-changes)
if [ "${LINTIAN:-}" != no ]; then
  lintian --display-info --pedantic --fail-on error,warning --allow-root ./*.changes
fi
[ "${KEEP_TREE:-}" = yes ] || rm -rf "$name"
