#!/bin/bash
# RPM packages: built, judged by rpmlint, compared with Debian's.
# shellcheck source-path=SCRIPTDIR/.. source=../lib.sh
. "${0%/*}/lib.sh"
needs rpm rpmbuild rpmlint
limit=400

name=${ARCHIVE##*/}
name=${name%.tar.xz}
tar -xf "$ARCHIVE" "$name/tools/make-rpm.sh" "$name/packaging"
# The tests ran for Debian's packages, and what is inside is not looked at.
run env "HOME=$tmp" sh "$name/tools/make-rpm.sh" "$ARCHIVE" "$tmp/rpm" --without check \
  --define 'optflags -O0'
returns "the packages are built, and rpmlint finds no fault" 0
((status == 0)) || sed 's/^/# /' "$tmp/.out" "$tmp/.err" | tail -n 25
like "rpmlint has nothing to say" "$out" ' 0 errors, 0 warnings'
rpms=("$tmp"/rpm/*.rpm)
is "there are a source package and two others" "${#rpms[@]}" 3

# Documents, and where zsh looks, are each distribution's own matter.
of_interest() {
  sed -E 's/\.gz$//; s,/zsh/vendor-completions/,/zsh/site-functions/,' |
    grep -v -E '^/usr/share/(doc|licenses|lintian)/' | sort
}
files_of_rpm() { rpm --query --package --list --verbose "$1" | awk '!/^d/ {print $NF}' | of_interest; }
files_of_deb() { dpkg-deb --contents "$1" | awk '!/^d/ {print substr($6, 2)}' | of_interest; }
for package in hutch hutch-bwrap; do
  rpm=("$tmp/rpm/$package"-[0-9]*."$(rpm --eval %_arch).rpm")
  deb=("$PACKAGES/${package}_"*.deb)
  if [[ -e ${deb[0]} ]]; then
    is "$package has the files of Debian's" "$(files_of_rpm "${rpm[0]}")" "$(files_of_deb "${deb[0]}")"
  else
    skip "$package has the files of Debian's" "Debian's were not built"
  fi
done

like "the profile for AppArmor is for who asks for it" \
  "$(rpmspec --parse --with apparmor "$tmp/$name/packaging/hutch.spec")" \
  '%config\(noreplace\) /etc/apparmor.d/hutch'

plan
