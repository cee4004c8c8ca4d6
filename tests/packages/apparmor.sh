#!/bin/bash
# The AppArmor profile: read by a parser that knows its rule, and loaded into a kernel that does,
# where everything else may not make user namespaces. As whoever may write to the caches, which are
# below the current directory.
#   PACKAGES  Debian's packages
set -u -o pipefail
here=$(dirname "$(realpath "$0")")
top=$(dirname "$(dirname "$here")")
# shellcheck source-path=SCRIPTDIR/.. source=../kernels/scenario.sh
. "$top/tests/kernels/scenario.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cache=$PWD/packages-cache
profile=$top/packaging/apparmor/hutch

skip() {
  if [ "${HUTCH_MUST_WORK:-}" = 1 ]; then
    check 1 "$1: must not be skipped: $2"
  else
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
  fi
}

# --- The parser ------------------------------------------------------------------------------

major() { "$@" --version 2>/dev/null | sed -n 's/^AppArmor parser version \([0-9]*\).*/\1/p'; }

# Debian 12's parser is too old. Debian 13's is unpacked, never installed, with the libraries that it
# needs; a private set of lists finds it, and the machine's stay as they are.
fetch_parser() {
  local apt=$cache/apt keyring=(/usr/share/keyrings/debian-archive-keyring.[gp]*) uri options
  local package deb
  [ ! -e "$cache/parser" ] || return 0
  uri=$(apt-get indextargets --no-release-info --format "\$(REPO_URI)" 2>/dev/null |
    grep -E '/debian/?$' | sort -u | head -n 1)
  [ -n "$uri" ] || return 1
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  echo "deb [signed-by=${keyring[0]}] $uri trixie main" >"$apt/sources.list"
  options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt" -o "APT::Sandbox::User=$(id -un)" -qq)
  rm -rf "$cache/partial"
  mkdir "$cache/partial"
  apt-get "${options[@]}" update || return
  for package in apparmor libc6 libgcc-s1 libstdc++6; do
    (cd "$cache/partial" && apt-get "${options[@]}" download "$package/trixie") || return
  done
  for deb in "$cache"/partial/*.deb; do
    dpkg-deb --extract "$deb" "$cache/partial" && rm "$deb" || return
  done
  rm -rf "$apt"
  mv "$cache/partial" "$cache/parser"
}

# find_parser: sets parser, a command, and policy, the directory that it reads.
find_parser() {
  local unpacked=$cache/parser loader
  parser=(apparmor_parser)
  policy=/etc/apparmor.d
  [ "$(major "${parser[@]}")" -lt 4 ] 2>/dev/null || [ -z "$(major "${parser[@]}")" ] || return 0
  fetch_parser >&2 || return
  loader=$(find "$unpacked/usr" -name 'ld-linux*.so.*' | head -n 1)
  parser=("$loader" --library-path "$(dirname "$(find "$unpacked/usr" -name 'libc.so.6')")"
    "$unpacked/usr/sbin/apparmor_parser" --config-file /dev/null)
  policy=$unpacked/etc/apparmor.d
  [ -n "$(major "${parser[@]}")" ]
}

# parse ARGUMENT...: for a kernel that has what AppArmor 4.0 knows, whatever runs here.
parse() {
  "${parser[@]}" --base "$policy" --skip-cache --features-file "$policy/abi/4.0" "$@" 2>&1
}

# --- What it says of the profile -------------------------------------------------------------

look_at_profile() {
  echo "# AppArmor's parser $(major "${parser[@]}"): ${parser[*]}"
  output=$(parse --skip-kernel-load --Werror "$profile")
  check $? "the profile is read without a warning"
  output=$(parse --names "$profile")
  [ "$output" = hutch ]
  check $? "its name is hutch"
  output=$(parse --skip-kernel-load --debug "$profile")
  grep -q '^userns,' <<<"$output"
  check $? "it has the rule for user namespaces"
  sed 's/userns,/usernsx,/' "$profile" >"$work/wrong"
  ! output=$(parse --skip-kernel-load "$work/wrong")
  check $? "a rule that does not exist is noticed"
}

# --- In a machine of its own -----------------------------------------------------------------

# A stand-in for Ubuntu's restriction: user namespaces are for programs that have a profile only.
write_restriction() {
  cat <<'END'
abi <abi/4.0>,

profile hutch-test-restricted flags=(attach_disconnected) {
  /{,**} rwmlk,
  /{,**} pix,
  capability,
  dbus,
  mount,
  network,
  pivot_root,
  ptrace,
  remount,
  signal,
  umount,
  unix,
}
END
}

try_in_machine() {
  local extra=$work/extra deb=("$PACKAGES"/hutch_*.deb)
  mkdir "$extra" "$work/helpers"
  if [ ! -e "${deb[0]}" ]; then
    skip "a restricted machine" "Debian's packages were not built"
    return
  fi
  dpkg-deb --extract "${deb[0]}" "$work/hutch"
  write_restriction >"$work/restriction"
  parse --ofile "$extra/hutch.blob" "$profile" &&
    parse --ofile "$extra/restriction.blob" "$work/restriction"
  check $? "both profiles are compiled"
  cp "$here/guest-packaged.sh" "$extra"
  plan
  HUTCH=$work/hutch/usr/bin/hutch HUTCH_HELPERS=$work/helpers HUTCH_EXTRA=$extra \
    HUTCH_ONLY=guest-packaged bash "$top/tests/kernels/run" 6.12
}

if find_parser; then
  look_at_profile | tee "$work/log"
  count=$(grep -c -E '^(not )?ok ' "$work/log")
  try_in_machine | tee -a "$work/log"
else
  skip "the profile is read" "there is no parser of AppArmor 4" | tee "$work/log"
  echo "1..1"
fi
! grep -q '^not ok ' "$work/log"
