#!/bin/bash
# GNU hello from Debian's source, as a package. It is fetched, and its build wants debhelper;
# `make check-examples` runs this.
# shellcheck source-path=SCRIPTDIR source=lib-examples.sh
. "$(dirname "$0")/lib-examples.sh" || exit 1

needs apt-get cc dh dpkg-buildpackage
# shellcheck disable=SC2034 # run reads it
limit=240

project
unpack_hello hello-2.10
cd hello-2.10 || exit 1
run "$HUTCH" --profile build -- dpkg-buildpackage -b -us -uc
if grep -q 'Unmet build dependencies' <<<"$err"; then
  skip 'build: hello is built' "$(grep 'Unmet build dependencies' <<<"$err")"
else
  returns 'build: hello is built' 0
  like '  into a package' "$(echo ../hello_*.deb)" 'hello_2[^ ]*\.deb$'
  is '  whose files belong to root' "$(dpkg-deb --contents ../hello_*.deb | awk '{print $2}' | sort -u)" root/root
  dpkg-deb -x ../hello_*.deb ../unpacked
  run ../unpacked/usr/bin/hello
  is '  and run' "$out" 'Hello, world!'
fi

plan
