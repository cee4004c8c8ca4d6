#!/bin/bash
# --dry-run finds out whether a sandbox could be built and its command be executed, and does neither
# start the command nor change the host.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

tree_state() { find "$@" -printf '%p %y %m %U %G %i %n %s %T@ %C@ %l\n' | sort | sha256sum; }
mkdir -p tree/sub upper work
echo data >tree/file
printf '#!/bin/sh\necho ran >"%s/ran"\necho ran\n' "$tmp" >tree/program
printf '#!/no/such/interpreter\n' >tree/script
cp tree/file tree/denied
chmod 755 tree/program tree/script
before=$(tree_state tree upper work)
untouched() { is '  and nothing was made' "$(tree_state tree upper work) $(test -e ran && echo ran)" "$before "; }

# plans SENTENCE ARGS...: that would work.
plans() {
  local sentence=$1
  shift
  run "$HUTCH" "${base[@]}" --dry-run "$@"
  is "$sentence" "$status $err" '0 '
  unlike '  without running it' "$out" '(^|\n)ran'
  like '  and the plan is printed' "$out" .
  untouched
}
plans 'a command that could run' -- echo ran
plans 'a program of the host' -- "$tmp/tree/program"
plans '  which may be told before or after other options' --ro-bind tree /mnt -- /mnt/program
plans 'a mount point that would have to be made on the host' --bind tree /mnt --tmpfs /mnt/new -- echo ran
like '  which is told' "$out" '/mnt/new'
plans '  as a directory' --bind tree /mnt --dir /mnt/far/away -- echo ran
plans '  a link' --bind tree /mnt --symlink file /mnt/link -- echo ran
plans '  a mode' --bind tree /mnt --chmod 0700 /mnt/file -- echo ran
plans '  a file' --bind tree /mnt --file 5 /mnt/file -- echo ran 5< <(echo other)
plans '  a mount point below that' --bind tree /mnt --bind tree /mnt/new --tmpfs /mnt/new/deeper -- echo ran
plans 'an overlay that would be written to' --overlay-src tree --overlay upper work /mnt -- echo ran
plans 'a network of its own' --unshare-net -- echo ran
plans 'capabilities' --cap-add ALL -- echo ran
plans 'a command as PID 1' --as-pid-1 -- echo ran
plans 'no user namespaces inside' --disable-userns --assert-userns-disabled -- echo ran
plans 'filters' --seccomp 5 -- echo ran 5< <(deny-syscall uname 1)

# fails_alike STATUS ARGS...: with the status and the words of a start.
fails_alike() {
  local wanted=$1 words state
  shift
  run "$HUTCH" "${base[@]}" "$@"
  words=$err state=$status
  run "$HUTCH" "${base[@]}" --dry-run "$@"
  is "what fails with $wanted, fails: ${*: -3}" "$status $state $out" "$wanted $wanted "
  is '  in the same words' "$err" "$words"
  untouched
}
fails_alike 125 --ro-bind /no/such /mnt -- echo ran
fails_alike 125 --tmpfs /etc/passwd/x -- echo ran
fails_alike 125 --ro-bind tree/file /mnt -- echo ran
fails_alike 125 --dir /no/such -- echo ran
fails_alike 125 --dir /usr/no/such -- echo ran
fails_alike 125 --bind /etc /mnt --dir /mnt/x -- echo ran
fails_alike 125 --bind tree /mnt --symlink other /mnt/file -- echo ran
fails_alike 125 --bind tree /mnt --tmpfs /mnt/file -- echo ran
fails_alike 125 --remount-ro /usr -- echo ran
fails_alike 125 --chdir /no/such -- echo ran
fails_alike 125 --lock-file /no/such -- echo ran
fails_alike 125 --assert-userns-disabled -- echo ran
fails_alike 125 --size 4096 --tmpfs /mnt --file 5 /mnt/x -- echo ran 5</usr/bin/env
fails_alike 125 --bogus -- echo ran
fails_alike 125 --keep-id --uid 5 -- echo ran
fails_alike 127 -- no-such-command ran
fails_alike 127 -- /no/such/command
fails_alike 126 -- /etc/passwd
fails_alike 126 -- "$tmp/tree/denied"
fails_alike 126 -- "$tmp/tree/script"
fails_alike 126 -- /etc
fails_alike 127 --tmpfs /tmp --tmpfs "${tmp%/*}" -- "$tmp/tree/program"

# A descriptor tells the same.
run "$HUTCH" "${base[@]}" --dry-run --error-fd 9 --ro-bind /no/such /mnt -- echo ran 9>record
like '--error-fd has its record' "$(<record)" '"code": *"source-missing".*"status": *125'
run "$HUTCH" "${base[@]}" --dry-run --error-fd 9 -- no-such-command 9>record
like '  of a command, too' "$(<record)" '"code": *"exec-not-found".*"status": *127'
run "$HUTCH" "${base[@]}" --dry-run --error-fd 9 -- echo ran 9>record
is '  and none where nothing fails' "$status $(<record)" '0 '

# Who waits, or is told, is not kept waiting for a command that is not started.
limit=5 run "$HUTCH" "${base[@]}" --dry-run --block-fd 5 -- echo ran 5< <(sleep 20)
is '--block-fd is not waited for' "$status" 0
run "$HUTCH" "${base[@]}" --dry-run --json-status-fd 5 -- echo ran 5>documents
unlike '--json-status-fd tells of no exit' "$(<documents)" 'exit-code'

if [[ ! -x /usr/bin/python3 ]]; then
  skip 'the JSON form' 'python3 is not here'
  plan
fi
members='
import json, sys
found = json.load(sys.stdin)
print(sorted(found), *("|".join(each["words"]) for each in found["pending"]))'
run "$HUTCH" "${base[@]}" --dry-run --json --bind tree /mnt --tmpfs /mnt/new --dir '/mnt/a b' -- echo ran
is '--json is an object' "$status $(/usr/bin/python3 -c "$members" <"$tmp/.out" 2>&1)" "0 ['pending', 'plan'] --tmpfs|/mnt/new --dir|/mnt/a b"
untouched
run "$HUTCH" "${base[@]}" --dry-run --json -- echo ran
is '  with nothing pending where nothing would be made' "$status $(/usr/bin/python3 -c "$members" <"$tmp/.out" 2>&1)" "0 ['pending', 'plan']"
plan=$(/usr/bin/python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["plan"], sort_keys=True))' <"$tmp/.out" 2>&1)
run "$HUTCH" "${base[@]}" --print-plan json -- echo ran
is '  and the plan is that of --print-plan' "$plan" "$(/usr/bin/python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin), sort_keys=True))' <"$tmp/.out" 2>&1)"

plan
