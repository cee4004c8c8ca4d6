#!/bin/bash
# build-deb.sh FILE.dsc OUTPUT [OPTIONS...]: builds a Debian source package in a sandbox. OUTPUT is a
# new directory for what comes of it, OPTIONS are further ones of dpkg-buildpackage.
#
#   build-deb.sh sources/hello_2.10-3.dsc hello
#
# Whoever wrote the source package runs code while it is built. That code has no network, sees no
# home directory, and can write to one new directory. The packages that the build needs
# (Build-Depends) have to be installed: the system inside is that of the host, read-only.
set -eu
if [ $# -lt 2 ] || [ ! -f "$1" ]; then
  echo "usage: ${0##*/} FILE.dsc OUTPUT [OPTIONS OF dpkg-buildpackage...]" >&2
  exit 2
fi
dsc=$(realpath "$1")
mkdir "$2"
output=$(realpath "$2")
shift 2

# The profile `build` hands out the current directory and the one above it: here, both are new.
room=$(mktemp -d "$output/build.XXXXXX")
trap 'rm -rf "$room"' EXIT
mkdir "$room/tree"
cd "$room/tree"

# Inside, the build is user 0, with a fixed host name, place, umask, time zone and language. The
# sources are unpacked there, too: they are files that a stranger made.
# -b: binary packages only. -us -uc: no signatures, as the keys are not there.
# shellcheck disable=SC2016 # the shell inside expands it
hutch --profile build --ro-bind "${dsc%/*}" /sources -- sh -euc '
  dpkg-source --no-check --no-copy -x "/sources/$1" source
  shift
  cd source
  exec dpkg-buildpackage -b -us -uc "$@"
' build-deb "${dsc##*/}" "$@"

# Only plain files are taken, since a link could lead anywhere.
find . -maxdepth 1 -type f -exec mv -t "$output" {} +
