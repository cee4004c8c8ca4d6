#!/bin/sh
# make-rpm.sh ARCHIVE DIRECTORY [OPTION...]: builds RPM packages, source and binary, out of the
# release archive, by the spec that it holds, and has rpmlint judge them where that is installed.
# They are left in DIRECTORY. The options are rpmbuild's.
set -eu
if ! command -v rpmbuild >/dev/null; then
  echo "make-rpm.sh: rpmbuild is not installed" >&2
  exit 1
fi
archive=$(realpath "$1")
name=$(basename "$archive" .tar.xz)
rm -rf "$2"
mkdir -p "$2/SOURCES"
cd "$2"
shift 2
cp "$archive" SOURCES
tar -xf "$archive" --strip-components=2 "$name/packaging/hutch.spec" "$name/packaging/rpmlint.toml"
# Where packages are not RPM's, it knows of none that the build requires, nor of debugging symbols.
if [ ! -e /etc/redhat-release ] && ! grep -qs suse /etc/os-release; then
  set -- --nodeps --define 'debug_package %{nil}' "$@"
fi
rpmbuild -ba --define "_topdir $PWD" "$@" hutch.spec
find RPMS SRPMS -name '*.rpm' -exec mv -t . {} +
if command -v rpmlint >/dev/null; then
  rpmlint --config rpmlint.toml hutch.spec ./*.rpm
fi
rm -rf BUILD BUILDROOT RPMS SOURCES SRPMS hutch.spec rpmlint.toml
