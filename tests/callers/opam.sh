#!/bin/bash
# opam: packages of a local repository, each step of which it runs in a sandbox.
# Packages: opam opam-installer bubblewrap rsync patch unzip bzip2 make gcc libc6-dev
# shellcheck disable=SC2016 # opam and the shells of the packages expand what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

mkdir -p repository/packages
echo 'opam-version: "2.0"' >repository/repo
# package NAME BUILD INSTALL REMOVE [FIELD]: shell commands, or nothing; $1 is the prefix of what is installed.
package() {
  local directory=repository/packages/$1/$1.1 step
  local -A commands=([build]=$2 [install]=${3-} [remove]=${4-})
  mkdir -p "$directory/files"
  printf '%s: "%s"\n' opam-version 2.0 maintainer caller@example.org authors caller synopsis "$1" \
    homepage https://example.org bug-reports https://example.org >"$directory/opam"
  printf '%s\n' "${5-}" >>"$directory/opam"
  for step in build install remove; do
    if [[ ${commands[$step]} ]]; then
      printf '%s\n' "${commands[$step]}" >"$directory/files/$1-$step.sh"
      printf '%s: [ "sh" "-e" "%s-%s.sh" prefix ]\n' "$step" "$1" "$step" >>"$directory/opam"
    fi
  done
}
package good 'printf "#include <stdio.h>\nint main(void) { return puts(\"compiled\") < 0; }\n" >good.c
cc -o good good.c
test "$(./good)" = compiled' 'install -D good "$1/bin/good"'
package needs-good 'good >needs-good.txt' 'install -D needs-good.txt "$1/share/needs-good.txt"' '' 'depends: "good"'
package writes-home 'echo x >/home/caller/written'
package writes-prefix 'echo x >"$1/written"'
package writes-system '' 'echo x >/usr/written'
package reaches-network 'awk "NR > 2" /proc/net/dev | grep -v lo: || { echo only the loopback; exit 1; }'
package writes-tmp 'echo x >"$TMPDIR/written"; cat "$TMPDIR/written"'
package fails 'echo because of this; exit 7'
package is-killed 'kill -KILL $$'
package looks-around 'echo "user $(id -u)"; echo "files: $(ls /home/caller /tmp | paste -sd ,)"; exit 1'

export OPAMYES=1 OPAMCOLOR=never OPAMERRLOGLEN=20
run opam init --bare --no-setup --kind=local default ./repository
is 'opam is set up, with its sandbox' "$status" 0
unlike '  without complaint' "$out" 'Sandboxing is not working|disable-sandboxing'
ok '  which is in its settings' grep -q 'sandbox.sh' .opam/config
run opam switch create here --empty
is 'a switch is made' "$status" 0
run opam install good
is 'a package is compiled, tested and installed' "$status" 0
run opam exec -- good
is '  and runs' "$out" compiled
run opam install needs-good
is 'one that depends on it finds it' "$(cat .opam/here/share/needs-good.txt)" compiled
run opam install writes-tmp
is 'a build writes to a directory for temporary files' "$status" 0
ok '  of its own' test ! -e /tmp/written
run opam install looks-around
like 'it is its user' "$out" 'user 61234'
like '  and sees the home' "$out" 'files: .*repository'

for package in writes-home writes-prefix writes-system; do
  run opam install "$package"
  is "a package that $package is not installed" "$status" 31
  like '  and opam says why' "$out" 'Read-only file system'
done
ok '  nothing was written' test ! -e written -a ! -e .opam/here/written -a ! -e /usr/written
run opam install reaches-network
like 'a build has no network' "$status $out" '^31 .*only the loopback'
run opam install fails
is 'a package whose build fails is not installed' "$status" 31
like '  opam knows its exit status' "$out" 'exit-code +7'
like '  and shows what it said' "$out" 'because of this'
run opam install is-killed
like 'nor one whose build is killed' "$status $out" '^31 .*exit-code +137'
run opam remove needs-good good
is 'packages are removed again' "$status" 0
ok '  and gone' test ! -e .opam/here/bin/good
plan
