#!/bin/bash
# What --status-fd and --error-fd write is what the schemas say, which say no to what is not.
# shellcheck source-path=SCRIPTDIR source=lib.sh
# Read here, as the room of the tests has only scripts.
schemas=$(dirname "$0")/../schema
export STATUS_SCHEMA=${STATUS_SCHEMA-$(cat "$schemas/status.schema.json")}
export FAILURE_SCHEMA=${FAILURE_SCHEMA-$(cat "$schemas/failure.schema.json")}
. "$(dirname "$0")/lib.sh" || exit 1

# A python of the machine's own may lack what the distribution's has.
for python in python3 /usr/bin/python3 none; do
  if "$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null; then break; fi
done
[[ $python != none ]] || skip_all 'python3-jsonschema is not here'

# check.py SCHEMA FILE: the names of the lines, or what is wrong with one. CHANGE is done to each first.
cat >check.py <<'END'
import json, os, sys
import jsonschema

schemas = {name: json.loads(os.environ[name.upper() + '_SCHEMA']) for name in ('status', 'failure')}
for schema in schemas.values():
    jsonschema.Draft202012Validator.check_schema(schema)
place = 'file:///schema/%s.schema.json'
store = {place % name: schemas[name] for name in schemas}
resolver = jsonschema.RefResolver(place % sys.argv[1], schemas[sys.argv[1]], store=store)
validator = jsonschema.Draft202012Validator(schemas[sys.argv[1]], resolver=resolver)
for text in open(sys.argv[2], encoding='utf-8'):
    line = json.loads(text)
    exec(os.environ.get('CHANGE', ''))
    for error in validator.iter_errors(line):
        print('WRONG', error.message[:300])
    print(line.get('event', line.get('code')))
END
check() { "$python" -W ignore check.py "$@" 2>&1 | one_line; }

mkdir bin && ln -s "$HUTCH" bin/bwrap
bwrap=$tmp/bin/bwrap
: >every
# writes SENTENCE EVENTS [ERROR] -- ARGS...: the lines that come, and what --error-fd gets.
writes() {
  local sentence=$1 events=$2 error=
  if [[ $3 != -- ]]; then error=$3; shift; fi
  shift 3
  : >lines
  : >error
  run "$@" 11>lines 12>error
  cat lines >>every
  is "$sentence: the lines are as the schema has them" "$(check status lines)" "$events"
  is '  and so is a failure' "$(check failure error)" "$error"
}
documents=(--error-fd 12 --status-fd 11)
for options in '' --share-pid '--as-pid-1 --unshare-net' '--cap-add ALL --keep-id --new-session'; do
  # shellcheck disable=SC2086
  writes "hutch ${options:-as it comes}" 'started exit' -- "$HUTCH" "${documents[@]}" "${base[@]}" $options -- true
done
for options in '' --unshare-pid '--unshare-all --cap-add ALL'; do
  # shellcheck disable=SC2086
  writes "bwrap ${options:-as it comes}" 'started exit' -- "$bwrap" "${documents[@]}" "${base[@]}" $options -- true
done
for signal in KILL SEGV RTMIN+2 RTMAX; do
  # shellcheck disable=SC2016 # the shell inside expands it
  writes "an end by SIG$signal" 'started exit' -- "$HUTCH" "${documents[@]}" "${base[@]}" -- sh -c 'kill "-$1" "$$"' sh "$(kill -l "$signal")"
done
name=$'Gr\xc3\xb6\xc3\x9fe \xff "\\'
writes 'a failure with strange words' failed source-missing -- "$HUTCH" "${documents[@]}" "${base[@]}" --ro-bind "/no/such/$name" / -- true
writes 'an option that there is not' failed option-unknown -- "$HUTCH" "${documents[@]}" "--$name" -- true
writes 'an operand that is none' failed option-operand -- "$HUTCH" "${documents[@]}" --uid x -- true
writes 'no command' failed command-missing -- "$HUTCH" "${documents[@]}"
writes 'a command that there is not' failed exec-not-found -- "$HUTCH" "${documents[@]}" "${base[@]}" -- no-such-command
writes '  nor as bwrap' failed exec-not-found -- "$bwrap" "${documents[@]}" "${base[@]}" -- no-such-command
mkfifo gate
exec 13<>gate
"$HUTCH" "${base[@]}" --status-fd 11 --block-fd 13 -- true 11>lines &
pid=$!
eventually pgrep -P "$pid" >/dev/null
sleep 0.1
kill -TERM "$pid"
finish "$pid"
exec 13>&-
cat lines >>every
is 'a start that is cut short' "$status $(check status lines)" '143 failed'

# What the schemas are worth
for change in 'line["more"] = 1' 'del line["event"]' 'line["event"] = "other"'; do
  is "no line would do with this done to it: $change" "$(CHANGE=$change check status every | grep -o WRONG | wc -l)" "$(wc -l <every)"
done
# spoilt EVENT CHANGE: that makes each line of that name wrong.
spoilt() {
  grep -F "\"event\": \"$1\"" every >some
  like "nor a line \"$1\" with this: $2" "$(wc -l <some) $(CHANGE=$2 check status some | grep -o WRONG | wc -l)" '^([1-9][0-9]*) \1$'
}
spoilt started 'line["pids"]["payload"] = 0'
spoilt started 'del line["namespaces"]["user"]'
spoilt started 'line["namespaces"]["net"] = 4026531833'
spoilt started 'line["enforced"]["capabilities"]["effective"] = "cap_kill"'
spoilt started 'del line["enforced"]["no-new-privs"]'
spoilt exit 'line["code"] = 256'
spoilt exit 'line["signal"] = 9'
spoilt exit 'line["usage"]["peak-memory"] = -1'
spoilt exit 'del line["wall-seconds"]'
spoilt failed 'line["failure"] = {"code": "source-missing"}'
"$HUTCH" --error-fd 12 --no-such-option 12>error 2>/dev/null
for change in 'line["code"] = "no-such-code"' 'line["status"] = 0' 'line["option"]["words"] = []' 'line["errno"] = "No such file"' \
  'del line["remedy"]' 'line["more"] = 1'; do
  like "nor a failure with this: $change" "$(CHANGE=$change check failure error)" WRONG
done

plan
