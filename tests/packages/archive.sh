#!/bin/bash
# The release archive: the same bytes, whoever makes it, where, when and by what umask.
# shellcheck source-path=SCRIPTDIR/.. source=../lib.sh
. "${0%/*}/lib.sh"
needs autoreconf make xz
limit=300
export TZ=UTC
long_ago=981173106

# What an archive says of its files: modes, owners, dates.
list() { tar --numeric-owner --full-time -tvf "$1"; }

name=${ARCHIVE##*/}
name=${name%.tar.xz}
version=${name#hutch-}
date=$(list "$ARCHIVE" | awk 'NR == 1 {print $4, $5}')
is "every file has one owner and one date" \
  "$(list "$ARCHIVE" | awk '{print $2, $4, $5}' | sort -u)" "0/0 $date"
is "and no mode that depends on the umask" \
  "$(list "$ARCHIVE" | awk '{print $1}' | sort -u | one_line)" "-rw-r--r-- -rwxr-xr-x drwxr-xr-x"
is "the files are sorted" "$(list "$ARCHIVE" | awk '{print $6}' | sed 's,/$,,')" \
  "$(list "$ARCHIVE" | awk '{print $6}' | sed 's,/$,,' | tr / '\1' | sort | tr '\1' /)"

tar -xf "$ARCHIVE"
is "the changelog of Debian's packages has the same version" \
  "$(sed -n '1s/^hutch (\(.*\)-[^-]*) .*/\1/p' "$name/packaging/debian/changelog")" "$version"
is "and so has the spec" "$(awk '$1 == "Version:" {print $2}' "$name/packaging/hutch.spec")" "$version"

# Once more from what was unpacked, in another place and at another time, by another umask, after
# everything that is generated was made anew.
cat >again <<'END'
set -e
umask 077
chmod -R go= "$1"
find "$1" -exec touch -d "@$2" {} +
cd "$1"
rm -f configure Makefile.in
autoreconf --install --force
mkdir build
cd build
../configure -q CFLAGS=-O0
make -s dist
END
SOURCE_DATE_EPOCH=$(date -d "$date" +%s) run env TZ=Asia/Tokyo sh again "$name" "$long_ago"
returns "a second archive is made" 0
ok "of the same bytes" cmp "$ARCHIVE" "$name/build/$name.tar.xz"
cmp -s "$ARCHIVE" "$name/build/$name.tar.xz" ||
  diff <(list "$ARCHIVE") <(list "$name/build/$name.tar.xz") | sed 's/^/# /'

is "SOURCE_DATE_EPOCH is the date" "$(SOURCE_DATE_EPOCH=7 sh "$name/tools/release-date.sh" "$name")" 7
touch -d "@$long_ago" "$name/configure.ac"
is "without it, and without git, the files keep theirs" \
  "$(sh "$name/tools/release-date.sh" "$name")" "$long_ago"

plan
