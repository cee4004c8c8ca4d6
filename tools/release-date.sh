#!/bin/sh
# release-date.sh [ROOT]: the date of every file in the release archive, in seconds since 1970:
# SOURCE_DATE_EPOCH if that is set, the last commit's date in a checkout, and in an unpacked release
# the date that its files have already.
set -eu
root=${1:-.}
if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
  echo "$SOURCE_DATE_EPOCH"
elif [ -e "$root/.git" ] && command -v git >/dev/null; then
  # Whoever owns the checkout: this only reads a date.
  git -c safe.directory='*' -C "$root" log -1 --format=%ct
else
  stat -c %Y "$root/configure.ac"
fi
