#!/bin/bash
# Debian's packages: built twice, judged by lintian, installed in a root of their own, used, removed.
# shellcheck source-path=SCRIPTDIR/.. source=../lib.sh
. "${0%/*}/lib.sh"
needs dpkg-buildpackage dh dh_apparmor lintian
limit=500

name=${ARCHIVE##*/}
name=${name%.tar.xz}
tar -xf "$ARCHIVE" "$name/tools/make-deb.sh"
# make_deb DIRECTORY [VARIABLE=VALUE...]
make_deb() {
  run env "${@:2}" sh "$name/tools/make-deb.sh" "$ARCHIVE" "$1"
  ((status == 0)) || sed 's/^/# /' "$tmp/.out" "$tmp/.err" | tail -n 25
}

# --- Building --------------------------------------------------------------------------------

# The project's own map of paths is what makes these builds alike, not Debian's.
make_deb "$PACKAGES" DEB_BUILD_OPTIONS=reproducible=-fixfilepath
returns "the packages are built, tested while at it, and lintian finds no fault" 0
like "with the tests of the build" "$out" '# PASS: +[1-9][0-9]'
is "lintian has no more to say than that there is no home page" \
  "$(grep -E '^[EWIPX]: ' "$tmp/.out" | one_line)" "P: hutch source: no-homepage-field"

make_deb "$tmp/a/second/place" LINTIAN=no KEEP_TREE=yes TZ=Asia/Tokyo LC_ALL=C.UTF-8 \
  DEB_BUILD_OPTIONS='reproducible=-fixfilepath nocheck'
returns "they are built in another place, untested" 0
for deb in "$PACKAGES"/*.deb; do
  ok "${deb##*/} has the same bytes" cmp "$deb" "$tmp/a/second/place/${deb##*/}"
done

# --- A root with dpkg in it ------------------------------------------------------------------

root=$tmp/root
hutch_deb=("$PACKAGES"/hutch_*.deb)
bwrap_deb=("$PACKAGES"/hutch-bwrap_*.deb)
mapfile -t depends < <(dpkg-deb --field "${hutch_deb[0]}" Depends | tr , '\n' | awk '{print $1}')

list_programs() {
  dpkg-query --listfiles coreutils dash diffutils dpkg libc-bin tar |
    grep -E '^(/usr)?/s?bin/[^/]+$'
}

# copy_libraries PROGRAM...: into the root, for what is installed there as far as dpkg knows.
copy_libraries() {
  ldd "$@" 2>/dev/null | awk '/=> \// {print $3} $1 ~ /^\// && / \(0x/ {print $1}' |
    sed -E 's,^/(lib|lib64)/,/usr&,' | sort -u | xargs cp -L --parents -t "$root"
}

make_root() {
  local programs
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{dev,etc,proc,tmp} \
    "$root"/var/lib/dpkg/{info,updates,triggers} "$root/packages"
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root"
  # A directory that has nothing but a package's in it goes with the package.
  touch "$root/etc/hostname"
  mapfile -t programs < <(list_programs)
  printf '%s\n' "${programs[@]}" | sed -E 's,^/s?bin/,/usr&,' | xargs cp -L --parents -t "$root"
  copy_libraries "${programs[@]}" "$(command -v hutch-in-package)"
  ln -sf dash "$root/usr/bin/sh"
  cp "$PACKAGES"/*.deb "$root/packages"
  dpkg-query --status "${depends[@]}" >"$root/var/lib/dpkg/status"
}

# in_root COMMAND...: as its root.
in_root() {
  run "$HUTCH" --bind "$root" / --proc /proc --dev /dev --clearenv \
    --setenv PATH /usr/sbin:/usr/bin -- "$@"
}

# What is there but dpkg's own records.
contents() {
  (cd "$root" && find . -path ./var/lib/dpkg -prune -o -path ./packages -prune -o -print | sort)
}

dpkg-deb --extract "${hutch_deb[0]}" "$tmp/unpacked"
mkdir "$tmp/bin"
cp "$tmp/unpacked/usr/bin/hutch" "$tmp/bin/hutch-in-package"
PATH=$tmp/bin:$PATH make_root
before=$(contents)

# --- Installed, used, removed ----------------------------------------------------------------

in_root dpkg --install "/packages/${bwrap_deb[0]##*/}"
unlike "hutch-bwrap alone is not installed" "$status" '^0$'
like "as it depends on hutch" "$err" 'depends on hutch \(='
in_root dpkg --purge hutch-bwrap
in_root dpkg --install "/packages/${hutch_deb[0]##*/}" "/packages/${bwrap_deb[0]##*/}"
returns "both are installed" 0
in_root dpkg --verify hutch hutch-bwrap
is "and complete" "$status $out" "0 "
is "nothing is set-user-ID or the like, or writable by others" \
  "$(find "$root/usr" -newer "$root/usr/bin/sh" ! -type l -perm /7022)" ""

run "$root/usr/bin/hutch" --version
is "hutch tells its version" "$out" "hutch ${name#hutch-}"
run "$root/usr/bin/hutch" --ro-bind / / true
returns "it starts a sandbox" 0
run "$root/usr/bin/hutch-seccomp" --help
returns "hutch-seccomp runs" 0
run "$root/usr/bin/hutch-wrap" --version
returns "hutch-wrap runs" 0
in_root_keep() {
  run "$HUTCH" --keep-id --bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --dir /tmp/job --chdir /tmp/job \
    -- "$@"
}
in_root_keep hutch --profile ci -- cat /usr/share/hutch/profiles/ci
is "it finds its profiles" "$status $out" "0 $(<"$root/usr/share/hutch/profiles/ci")"

usual_path=$PATH
PATH=$root/usr/libexec/hutch:$PATH
run bwrap --version
like "bwrap is found along PATH" "$out" '^bubblewrap 0\.11'
run bwrap --ro-bind / / --unshare-user id -u
is "and keeps bubblewrap's defaults" "$status $out" "0 $(id -u)"
run bwrap --no-such-option
returns "and statuses" 1
PATH=$usual_path
is "it is alone in its directory" "$(ls "$root/usr/libexec/hutch")" bwrap
ok "and a file of its own, whatever resolves links" test ! -L "$root/usr/libexec/hutch/bwrap"

in_root dpkg --remove hutch
unlike "hutch is not removed while hutch-bwrap is there" "$status" '^0$'
in_root dpkg --remove hutch-bwrap hutch
returns "both are removed" 0
is "and nothing is left" "$(diff <(echo "$before") <(contents))" ""
in_root dpkg --purge hutch-bwrap hutch
is "dpkg knows of neither" "$(in_root dpkg-query --show 'hutch*' && echo "$out")" ""

# --- With the profile for AppArmor -----------------------------------------------------------

# As they are built where AppArmor reads it.
(cd "$tmp/a/second/place/$name" && run debian/rules binary APPARMOR=yes DEB_RULES_REQUIRES_ROOT=no &&
  exit "$status")
returns "the packages are built for AppArmor 4" 0
cp "$tmp/a/second/place/${hutch_deb[0]##*/}" "$root/packages/apparmor.deb"
conffile=/etc/apparmor.d/hutch
is "the profile is a configuration file" \
  "$(dpkg-deb --info "$root/packages/apparmor.deb" conffiles)" "$conffile"
in_root dpkg --install /packages/apparmor.deb
returns "the package is installed" 0
ok "with the profile" cmp "$root$conffile" "$tmp/a/second/place/$name/packaging/apparmor/hutch"
ok "and a place for what this machine adds" test -e "$root/etc/apparmor.d/local/hutch"
echo '# changed' >>"$root$conffile"
in_root dpkg --remove hutch
ok "a profile that was changed stays when the package is removed" said changed "$root$conffile"
in_root dpkg --install /packages/apparmor.deb
ok "and when it is installed once more" said changed "$root$conffile"
in_root dpkg --purge hutch
returns "it is purged" 0
is "and nothing is left" "$(diff <(echo "$before") <(contents))" ""

plan
