#!/bin/bash
# The plan, as text for people, as JSON for programs, and as a command line that makes it again.
# PLAN_LINES says how many random command lines are tried, PLAN_SEED which.
# shellcheck disable=SC2016 # the printed line expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

schema=$here/../schema/plan.schema.json
mkdir bin
ln -s "$HUTCH" bin/hutch
ln -s "$HUTCH" bin/bwrap
PATH=$PWD/bin:$PATH

# As text
run hutch --print-plan=text --share-pid --unshare-net --uid 5 --hostname box --ro-bind / / --proc /proc \
  --perms 0700 --size 4096 --tmpfs '/a b' --dev-bind-try /dev/x /dev/x --bind src dest --ro-bind-fd 11 /fd \
  --file 12 /file --perms 0640 --ro-bind-data 13 /data --dir /dir --symlink $'to\nthere' /link --chmod 0111 /dir \
  --remount-ro / --dev /dev --mqueue /queue --overlay-src /l --overlay-src /m --overlay /up /work /over \
  --overlay-src /l --tmp-overlay /tmp-over --setenv A 'b c' --unsetenv D --clearenv --chdir /there --umask 27 --argv0 me \
  --cap-add net_raw --cap-add CAP_CHOWN --disable-userns --keep-fd 14 --sync-fd 15 --lock-file /lock --new-session \
  --die-with-parent --level-prefix -- sh -c 'echo "$0"' '' 11<. 12<. 13<. 14<. 15<.
wanted=$(cat <<'END'
plan of           hutch
command           sh -c 'echo "$0"' ''
called            me
directory         /there
umask             0027
environment       A='b c'
environment       without D
environment       without all variables so far
own namespaces    user, mount, ipc, uts, cgroup, net
shared ones       pid
user id           5
group id          0
host name         box
capabilities      cap_chown, cap_net_raw
filter            terminal, built in
user namespaces   none can be made inside
kept descriptors  14
sync-fd           15
first process     a reaper, which starts the command
session           a new one
ends with         the calling process
locked inside     /lock
messages          begin with their level
operations        16
    1  /          the host's /, read-only
    2  /proc      the host's /proc
    3  '/a b'     an empty file system in memory, mode 0700, missing parents 0700, of 4096 bytes
    4  /dev/x     the host's /dev/x, writable, device nodes work, if there is such a thing
    5  dest       the host's src, writable
    6  /fd        what descriptor 11 refers to, read-only
    7  /file      a file with the data of descriptor 12, mode 0666
    8  /data      a file in memory with the data of descriptor 13, read-only, mode 0640, missing parents 0750
    9  /dir       a directory, mode 0755
   10  /link      a symbolic link to $'to\nthere'
   11  /dir       the mode becomes 0111
   12  /          the mount there becomes read-only
   13  /dev       a small /dev
   14  /queue     a message queue file system
   15  /over      the layers /l, /m, changes go to /up by way of /work
   16  /tmp-over  the layers /l, changes are kept in memory
END
)
is 'the text says each thing on a line, and the operations in their order' "$status $out" "0 $wanted"
is '  and nothing else is said' "$err" ''
run bwrap --print-plan text --unshare-pid --as-pid-1 --userns 11 --cap-drop ALL true 11<.
like 'as bwrap, other namespaces are shared' "$out" \
  $'own namespaces +mount, pid\nshared ones +ipc, uts, cgroup, net\njoined user +that of descriptor 11\n'
like '  and the command is the first process' "$out" 'first process +the command itself'
run hutch --print-plan=text
like 'a plan needs no command' "$status $out" $'^0 .*\ncommand +none\n.*\noperations +0$'

# As a command line
made() { is "$1" "$status $out" "0 $2"; }
run hutch --print-plan=args --ro-bind / / --proc /proc true
made 'the command line names what is not so anyway' 'hutch --ro-bind / / --proc /proc -- true'
run bwrap --print-plan args --ro-bind / / --unshare-pid true
made '  by either name' 'bwrap --unshare-user --unshare-pid --ro-bind / / -- true'
run hutch --print-plan=args --unshare-all --share-net --share-pid --proc=/proc --uid=0 --perms=755 --dir=/d \
  --perms 600 --tmpfs /t --keep-fd=11 -- --odd-command -- x 11<.
made '  it says what the plan is, not what was typed' \
  'hutch --keep-fd 11 --share-pid --proc /proc --dir /d --perms 0600 --tmpfs /t -- --odd-command -- x'
run hutch --print-plan=args --setenv Q "it's" --setenv N $'a\nb\033' --setenv E '' --setenv S '$x `y` *' --symlink é /é
made '  words are quoted for a shell, on one line' \
  "hutch --symlink 'é' '/é' --setenv Q 'it'\\''s' --setenv N \$'a\\nb\\033' --setenv E '' --setenv S '\$x \`y\` *'"

odd=$'a b\'"\\$x`\n\té\377'
line=(--tmpfs / "${system[@]}" --proc /proc --dir "/$odd" --chdir "/$odd" --setenv ODD "$odd" --uid 7
  --file 11 "/$odd/file" -- sh -c 'printf "%s\n" "$PWD" "$ODD" "$@"; id -u; cat file' sh "$odd" '')
