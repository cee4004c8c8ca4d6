# shellcheck shell=bash
# What the scripts of the callers share: TAP on stdout.
#
#   ok SENTENCE COMMAND...       passes when COMMAND succeeds
#   is SENTENCE GOT WANTED       like SENTENCE GOT REGEX       unlike SENTENCE GOT REGEX
#   run COMMAND...               leaves $status and $out, which is stdout and stderr
#   known SENTENCE REASON        a result that fails here on any bwrap, and why; it is a failure when it passes, or is
#                                never seen
#   installed_tests DIRECTORY [REGEX]   runs Debian's installed tests, or those whose name matches, each with a session
#                                bus of its own
#   plan                         ends every script
set -u
umask 022
exec </dev/null

tests=0 failed=0 status=0 out=''
declare -A reasons=() seen=()

known() { reasons[$1]=$2; }

# Good is 1, 0, or "skip" with the reason as the detail.
result() {
  local good=$1 sentence=$2 detail=$3
  tests=$((tests + 1))
  seen[$sentence]=1
  if [[ ${reasons[$sentence]-} ]]; then
    if [[ $good == 0 ]]; then
      good='skip' detail="known: ${reasons[$sentence]}"
    elif [[ $good == 1 ]]; then
      good=0 detail="is known to fail, but passes: ${reasons[$sentence]}"
    fi
  fi
  case $good in
    1) printf 'ok %d - %s\n' "$tests" "$sentence" ;;
    skip) printf 'ok %d - %s # SKIP %s\n' "$tests" "$sentence" "$detail" ;;
    *)
      failed=$((failed + 1))
      printf 'not ok %d - %s\n' "$tests" "$sentence"
      # shellcheck disable=SC2001 # many lines
      sed 's/^/#   /' <<<"$detail"
      ;;
  esac
}

run() {
  out=$(timeout -k 2 "${limit:-60}" "$@" 2>&1)
  status=$?
}

ok() {
  local sentence=$1 good=1
  shift
  "$@" >/dev/null 2>&1 || good=0
  result "$good" "$sentence" "failed: $*"$'\n'"last run: status $status"$'\n'"$out"
}

about() {
  printf 'got:    %s\nwanted: %s\n' "$1" "$2"
  if [[ $1 != "$out" ]]; then printf 'last run: status %s\n%s\n' "$status" "$out"; fi
}
is() { result "$([[ $2 == "$3" ]] && echo 1 || echo 0)" "$1" "$(about "$2" "$3")"; }
like() { result "$([[ $2 =~ $3 ]] && echo 1 || echo 0)" "$1" "$(about "$2" "/$3/")"; }
unlike() { result "$([[ $2 =~ $3 ]] && echo 0 || echo 1)" "$1" "$(about "$2" "not /$3/")"; }

# Takes over the results of a test that printed TAP to FILE and ended with STATUS.
adopt() {
  local test=$1 file=$2 ended=$3 points=0 bad=0 line sentence
  while IFS= read -r line; do
    sentence="$test: $(sed -E 's/^(not )?ok *[0-9]* *-? *//; s/ *# *(SKIP|skip).*//' <<<"$line")"
    points=$((points + 1))
    case $line in
      *'# SKIP'* | *'# skip'*) result skip "$sentence" "${line#*#?????}" ;;
      ok*) result 1 "$sentence" '' ;;
      *)
        bad=$((bad + 1))
        result 0 "$sentence" "$(tail -n 40 "$file")"
        ;;
    esac
  done < <(grep -E '^(not )?ok\b' "$file")
  if ((ended == 77)) || grep -q '^1\.\.0 ' "$file"; then
    result skip "$test" "$(grep -m 1 '^1\.\.0' "$file")"
  elif ((ended != 0 && bad == 0)); then
    result 0 "$test ends well" "ended with $ended after $points results"$'\n'"$(tail -n 40 "$file")"
  elif ((points == 0)); then
    result 0 "$test ends well" "no result"
  fi
}

# Two at a time, as each mostly waits. A test looks for what leads out of its directory, so its output is not kept near.
installed_tests() {
  local directory=$1 pattern=${2-.} work=$TMPDIR/installed test file files ended seconds
  mkdir -p "$work" results
  # The longest is among the last.
  mapfile -t files < <(printf '%s\n' "$directory"/*.test | sort -r)
  for file in "${files[@]}"; do
    test=$(basename "$file" .test)
    if [[ ! $test =~ $pattern ]]; then continue; fi
    # As when they are run after a build: more than one program may use the directory.
    mkdir "$work/$test" && touch "$work/$test/.testtmp"
    printf '%s\0%s\0' "$test" "$(sed -n 's/^Exec=//p' "$file")"
  done >results/.list
  # shellcheck disable=SC2016 # the inner shell expands it
  xargs -0 -n 2 -P 2 bash -c '
    results=$PWD/results from=$EPOCHSECONDS
    cd "$1/$2" || exit 1
    timeout -k 5 200 dbus-run-session -- sh -c "$3" >"$results/$2.log" 2>&1
    echo "$? $((EPOCHSECONDS - from))" >"$results/$2.end"' - "$work" <results/.list
  for file in results/*.end; do
    test=$(basename "$file" .end)
    read -r ended seconds <"$file"
    printf '# %s: %d s\n' "$test" "$seconds"
    adopt "$test" "results/$test.log" "$ended"
  done
}

plan() {
  local sentence
  for sentence in "${!reasons[@]}"; do
    [[ ${seen[$sentence]-} ]] || result 0 "$sentence" 'is known to fail, but was not seen'
  done
  printf '1..%d\n' "$tests"
  ((failed == 0))
  exit
}
