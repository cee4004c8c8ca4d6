# shellcheck shell=bash
# What hutch --doctor says, for comparison. Sourced after lib.sh.
#
#   doctor [COMMAND...]   runs hutch --doctor --json, behind COMMAND; leaves the report, and $status
#   of NAME FIELD         what the last report says of a check; empty for null
#   states [NAME...]      the states of these, or all
#   agrees NAME COMMAND   passes when the check is ok and COMMAND succeeds, or neither
# shellcheck disable=SC2154,SC2016 # lib.sh has these; a $ in what Python reads is its own

[[ -x /usr/bin/python3 ]] || skip_all 'python3 is not here'

cat >flatten.py <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
print("works", json.dumps(report["works"]), report["kernel"], report["machine"], sep="\t")
for check in report["checks"]:
    for field, value in check.items():
        if value is not None:
            print(check["name"], field, value, sep="\t")
END

doctor() {
  run "$@" "$HUTCH" --doctor --json
  printf '%s\n' "$out" >report.json
  /usr/bin/python3 flatten.py report.json >report 2>report.err
}

of() { awk -F'\t' -v name="$1" -v field="$2" '$1 == name && $2 == field {print $3}' report; }
names() { awk -F'\t' '$2 == "name" {print $3}' report; }
states() {
  local name wanted=("$@")
  if (($# == 0)); then mapfile -t wanted < <(names); fi
  for name in "${wanted[@]}"; do printf '%s ' "$(of "$name" state)"; done
}
works() { awk -F'\t' '$1 == "works" {print $2}' report; }

agrees() {
  local name=$1 found=no got
  shift
  if "$@" >agrees.log 2>&1; then found=ok; fi
  got=$(of "$name" state)
  [[ $got == ok ]] || got=no
  is "$name: $got, as another look finds" "$got" "$found"
}

# refused SENTENCE NAME STATE CODE REMEDY: how the last report tells of one that does not work.
refused() {
  is "$1" "$(of "$2" state) $(of "$2" code)" "$3 $4"
  like '  and says what helps' "$(of "$2" remedy)" "$5"
  like '  and what went wrong' "$(of "$2" reason)" .
}

validates() {
  if ! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    skip "$1" 'the jsonschema of Python is not here'
    return
  fi
  /usr/bin/python3 -W ignore -c '
import json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))
names = [check["name"] for check in json.load(open(sys.argv[2]))["checks"]]
assert names == schema["$defs"]["check"]["properties"]["name"]["enum"], names
' "$here/../schema/doctor.schema.json" report.json >validates.log 2>&1
  result "$(($? == 0))" "$1" "$(tail -n 5 validates.log)"
}

# The directory of this process's own group, where the tree of version 2 is mounted.
own_group() {
  local at
  at=$(findmnt -nro TARGET -t cgroup2 | head -n 1)
  [[ $at ]] && printf '%s%s\n' "$at" "$(sed -n 's/^0:://p' /proc/self/cgroup)"
}

# Makes a group, moves a process there, removes it.
use_group() {
  local group
  group=$(own_group)/hutch-test-$$
  # shellcheck disable=SC2016 # the shell inside expands it
  mkdir "$group" && sh -c 'echo $$ >"$1/cgroup.procs"' sh "$group"
  status=$?
  [[ ! -d $group ]] || eventually rmdir "$group" 2>/dev/null
  return "$status"
}

groups_left() { find /sys/fs/cgroup -type d -name 'hutch-doctor*' 2>/dev/null; }
