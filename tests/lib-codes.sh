# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.sh sets what is used here
# For the scripts that look at the codes of failures. Sourced after lib.sh.
#
#   fails CODE STATUS OPTION ERRNO REMEDY ARGS...
#       hutch ARGS... fails so: OPTION is "INDEX WORDS" as typed, or -; ERRNO a name, or -;
#       REMEDY a pattern of the advice, - for none, or any. --error-fd comes before ARGS as option 0.
#   via=(COMMAND...)       what starts hutch, until it is set again
#   helps SENTENCE ARGS... the same command line with what was advised runs its payload, `echo ran`
#   tidy                   at the end: what all the messages have in common

via=()
said_all=$tmp/said-all
: >"$said_all"

# Member by member, each ended by a NUL; null is a dash.
read_record='
import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
failure = json.loads(text)
assert text.endswith("\n") and text.count("\n") == 1, "not one line"
assert list(failure) == ["code", "status", "option", "call", "errno", "message", "remedy"], list(failure)
option = failure["option"]
if option:
    assert list(option) == ["index", "words", "origin"] and option["origin"] is None, option
    failure["option"] = " ".join([str(option["index"])] + option["words"])
for value in failure.values():
    sys.stdout.write("-" if value is None else str(value))
    sys.stdout.write("\0")'

error=()
run_for_record() {
  : >"$tmp/record"
  run ${via+"${via[@]}"} "$HUTCH" --error-fd 9 "$@" 9>"$tmp/record"
  mapfile -t -d '' error < <(/usr/bin/python3 -c "$read_record" "$tmp/record" 2>&1)
}

fails() {
  local code=$1 wanted=$2 option=$3 name=$4 remedy=$5 told
  shift 5
  run_for_record "$@"
  # A message may hold what a terminal must not get.
  told=hutch:\ ${error[5]-}
  [[ ${error[6]-} == - ]] || told+=$'\n'hutch:\ hint:\ ${error[6]-}
  is "$code: ${*: -4}" "${error[0]-}|${error[1]-}|$status|${error[2]-}|${error[4]-}|$out" "$code|$wanted|$wanted|$option|$name|"
  is '  in the same words' "$err" "$told"
  if [[ $remedy == - ]]; then
    is '  without advice' "${error[6]-}" -
  elif [[ $remedy != any ]]; then
    like '  with the advice' "${error[6]-}" "$remedy"
  fi
  printf '%s\t%s\t%s\t%s\n' "$code" "${error[4]-}" "${error[6]-}" "$(one_line <<<"${error[5]-}")" >>"$said_all"
}

helps() {
  local sentence=$1
  shift
  run ${via+"${via[@]}"} "$HUTCH" "$@"
  is "  $sentence" "$status $out" '0 ran'
}

# Paths by which hutch itself reaches things, and lines that say no more than an error's name.
tidy() {
  local code name remedy message bare=''
  is 'no message names a path of hutch'"'"'s own' "$(grep -E "(^|[^/[:alnum:]])(self|thread-self)/|/(new|old)root|(pipe|socket|mnt|net|user|pid):\\[|\\(deleted\\)" "$said_all")" ''
  while IFS=$'\t' read -r code name remedy message; do
    [[ $name != - && $remedy == - && $message =~ ^([a-z0-9_]+:\ )?[A-Z][a-z\ /-]+$ ]] && bare+="$code: $message"$'\n'
  done <"$said_all"
  is 'none says an error alone' "$bare" ''
  is 'none is empty, or about nothing known' "$(awk -F '\t' '$4 == "" || $4 == "-" || $1 == "unknown"' "$said_all")" ''
}
