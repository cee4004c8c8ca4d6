#!/bin/bash
# Runs bubblewrap's own tests, as they are, against a binary: as an ordinary user, and as root too when started by root.
#
#   BWRAP=/path/to/bwrap          what to test; the name must be bwrap
#   BUBBLEWRAP_SOURCE=DIR         an unpacked source package; without it one is fetched through apt
#   BUBBLEWRAP_RELEASE=NAME       the Debian release to fetch it from (default: those that apt is set up for)
#   BUBBLEWRAP_LOGS=DIR           keeps what the tests wrote
#   REFERENCE=/path/to/bwrap      a bubblewrap to compare with: what fails against it too is not held against BWRAP
#
# Prints one TAP line for each test, and how many of them passed, failed and were skipped. Nothing of bubblewrap
# is built but the small program that its seccomp test runs inside.
set -u
umask 022
export LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

scripts=(test-run.sh test-sandbox.py test-seccomp.py test-specifying-pidns.sh test-specifying-userns.sh)

# Tests of bubblewrap 0.12 for what 0.11 did otherwise: a link as a destination is to be followed inside.
on_purpose=' test_bind_to_symlink_dest_fails test_bind_to_symlink_dest_fails_file test_bind_fd_to_symlink_dest_fails '

skip_all() {
  if [[ ${HUTCH_MUST_WORK-} == 1 ]]; then
    printf 'not ok 1 - %s # must not be skipped\n1..1\n' "$1"
    exit 1
  fi
  printf '1..0 # SKIP %s\n' "$1"
  exit 0
}

