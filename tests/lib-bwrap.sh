# shellcheck shell=bash
# For the tests of what callers of `bwrap` rely on; to be read after lib.sh. They test hutch under
# that name, or another program that TEST_BWRAP names. One that is older than the contract lacks
# some of it: those tests are skipped then, and only then.
#
#   bw OPTIONS... -- COMMAND    run $BWRAP with the files of the host, read-only
#   start OPTIONS... -- COMMAND the same in the background, output in the file log; leaves $pid
#   field NAME                  of the /proc/PID/status that is in $out
#   bw_fails SENTENCE TEXT ARGS...   bw ARGS... ends with 1, prints nothing but `bwrap: TEXT`
#   bwrap_has OPTION            whether --help names it
#   knows OPTION SENTENCE       the same; if not, SENTENCE is skipped, or fails
#   older VERSION               whether TEST_BWRAP is older than that
#   same_probe EXPECTED         what data/bwrap/contract-probe.sh prints, block by block
#   pass_over SENTENCE REASON   what a TEST_BWRAP may do differently; fails without one
#
# The payload of a command line that must fail is `echo ran`.
# shellcheck disable=SC2034,SC2154 # what lib.sh sets, and what the scripts use

if [[ ${TEST_BWRAP-} ]]; then
  BWRAP=$TEST_BWRAP
  [[ -x $BWRAP ]] || skip_all "$BWRAP is not here"
else
  BWRAP=$tmp/bin/bwrap
  mkdir "$tmp/bin" && ln -s "$HUTCH" "$BWRAP" || exit 1
fi
export BWRAP
# One time limit for everything: a sandbox that waits for ever must not hold up the rest.
# shellcheck disable=SC2034 # run uses it
limit=10
bwrap_help=$("$BWRAP" --help 2>/dev/null)
bwrap_version=$("$BWRAP" --version 2>/dev/null)
bwrap_version=${bwrap_version#* }

bw() { run "$BWRAP" --ro-bind / / "$@"; }

start() {
  : >log
  "$BWRAP" --ro-bind / / "$@" <&0 >log 2>&1 &
  pid=$!
}

bw_fails() {
  local sentence=$1 text=$2
  shift 2
  bw "$@"
  is "$sentence" "$status|$out|$err" "1||bwrap: $text"
}

bwrap_has() { grep -qE -- "^ +$1( |\$)" <<<"$bwrap_help"; }

older() {
  [[ ${TEST_BWRAP-} && $bwrap_version != "$1" ]] &&
    printf '%s\n' "$bwrap_version" "$1" | sort -CV
}

knows() {
  if bwrap_has "$1"; then return 0; fi
  pass_over "$2" "--help does not name $1"
  return 1
}

pass_over() {
  if [[ ${TEST_BWRAP-} ]]; then
    tests=$((tests + 1))
    printf 'ok %d - %s # SKIP bubblewrap %s: %s\n' "$tests" "$1" "$bwrap_version" "$2"
  else
    result 0 "$1" "$2"
  fi
}

# block TITLE FILE: the lines below that title.
block() { awk -v title="$1" '/^---/ {on = $0 == title} on && $0 != title' "$2"; }
same_probe() {
  local title expected=$here/data/bwrap/$1
  timeout -k 2 60 bash "$here/data/bwrap/contract-probe.sh" "$BWRAP" >printed 2>printed.err
  is 'the probe has nothing to complain about' "$? $(<printed.err)" '0 '
  while IFS= read -r title; do
    if older 0.11.1 && [[ $title == *' --version'* || $title == *' --argv0 '* ]]; then
      pass_over "probe: $title" 'the expected output is that of 0.11.1'
    elif [[ $title == *': '* ]]; then
      is "probe: ${title%%: *}" "$(grep -F -- "${title%%: *}: " printed)" "$title"
    else
      is "probe: $title" "$(block "$title" printed)" "$(block "$title" "$expected")"
    fi
  done < <(grep '^---' "$expected")
}

words() { printf '%s\0' "$@"; }

