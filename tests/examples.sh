#!/bin/bash
# The examples that need little: each as a user would run it who has copied it.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib-examples.sh
. "$(dirname "$0")/lib-examples.sh" || exit 1

# --- a step of a CI job ---------------------------------------------------------------

project
step=("$examples/ci-step.sh")
run "${step[@]}" sh -c 'echo "in $PWD"; exit 7'
is 'ci-step: the status and the output are those of the command' "$status $out $err" "7 in $PWD "
run "${step[@]}" sh -c 'kill -TERM $$'
returns '  so is a signal' 143
run "${step[@]}" no-such-command
is '  a command that is not there is a failure of the step' "$status $(tail -n 2 <<<"$err" | grep -o 'could not be started\|"exec-not-found"' | one_line)" \
  '127 could not be started "exec-not-found"'
run "${step[@]}" sh -c 'exit 125'
is '  a command that ends with 125 has a result' "$status $out" '1 '
like '  which is said' "$err" 'ended with status 125'
(cd "$HOME" && run "${step[@]}" touch ran && echo "$status $(grep -o '"code": "[^"]*"' <<<"$err")") >said
is '  where the sandbox cannot be made, there is none, but a code' "$(<said)" '125 "code": "profile-variable"'
ok '  and nothing is run' test ! -e "$HOME/ran"
PATH=/usr/bin:/bin run "${step[@]}" touch ran
is '  nor where there is no hutch' "$status $err" '125 ci-step: no result, hutch is not installed'
# The command itself, whose words the step has as well.
# shellcheck disable=SC2317 # eventually calls it
is_up() { pgrep -f -- "^$mark" >/dev/null; }
new_mark
"${step[@]}" bash -c 'exec -a "$1" sleep 100' sh "$mark" 2>said &
job=$!
eventually is_up
pkill -KILL -P "$job"
finish "$job"
is '  nor is there a result when hutch was killed' "$status $(tail -n 1 said)" '125 ci-step: no result, hutch was killed'
"${step[@]}" bash -c 'exec -a "$1" sleep 100' sh "$mark" 2>/dev/null &
job=$!
eventually is_up
kill -KILL "$job"
finish "$job" 2>/dev/null
ok '  when the step is killed, nothing of it goes on' eventually none_left
HUTCH_STEP_REPORT=$tmp/report run "${step[@]}" true
like '  what it took can be kept' "$(tail -n 1 "$tmp/report")" '"peak-memory": [0-9]+'
echo '--profile ci --setenv EXTRA yes' >step.profile
HUTCH_STEP_PROFILE=./step.profile run "${step[@]}" sh -c 'echo "$EXTRA"'
like '  a profile in a place that the step could write is refused' "$status $err" '^125 .*never read'
mv step.profile "$XDG_CONFIG_HOME/hutch/profiles/step"
HUTCH_STEP_PROFILE=step run "${step[@]}" sh -c 'echo "$EXTRA"'
is '  one of the user'"'"'s own can add to it' "$status $out" '0 yes'

# --- the commands of an agent -----------------------------------------------------------

if has python3; then
  answers() { # LINE...: what the runner answers to each, in the terms of ASKED, an expression on a
    printf '%s\n' "$@" >requests
    run "$examples/agent-runner.py" . <requests
    python3 -c 'import json, sys
for line in sys.stdin:
    a = json.loads(line)
    f = a["failure"] or {}
    print(eval(sys.argv[1]))' "$asked" <"$tmp/.out" >"$tmp/answers"
  }
  project
  asked='a["exit"], a["signal"], a["timed_out"], a["output"], f.get("code")'
  answers '{"command": "echo one; echo two >&2; exit 3"}' '{"command": ["printf", "%s", "$HOME"]}' '{"command": "kill -9 $$"}'
  is 'agent-runner: each command has its answer' "$(<"$tmp/answers")" "(3, None, False, 'one\\ntwo\\n', None)
(0, None, False, '\$HOME', None)
(None, 'SIGKILL', False, '', None)"
  answers '{"command": "echo x >shared"}' '{"command": "cat shared; touch /tmp/kept ~/kept"}' \
    '{"command": "ls -d /tmp/kept ~/kept 2>/dev/null || echo gone"}'
  is '  they share the directory, and nothing else' "$(<"$tmp/answers")" "(0, None, False, '', None)
(0, None, False, 'x\\n', None)
(0, None, False, 'gone\\n', None)"
  new_mark
  started=$SECONDS
  answers '{"command": "echo before; sleep 100", "seconds": 0.4}' \
    '{"command": "trap \"echo asked; exit 4\" TERM; while :; do sleep 0.05; done", "seconds": 0.4}' \
    '{"command": "exec bash -c '"'exec -a $mark sleep 100'"' & exec >/dev/null 2>&1; trap : TERM; while :; do sleep 0.05; done", "seconds": 0.4}'
  is '  when the time is up, a command is asked to end, and then ended' "$(<"$tmp/answers")" "(None, 'SIGTERM', True, 'before\\n', None)
(4, None, True, 'asked\\n', None)
(None, 'SIGKILL', True, '', None)"
  ok '  in the time that this takes' test $((SECONDS - started)) -lt 15
  ok '  with all that it has started' none_left
  asked='a["exit"], len(a["output"]), a["truncated"]'
  answers '{"command": "yes | head -c 3000000"}' '{"command": "yes | head -c 100000"}'
  is '  of much output, a part is kept' "$(<"$tmp/answers")" $'(0, 100000, True)\n(0, 100000, False)'
  asked='a["exit"], f["code"], f["remedy"]'
  answers '{"command": ["no-such-command"]}' 'no json' '{"command": 7}' '{}' '[]' '{"command": "true"}'
  is '  a failure has a code and a remedy, and ends nothing' "$(<"$tmp/answers" cut -d, -f1-2)" "(None, 'exec-not-found'
(None, 'bad-request'
(None, 'bad-request'
(None, 'bad-request'
(None, 'bad-request'"
  asked='a["exit"], f.get("code")'
  answers '{"command": "true", "seconds": 1e400}' '{"command": "true", "seconds": NaN}' '{"command": "true", "seconds": -1}' \
    '{"command": "true", "seconds": null}' $'{"command": "true\xff"}' "$(printf '[%.0s' {1..100000})" '{"command": "echo \ud800"}' \
    '{"command": ["a\u0000b"]}' '{"command": "true"}'
  is '  so has all that is no request' "$(sort "$tmp/answers" | uniq -c | tr -s ' ')" " 1 (0, None)
 8 (None, 'bad-request')"
  asked='a["exit"], f["code"], f["remedy"]'
  answers '{"command": ["no-such-command"]}'
  like '  the remedy is hutch'"'"'s' "$(<"$tmp/answers")" 'no directory of PATH has it'
  asked='a["exit"], f["code"]'
  (cd "$HOME" && answers '{"command": "touch ran"}')
  is '  where no sandbox can be made, nothing is run' "$(<"$tmp/answers")" "(None, 'profile-variable')"
  PATH=/usr/bin:/bin answers '{"command": "touch ran"}'
  is '  nor where there is no hutch' "$(<"$tmp/answers")" "(None, 'hutch-not-started')"
  ok '  that is, nothing at all' test ! -e ran -a ! -e "$HOME/ran"
else
  skip 'agent-runner: each command has its answer' 'python3 is not here'
fi

# --- a recipe -------------------------------------------------------------------------------

project
if has cc; then
  recipe=("$examples/build-recipe.sh" "$examples/greeting.recipe")
  run "${recipe[@]}"
  is 'build-recipe: a recipe becomes a package' "$status $out $(echo *)" '0 greeting-1.0.tar.gz greeting-1.0.tar.gz'
  is '  whose files are root'"'"'s' "$(tar -tvzf greeting-1.0.tar.gz | awk '{print $1, $2, $4, $6}')" "drwxr-xr-x 0/0 1970-01-01 ./
drwxr-xr-x 0/0 1970-01-01 ./usr/
drwxr-xr-x 0/0 1970-01-01 ./usr/bin/
-rwxr-xr-x 0/0 1970-01-01 ./usr/bin/greeting"
  tar -xzf greeting-1.0.tar.gz
  run usr/bin/greeting
  is '  and run' "$out" 'hello from a package'
  first=$(sha256sum <greeting-1.0.tar.gz)
  (umask 077 && cd "$(mktemp -d)" && TZ=Asia/Tokyo LC_ALL=C.UTF-8 run "${recipe[@]}" && sha256sum <greeting-1.0.tar.gz) >again
  is '  whoever builds it, wherever, gets the same bytes' "$(<again)" "$first"
else
  skip 'build-recipe: a recipe becomes a package' 'cc is not here'
fi

hostile() { # NAME LINES: a recipe that starts well
  mkdir -p "$tmp/recipes"
  printf 'name=%s version=1\nsource=(data)\nsha256=(%s)\nbuild() { :; }\npackage() { cp data "$pkgdir"; }\n%s\n' \
    "$1" "$(echo data | sha256sum | cut -d' ' -f1)" "$2" >"$tmp/recipes/$1.recipe"
  echo data >"$tmp/recipes/data"
  run "$examples/build-recipe.sh" "$tmp/recipes/$1.recipe"
}
project
echo 'the key' >"$HOME/key"
hostile good ''
is 'a recipe is built' "$status $(echo *)" '0 good-1.tar.gz'
rm good-1.tar.gz
touch "$tmp/witness"
hostile top "cat '$HOME/key' && touch $HOME/reached; touch '$tmp/reached'; rm '$tmp/witness'"
is '  what it does while it is read reaches nothing outside' "$(find "$tmp" "$HOME" -maxdepth 1 -name reached)" ''
ok '  nor deletes anything' test -e "$tmp/witness"
hostile link "ln -s '$HOME/key' data 2>/dev/null; ln -s '$HOME/key' ../facts 2>/dev/null; ln -s '$HOME/key' ../package 2>/dev/null; :"
is '  a link that it leaves for the script is not followed' "$(<"$HOME/key")" 'the key'
hostile network 'build() { tcp 127.0.0.1 "$PORT" >data; }'
unlike '  it has no network' "$status" '^0$'
hostile path 'name=../../evil'
is '  a name that is a path is refused' "$status $(echo "$tmp"/evil*)" "1 $tmp/evil*"
hostile sum 'sha256=(0000000000000000000000000000000000000000000000000000000000000000)'
like '  a source that has been changed is refused' "$status $err" '^1 .*data is not what the recipe was written for'
for source in /etc/passwd ../key http://example.org/x file:///etc/passwd; do
  hostile source "source=($source)"
  like "  so is the source $source" "$status $err" '^1 .*a source is a file beside the recipe'
done
is '  and nothing is left' "$(find . -name 'build-recipe.*')" ''

# --- a Debian package -------------------------------------------------------------------------

project
if has dpkg-buildpackage && has cc; then
  mkdir -p parcel-1.0/debian/source sources
  echo '3.0 (native)' >parcel-1.0/debian/source/format
  printf 'parcel (1.0) unstable; urgency=low\n\n  * First.\n\n -- Nobody <nobody@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n' \
    >parcel-1.0/debian/changelog
  printf 'Source: parcel\nMaintainer: Nobody <nobody@example.org>\nStandards-Version: 4.6.2\nRules-Requires-Root: no\n\nPackage: parcel\nArchitecture: any\nDescription: holds facts\n' \
    >parcel-1.0/debian/control
  cat >parcel-1.0/debian/rules <<RULES
#!/usr/bin/make -f
build build-arch build-indep:
binary-arch binary:
	mkdir -p debian/parcel/usr debian/parcel/DEBIAN
	(id -u; umask; cat '$HOME/key'; touch '$tmp/reached'; :) >debian/parcel/usr/facts
	ln -s '$HOME/key' ../link
	dpkg-gencontrol -Pdebian/parcel
	dpkg-deb --build debian/parcel ..
clean binary-indep:
RULES
  chmod +x parcel-1.0/debian/rules
  (cd sources && dpkg-source -b ../parcel-1.0 >/dev/null 2>&1)
  run "$examples/build-deb.sh" sources/parcel_1.0.dsc built -d
  is 'build-deb: a source package becomes a package' "$status $(cd built && echo *.deb *.changes *.buildinfo | sed 's/_[a-z][a-z0-9]*\././g')" \
    '0 parcel_1.0.deb parcel_1.0.changes parcel_1.0.buildinfo'
  is '  by user 0, with a umask that is always the same, without the home directory' \
    "$(dpkg-deb --fsys-tarfile built/*.deb | tar -xO ./usr/facts | one_line)" '0 0022'
  is '  links are not taken, and nothing is left' "$(find built ! -type f)" built
  ok '  nor written elsewhere' test ! -e "$tmp/reached"
  run "$examples/build-deb.sh" sources/parcel_1.0.dsc built -d
  unlike 'a directory that is there already is not written to' "$status" '^0$'
else
  skip 'build-deb: a source package becomes a package' 'dpkg-buildpackage or cc is not here'
fi

plan