echo data >data
run hutch "${line[@]}" 11<data
directly=$status:$out
printed=$(hutch --print-plan=args "${line[@]}" 11<data)
is 'a plan with odd words is one line' "$(grep -c '' <<<"$printed")" 1
run bash -c "$printed" 11<data
is '  and what it starts is the same' "$status:$out" "$directly"
like '  namely the command' "$out" $'\n7\ndata$'

# Nothing is started, and nothing made
for form in text json args; do
  for name in hutch bwrap; do
    run deny-syscall clone3 1 "$name" --print-plan $form --bind "$tmp/missing" /x --overlay-src missing \
      --overlay missing missing /y --dir "$PWD/made" --ro-bind / / -- touch "$PWD/ran"
    is "$name prints the plan as $form where no process can be started" "$status $err" '0 '
  done
done
is '  whatever of it exists, and makes nothing' "$(echo *)" 'bin data'
if has strace; then
  run strace -f -o trace -e trace=process,mount,umount2,move_mount,open_tree,fsopen,pivot_root,mkdirat,mkdir,openat \
    hutch --print-plan=json "${line[@]}" 11<data
  is 'it asks the kernel for nothing but its own start and end' \
    "$status $(grep -cvE ' (execve\(.*|exit_group\(.*|openat\(.*O_RDONLY.*|\+\+\+ exited.*)' trace)" '0 0'
  is '  and executes nothing' "$(grep -c 'execve(' trace)" 1
else
  skip 'it asks the kernel for nothing but its own start and end' 'strace is not here'
fi

# What does not go together
refuses 'there is no other form' '--print-plan yaml: ' --print-plan yaml true
refuses 'a form is needed' '--print-plan' --print-plan
refuses 'what is explained is not printed' '--print-plan json: does not go together with --explain' \
  --print-plan json --explain / true
refuses '--json is not about --print-plan' '--json: needs ' --print-plan text --json true
refuses 'options that contradict each other make no plan' '--uid 5: does not go together with --keep-id' \
  --print-plan json --keep-id --uid 5 true

# As JSON
if ! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
  skip 'the JSON fits its schema' 'python3 with jsonschema is not here'
  plan
fi
python() { run /usr/bin/python3 -B - "$@"; }

hutch --print-plan=json "${base[@]}" --setenv A b --unsetenv C --file 11 /f --error-fd 12 --status-fd 13 -- true \
  11<data 12>errors 13>status >plan.json
hutch --dry-run --json "${base[@]}" --setenv A b --unsetenv C --tmpfs /tmp -- true >dry-run.json
hutch --print-plan=json "${base[@]}" --setenv A b --unsetenv C --tmpfs /tmp -- true >plain.json
python <<'END'
import json
print(json.load(open('dry-run.json'))['plan'] == json.load(open('plain.json')))
END
is '--dry-run --json prints the same plan' "$status $out" '0 True'
run cmp plain.json <(hutch --print-plan=json "${base[@]}" --setenv A b --unsetenv C --tmpfs /tmp -- true)
returns 'two that are the same are so to the byte' 0

python "$schema" <<'END'
import copy, json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
plan = json.load(open('plan.json'))
print(*(error.message for error in validator.iter_errors(plan)))

def objects(value, path=()):
    if isinstance(value, dict):
        yield path
        for key in value:
            yield from objects(value[key], path + (key,))
    elif isinstance(value, list):
        for key, item in enumerate(value):
            yield from objects(item, path + (key,))

def changed(path, change):
    document = copy.deepcopy(plan)
    at = document
    for key in path:
        at = at[key]
    change(at)
    return document

changes = 0
for path in objects(plan):
    original = plan
    for key in path:
        original = original[key]
    for change in [lambda at: at.update(other=1)] + [lambda at, k=k: at.pop(k) for k in original] + \
            [lambda at, k=k: at.update({k: 1.5}) for k in original]:
        changes += 1
        if validator.is_valid(changed(path, change)):
            print('still valid:', path, original)
print(changes > 100)
END
is 'the JSON fits its schema, and nothing but that fits' "$status $out" $'0 \nTrue'
python "$schema" <<'END'
import json, sys

def undescribed(schema, path=''):
    for name, part in schema.items():
        if name == 'properties' and schema.get('type') == 'object':
            for key, value in part.items():
                if len(value.get('description', '')) < 5:
                    yield f'{path}/{key}'
            if schema.get('additionalProperties') is not False:
                yield f'{path}: allows others'
        for child in [part] if isinstance(part, dict) else part if isinstance(part, list) else []:
            if isinstance(child, dict):
                yield from undescribed(child, f'{path}/{name}')

print(*undescribed(json.load(open(sys.argv[1]))))
END
is '  which describes each property' "$status $out" '0 '

# A sanitizer makes each start slow.
if [[ ${HUTCH_SANITIZERS-} ]]; then lines=60; else lines=500; fi
limit=120
run /usr/bin/python3 -B "$here/data/plan-round-trip.py" "$HUTCH" "$schema" "${PLAN_LINES:-$lines}" ${PLAN_SEED:+"$PLAN_SEED"}
like 'of random command lines, each makes the plan that it asks for, and its own line makes that again' \
  "$status $out" $'^0 seed: [0-9]+\nhutch and bwrap: [0-9]+ and [0-9]+\noptions without a line: .*\nlines: ([0-9]+) of ([0-9]+)\nwrong: 0$'
echo "# ${out%%$'\n'*}"

plan