bwrap=$(command -v "${BWRAP:-bwrap}") || skip_all 'there is no bwrap'
bwrap=$(cd "$(dirname "$bwrap")" && pwd)/${bwrap##*/}
[[ ${bwrap##*/} == bwrap ]] || skip_all "$bwrap is not called bwrap"

# The tests cover /tmp, so nothing that they need may be there.
room=$(mktemp -d /var/tmp/bubblewrap-tests.XXXXXX) || exit 1
trap 'cd / && chmod -R u+rwx "$room" && rm -rf "$room"' EXIT
chmod 755 "$room"
logs=${BUBBLEWRAP_LOGS:-$room/logs}
mkdir -p "$logs" "$room"/{fetched,stubs,python,bin,source,build/tests} || exit 1
logs=$(cd "$logs" && pwd)

# apt with lists of its own, which name the source packages of the archives that the machine uses. Of two that have the
# same version apt takes the first: sorted like this, the main archive comes before that of security updates.
fetch_source() {
  local apt=$room/apt uri release component signed='' keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  local options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  if [[ -r $keyring ]]; then signed="[signed-by=$keyring]"; fi
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    sort -u | while read -r uri release component; do
    [[ -z ${BUBBLEWRAP_RELEASE-} || $release == *-* ]] || release=$BUBBLEWRAP_RELEASE
    [[ -z ${BUBBLEWRAP_RELEASE-} || $release == "$BUBBLEWRAP_RELEASE" ]] || continue
    echo "deb-src $signed $uri $release $component"
  done | sort -ru >"$apt/sources.list"
  [[ -s $apt/sources.list ]] || return 1
  timeout 300 apt-get "${options[@]}" -q update || return 1
  # A package whose description is gone can still have its tarball, which apt has compared with its list.
  (cd "$room/fetched" && timeout 300 apt-get "${options[@]}" -q source --download-only bubblewrap)
  if compgen -G "$room/fetched/*.dsc" >/dev/null && command -v dpkg-source >/dev/null; then
    dpkg-source -x "$room"/fetched/*.dsc "$room/fetched/tree" || return 1
  else
    mkdir "$room/fetched/tree" && tar -C "$room/fetched/tree" --strip-components=1 -xf "$room"/fetched/*.orig.tar.* ||
      return 1
  fi
}

if [[ ${BUBBLEWRAP_SOURCE-} ]]; then
  source=$BUBBLEWRAP_SOURCE
else
  command -v apt-get >/dev/null || skip_all 'there is no apt-get to fetch the tests with'
  fetch_source >"$logs/fetch.log" 2>&1 || skip_all 'the source package of bubblewrap cannot be fetched'
  source=$room/fetched/tree
fi
[[ -f $source/tests/test-run.sh ]] || skip_all "$source has no tests"
cp -R "$source/tests" "$room/source/"
cc -w -o "$room/build/tests/try-syscall" "$source/tests/try-syscall.c" || skip_all 'try-syscall cannot be compiled'

# libseccomp for Python, unpacked if it is not installed.
if ! /usr/bin/python3 -c 'import seccomp' 2>/dev/null; then
  (cd "$room/fetched" && timeout 120 apt-get -q -o APT::Sandbox::User=root download python3-seccomp &&
    dpkg -x python3-seccomp_*.deb tree-python &&
    cp -R tree-python/usr/lib/python3/dist-packages/. "$room/python/") >"$logs/python.log" 2>&1
fi
printf '#!/bin/sh\n' >"$room/stubs/strace" && chmod +x "$room/stubs/strace"

passed=0 failed=0 skipped=0
declare -A fails_there=()
tap() {
  printf '%s %d - %s\n' "$1" "$((passed + failed + skipped))" "$2"
}
pass() { passed=$((passed + 1)) && tap ok "$1"; }
fail() { failed=$((failed + 1)) && tap 'not ok' "$1"; }
skip() { skipped=$((skipped + 1)) && tap ok "$1 # SKIP $2"; }

# One line of a test script's TAP, whose manners differ from version to version.
count_line() {
  local label=$1 line=$2 name reason
  name=$(sed -E 's/^(not )?ok *[0-9]* *(- )?//' <<<"$line")
  if [[ $line =~ ^ok.*'# SKIP' ]]; then
    reason=${name#*# SKIP}
    name=${name%%# SKIP*}
    skip "$label: ${name:-a test of it}" "${reason# }"
  elif [[ $line == ok* ]]; then
    pass "$label: $name"
  elif [[ ${fails_there[$label: $name]-} ]]; then
    skip "$label: $name" 'fails against the reference too'
  elif [[ $on_purpose == *" $name "* ]]; then
    skip "$label: $name" 'another result is wanted: the link is followed inside'
  else
    fail "$label: $name"
  fi
}

# One script as one user. ${as[@]} becomes that user.
run_script() {
  local who=$1 script=$2 label=$1/$2 limit=40 path=$PATH status line count=0
  local out=$logs/$who-$script.out err=$logs/$who-$script.err
  [[ -f $room/source/tests/$script ]] || return 0
  if [[ $script == test-run.sh ]]; then
    limit=300
    if ((hide_strace)); then path=$room/stubs:$path; fi
  fi
  local interpreter=bash
  if [[ $script == *.py ]]; then interpreter=/usr/bin/python3; fi
  (cd / && exec timeout -k 5 "$limit" "${as[@]}" env -i PATH="$path" HOME="$room/home-$who" \
    PYTHONPATH="$room/python" PYTHONDONTWRITEBYTECODE=1 BWRAP="$binary" BWRAP_MUST_WORK=1 \
    G_TEST_SRCDIR="$room/source" G_TEST_BUILDDIR="$room/build" \
    "$interpreter" "$room/source/tests/$script" </dev/null >"$out" 2>"$err")
  status=$?
  while read -r line; do
    case $line in
      ok* | 'not ok'*) count=$((count + 1)) && count_line "$label" "$line" ;;
      '1..0'*) count=$((count + 1)) && skip "$label" "${line#*SKIP }" ;;
    esac
  done <"$out"
  # A script of unit tests that failed has said which; a shell script stops at its first failure.
  if ((status != 0)) && ! grep -q '^not ok' "$out"; then
    fail "$label: ended with status $status after $count tests"
    grep -v '^+* *\(test_count=\|echo ok\)' "$err" | tail -12 | sed 's/^/# /'
  elif ((count == 0)); then
    fail "$label: nothing was tested"
  elif ((status != 0)); then
    tail -25 "$err" | sed 's/^/# /'
  fi
  # What the scripts leave behind.
  grep -ohE '/(var/tmp/tap-test\.|tmp/bwrap-test-)[A-Za-z0-9]{6,8}' "$err" | sort -u | while read -r line; do
    chmod -R u+rwx "$line" 2>/dev/null
    rm -rf "$line"
  done
}

# One of the tests makes the 39th prctl of a process fail. A binary that makes fewer is not concerned by it.
makes_few_prctls() {
  command -v strace >/dev/null || return 1
  timeout 20 "${as[@]}" strace -o /dev/null -f -e trace=prctl -e fault=prctl:when=39 \
    "$binary" --bind / / --tmpfs /tmp --die-with-parent true </dev/null >/dev/null 2>&1
}

run_as() {
  local who=$1 hide_strace=0 script
  local binary=$bwrap
  if ! "${as[@]}" test -x "$binary"; then
    cp -L "$bwrap" "$room/bin/bwrap" && chmod 755 "$room/bin/bwrap"
    binary=$room/bin/bwrap
  fi
  if makes_few_prctls; then
    hide_strace=1
    echo "# as $who, $binary makes fewer than 39 calls of prctl: without strace, the test that counts them is skipped"
  fi
  for script in "${scripts[@]}"; do run_script "$who" "$script"; done
}

if [[ ${REFERENCE-} ]]; then
  env -u REFERENCE "BWRAP=$REFERENCE" "BUBBLEWRAP_SOURCE=$source" "BUBBLEWRAP_LOGS=$logs/reference" \
    bash "$0" >"$room/reference.tap"
  while read -r line; do
    fails_there[${line#not ok * - }]=1
  done < <(grep '^not ok' "$room/reference.tap")
  echo "# reference: $("$REFERENCE" --version 2>&1 | head -1), $REFERENCE: $(tail -1 "$room/reference.tap")"
fi
echo "# $("$bwrap" --version 2>&1 | head -1), $bwrap"
if ((EUID == 0)); then
  uid=$((61300 + $$ % 1000))
  mkdir -m 700 "$room/home-user" && chown "$uid:$uid" "$room/home-user"
  as=(setpriv "--reuid=$uid" "--regid=$uid" --clear-groups --)
  run_as user
  mkdir -m 700 "$room/home-root"
  as=(env)
  run_as root
else
  mkdir -m 700 "$room/home-user"
  as=(env)
  run_as user
  skip root 'not started by root'
fi
printf '1..%d\n# %d passed, %d failed, %d skipped\n' "$((passed + failed + skipped))" "$passed" "$failed" "$skipped"
((failed == 0))
