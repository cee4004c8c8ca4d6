#!/bin/bash
# What hutch says, and advises, where a sandbox cannot be made.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

needs unshare

# advises SENTENCE ERROR HINT COMMAND...: COMMAND runs hutch, which fails with ERROR and advises HINT.
advises() {
  local sentence=$1 error=$2 hint=$3
  shift 3
  run "$@"
  is "$sentence" "$status $out" '125 '
  like '  says what failed' "${err%%$'\n'*}" "^hutch: $error"
  like '  and what helps' "${err#*$'\n'}" "^hutch: hint: .*$hint"
  is '  in two lines' "$(grep -c '' <<<"$err")" 2
}

line=("$HUTCH" "${base[@]}" -- echo ran)

run unshare -Ur "${line[@]}"
is 'in a user namespace hutch works' "$out" ran
advises 'where none may be made any more' '.*No space left on device' 'max_user_namespaces' \
  unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' sh "${line[@]}"
cat >nest <<'END'
#!/bin/sh
depth=$1
shift
if [ "$depth" -eq 0 ]; then exec "$@"; fi
exec unshare -Ur "$0" "$((depth - 1))" "$@"
END
chmod +x nest
run ./nest 3 "${line[@]}"
is 'three namespaces deep too' "$out" ran
deepest=33
until ((deepest == 0)) || timeout 10 ./nest "$deepest" true 2>/dev/null; do deepest=$((deepest - 1)); done
advises 'in the deepest there may be' '.*' '(nest|deep|level|32)' ./nest "$deepest" "${line[@]}"

# Wherever one is mounted: one that is fully visible is enough for the kernel.
cover_proc='while read -r _ _ _ _ at rest; do
  case $rest in *" - proc "*) mount -t tmpfs none "$at/sys" || exit 1 ;; esac
done </proc/self/mountinfo; exec "$@"'
advises 'where a part of /proc is covered' '--proc /proc: .*Operation not permitted' '/proc' \
  unshare -Urm sh -c "$cover_proc" sh "${line[@]}"
run unshare -Urm sh -c "$cover_proc" sh "$HUTCH" --ro-bind / / --dev /dev --share-pid --proc /proc -- echo ran
is '  where what was advised works' "$out" ran

advises 'where a call is missing that Linux 5.12 brought' '.*mount_setattr.*Function not implemented' '5\.12' \
  deny-syscall mount_setattr 38 "${line[@]}"
for call in open_tree move_mount; do
  run deny-syscall "$call" 38 "${line[@]}"
  like "without $call it fails too, in a line or two" "$status:$out:$err" $'^125::hutch: [^\n]*(\nhutch: hint: [^\n]*)?$'
done
run deny-syscall clone3 1 "${line[@]}"
like 'where namespaces are forbidden, it says so' "$status:$out:$err" $'^125::hutch: [^\n]*Operation not permitted'

advises 'where user 0 lacks the power to be mapped again' '.*uid_map: .*Operation not permitted' '--keep-id' \
  "$HUTCH" "${base[@]}" "${line[@]}"
run "$HUTCH" "${base[@]}" --keep-id "${line[@]}"
is '  where what was advised works' "$out" ran

advises 'a source that does not exist' '--ro-bind /no/such/source /tmp/x: .*No such file or directory' '-try' \
  "$HUTCH" "${base[@]}" --tmpfs /tmp --ro-bind /no/such/source /tmp/x -- echo ran
advises 'a destination below a file' '--tmpfs /etc/passwd/x: .*Not a directory' '(/etc/passwd|file)' \
  "$HUTCH" "${base[@]}" --tmpfs /etc/passwd/x -- echo ran
mkdir tree
advises 'a new destination in what is read-only' "--dir $tmp/tree/new/dir: .*Read-only file system" '' \
  "$HUTCH" "${base[@]}" --dir "$tmp/tree/new/dir" -- echo ran
advises '  for a mount too' '--tmpfs /not-there-yet: .*Read-only file system' '' \
  "$HUTCH" "${base[@]}" --tmpfs /not-there-yet -- echo ran
ok '  and nothing was made' test ! -e tree/new

plan
