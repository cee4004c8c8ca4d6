#!/bin/bash
# Profiles: options from files, where these are found, which of them are not read, and what is said
# of the options in them. Also the options that profiles are made of.
# shellcheck disable=SC2016 # profiles and the shell inside expand what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

mkdir profiles other
export HOME=$tmp/home XDG_CONFIG_HOME=$tmp/config
mkdir -p "$HOME" "$XDG_CONFIG_HOME/hutch/profiles"
unset UNSET

# profile NAME LINE...: writes a profile; the root of every sandbox here is one, too.
profile() {
  printf '%s\n' "${@:2}" >"profiles/$1"
}
profile root '--ro-bind / /' '--proc /proc' '--dev /dev'

# complains SENTENCE CODE ORIGIN REGEX ARGS...: hutch ARGS... fails with CODE, names ORIGIN, a line of a
# profile or nothing, in the message and in the document, and says REGEX.
complains() {
  local sentence=$1 code=$2 origin=$3 regex=$4 wanted
  shift 4
  run "$HUTCH" --error-fd 3 "$@" 3>document
  is "$sentence" "$status $out" '125 '
  like "  and says why" "$err" "^hutch: ${origin:+$origin: }.*$regex"
  if [[ $origin ]]; then wanted='"'$origin'"'; else wanted=null; fi
  is "  in the document, too" "$(grep -o '"code": "[^"]*"' document) $(grep -o '"origin": [^}]*' document)" \
    "\"code\": \"$code\" \"origin\": $wanted"
}

# --- lines -------------------------------------------------------------------

profile lines '# a comment' '' '  --profile ./root   # and another' '--setenv A "one  word"' \
  "--setenv B 'a \"quote\"'" '--perms 0711 --tmpfs /tmp' '--setenv C a\ b' '--setenv D $${A}'
run "$HUTCH" --profile profiles/lines -- sh -c 'echo "$A|$B|$C|$D"; stat -c %a /tmp; ls -A /tmp'
is 'a profile holds options as a shell reads them' "$out" $'one  word|a "quote"|a b|${A}\n711'
cd other || exit
run "$HUTCH" --profile=../profiles/lines -- sh -c 'echo "$A"'
is 'what it includes is found from its own directory' "$out" 'one  word'
cd ..

profile set '--profile ./root' '--setenv A profile'
run "$HUTCH" --profile profiles/set --setenv A line -- sh -c 'echo "$A"'
is 'options behind a profile have the last word' "$out" line
run "$HUTCH" --setenv A line --profile profiles/set -- sh -c 'echo "$A"'
is '  and those before it have not' "$out" profile
profile outer '--setenv A outer' '--profile ./set'
run "$HUTCH" --profile profiles/outer -- sh -c 'echo "$A"'
is '  nor what stands before an inclusion' "$out" profile
profile two '--profile ./root' '--profile ./set' '--profile ./set'
run "$HUTCH" --profile profiles/two --profile profiles/set -- sh -c 'echo "$A"'
is 'a profile may be included more than once' "$out" profile
run "$HUTCH" --args 3 -- sh -c 'echo "$A"' 3< <(printf '%s\0' --profile profiles/set)
is 'the data of --args may name a profile' "$out" profile
profile args '--profile ./root' '--args 3'
run "$HUTCH" --profile profiles/args -- sh -c 'echo "$A"' 3< <(printf '%s\0' --setenv A args)
is '  and a profile those data' "$out" args
profile waiting '--perms 0701'
run "$HUTCH" --profile profiles/root --profile profiles/waiting --dir "$tmp/home/made" -- true
is 'an option may concern what follows its profile' "$status" 125
run "$HUTCH" --profile profiles/root --profile profiles/waiting --tmpfs /tmp -- stat -c %a /tmp
is '  as a mode does' "$out" 701

# --- variables ---------------------------------------------------------------

profile variables '--profile ./root' '--setenv A ${VALUE}' '--setenv B "<${UNSET:-a ${VALUE}}>"' \
  '--setenv C ${cwd}:${home}:${uid}:${gid}:${runtime}'
VALUE='two words "and" $quotes' XDG_RUNTIME_DIR=/run/here run "$HUTCH" --profile profiles/variables -- \
  sh -c 'printf "%s\n" "$A" "$B" "$C"'
is 'a value stays one word, whatever it holds' "$(sed -n 1p <<<"$out")" 'two words "and" $quotes'
is '  also in a default' "$(sed -n 2p <<<"$out")" '<a two words "and" $quotes>'
is 'some names are known without the environment' "$(sed -n 3p <<<"$out")" \
  "$tmp:$HOME:$(id -u):$(id -g):/run/here"
profile option '${VALUE}'
export VALUE='--proc /proc'
complains '  and so no two of them' option-unknown profiles/option:1 'unknown option: --proc /proc' \
  --profile profiles/option -- echo ran
unset VALUE

# --- errors ------------------------------------------------------------------

profile broken '--profile ./root' '' '--no-such-option' '--dir'
complains 'an unknown option' option-unknown profiles/broken:3 'unknown option: --no-such-option' \
  --profile profiles/broken -- echo ran
profile missing-operand '# comment' '--ro-bind /usr'
complains 'a missing operand, which no other line fills in' option-operand-missing profiles/missing-operand:2 \
  '--ro-bind takes two operands' --profile profiles/missing-operand -- echo ran
profile operand '--size 1x'
complains 'a wrong operand' option-operand profiles/operand:1 '--size 1x: not a number' --profile profiles/operand -- echo ran
profile command '--profile ./root' 'echo ran'
complains 'a command' profile-syntax profiles/command:2 'echo ran: .*options only: echo' --profile profiles/command -- true
profile dashes '--profile ./root' '-- echo ran'
complains 'the end of the options' profile-syntax profiles/dashes:2 'options only: --' --profile profiles/dashes -- true
profile surplus '--proc /proc /dev'
complains 'an operand too many' profile-syntax profiles/surplus:1 'options only: /dev' --profile profiles/surplus -- echo ran
profile quote '--proc /proc' "--dir '/a"
complains 'an open quote' profile-syntax profiles/quote:2 "--dir.*quote" --profile profiles/quote -- echo ran
profile dollar '--dir $HOME'
complains 'a bare dollar sign' profile-syntax profiles/dollar:1 'dollar' --profile profiles/dollar -- echo ran
profile unset '' '--setenv A ${UNSET}'
complains 'a variable that is not set' profile-variable profiles/unset:2 '--setenv A .*UNSET has no value' \
  --profile profiles/unset -- echo ran
printf -- '--dir /\377\n' >profiles/latin
complains 'bytes that are no UTF-8' profile-syntax profiles/latin:1 'UTF-8' --profile profiles/latin -- echo ran
complains 'a file that is not there' profile-missing '' '--profile \./none: \./none: No such file' --profile ./none -- echo ran
profile includes '--proc /proc' '--profile ./none'
complains '  or is not there to be included' profile-missing profiles/includes:2 \
  "--profile ./none: $tmp/profiles/none: No such file" --profile profiles/includes -- echo ran
profile self '--proc /proc' '--profile ./self'
complains 'a profile that includes itself' profile-loop profiles/self:2 'self includes itself' \
  --profile profiles/self -- echo ran
profile one '--profile ./another'
profile another '' '--profile ./../profiles/one'
complains '  by way of another' profile-loop "$tmp/profiles/another:2" 'one includes itself' \
  --profile profiles/one -- echo ran
profile many '--profile ./set' '--profile ./set' '--profile ./set' '--profile ./set' '--profile ./set'
profile more '--profile ./many' '--profile ./many' '--profile ./many' '--profile ./many' '--profile ./many' \
  '--profile ./many'
complains 'profiles without end' profile-loop "$tmp/profiles/set:1" '64 profiles' --profile profiles/more -- echo ran

profile source '--profile ./root' '--ro-bind /no/such/source /mnt'
complains 'a failure of the set-up' source-missing profiles/source:2 \
  '--ro-bind /no/such/source /mnt: open_tree /no/such/source: No such file' --profile profiles/source -- echo ran
complains '  but not that of another option' source-missing '' '--ro-bind /no/such/other /mnt: open_tree' \
  --profile profiles/root --ro-bind /no/such/other /mnt -- echo ran
profile conflict '--profile ./root' '--share-uts' '--hostname other'
complains 'a contradiction' option-conflict profiles/conflict:3 '--hostname other: does not go together' \
  --profile profiles/conflict -- echo ran
profile directory '--profile ./root' '--chdir /no/such/directory'
complains 'a working directory' directory-missing profiles/directory:2 '--chdir /no/such/directory' \
  --profile profiles/directory -- echo ran
profile data '--profile ./root' '--file 4 /tmp/a'
run "$HUTCH" --profile profiles/data --file 4 /tmp/b -- echo ran 4</dev/null
like 'who has taken a descriptor before' "$err" "by --file 4 /tmp/a \(profiles/data:2\)"
run "$HUTCH" --profile profiles/root --explain /etc
like 'a profile is named where a path is explained' "$out" "by +--ro-bind / / \(profiles/root:1\)"

# --- under the other name ------------------------------------------------------

ln -s "$HUTCH" bwrap
run ./bwrap --profile profiles/set -- sh -c 'echo "$A"'
is 'bwrap reads profiles' "$out" profile
run ./bwrap --profile profiles/source -- echo ran
is '  and tells where an error is' "$status:$err" \
  "1:bwrap: profiles/source:2: Can't find source path /no/such/source: No such file or directory"

# --- where they are found --------------------------------------------------------

run "$HUTCH" --profile no-such-profile -- echo ran
list=${err##*no such profile in }
IFS=, read -r mine etc share <<<"${list//, /,}"
is 'a name is looked up in three directories' "$mine:${etc##*/hutch}:${share##*/hutch}" \
  "$XDG_CONFIG_HOME/hutch/profiles:/profiles:/profiles"
run env -u XDG_CONFIG_HOME "$HUTCH" --profile no-such-profile -- echo ran
like '  the first of them, by default, in the home directory' "$err" " in $HOME/.config/hutch/profiles, "
run env XDG_CONFIG_HOME=relative "$HUTCH" --profile no-such-profile -- echo ran
like '  also if it would be a relative one' "$err" " in $HOME/.config/hutch/profiles, "
cp profiles/set "$XDG_CONFIG_HOME/hutch/profiles/named"
cp profiles/root "$XDG_CONFIG_HOME/hutch/profiles/root"
profile named '--profile ./root' '--setenv A here'
cd profiles || exit
run "$HUTCH" --profile named -- sh -c 'echo "$A"'
is 'a name is never a file of the current directory' "$out" profile
run "$HUTCH" --profile ./named -- sh -c 'echo "$A"'
is '  and a path always is' "$out" here
cd ..
profile by-name '--profile named'
run "$HUTCH" --profile profiles/by-name -- sh -c 'echo "$A"'
is 'a profile includes by name, too' "$out" profile
complains 'an empty name' profile-missing '' "--profile '': no such profile" --profile '' -- echo ran

# The places of this build, made up on top of the nearest directory that exists.
made=$tmp/made
mkdir -p "$made/etc" "$made/share"
cp "$HUTCH" "$made/hutch"
printf '%s\n' '--ro-bind / /' '--setenv A etc' >"$made/etc/both"
printf '%s\n' '--ro-bind / /' '--setenv A share' | tee "$made/share/both" >"$made/share/shared"
outer=(--ro-bind / / --proc /proc --dev /dev --keep-id)
for place in "$etc" "$share"; do
  while [[ ! -d $place ]]; do place=$(dirname "$place"); done
  [[ $place == / ]] || outer+=(--tmpfs "$place")
done
outer+=(--tmpfs /tmp --ro-bind "$made/etc" "$etc" --ro-bind "$made/share" "$share" --ro-bind "$made" /tmp/made)
run "$HUTCH" "${outer[@]}" -- true
if ((status == 0)); then
  run "$HUTCH" "${outer[@]}" -- /tmp/made/hutch --profile both -- sh -c 'echo "$A"'
  is "the administrator's come before those that come with hutch" "$out" etc
  run "$HUTCH" "${outer[@]}" -- /tmp/made/hutch --profile shared -- sh -c 'echo "$A"'
  is '  which are found as well' "$out" share
else
  skip "the administrator's come before those that come with hutch" "no mount can be made at $etc"
fi

# --- which are not read ------------------------------------------------------------

profile safe '--profile ./root'
complains_unsafe() { complains "$1" profile-unsafe '' "$2" "${@:3}" -- echo ran; }
for mode in 664 646 666; do
  chmod "$mode" profiles/safe
  complains_unsafe "a file of mode $mode" "$tmp/profiles/safe may be written by others" --profile profiles/safe
done
chmod 644 profiles/safe
for mode in 775 757 1777; do
  chmod "$mode" profiles
  complains_unsafe "a directory of mode $mode" "$tmp/profiles may be written by others" --profile profiles/safe
done
chmod 755 profiles
ln -s profiles/safe link
run "$HUTCH" --profile ./link -- echo ran
is 'a link to a safe one is safe' "$out" ran
mkdir open && cp profiles/root open/ && chmod 777 open && ln -s ../open/root profiles/to-open
complains_unsafe '  and the directory that counts is where it leads' "$tmp/open may be written" --profile profiles/to-open
mkfifo profiles/fifo
complains_unsafe 'a fifo, which is not waited for' 'no regular file' --profile profiles/fifo
complains_unsafe 'a device' 'no regular file' --profile /dev/null
complains_unsafe 'a directory' 'no regular file' --profile ./profiles
head -c 1048577 /dev/zero | tr '\0' '#' >profiles/large
complains 'a file of over a mebibyte' profile-syntax '' 'has over 1048576 bytes' --profile profiles/large -- echo ran

# --- what the sandbox can write --------------------------------------------------------

mkdir sub && ln -s ../profiles sub/link
# writable SENTENCE ARGS...: with ARGS the sandbox could write a profile.
writable() {
  complains "$1" profile-unsafe '' "$2.*: the sandbox could write the profile $tmp/profiles/root" \
    --profile profiles/root "${@:3}" -- echo ran
}
writable 'a bind of the directory' '--bind profiles /mnt' --bind profiles /mnt
writable '  of one above it' "--bind $tmp /mnt" --bind "$tmp" /mnt
writable '  of the whole system' '--dev-bind / /' --dev-bind / /
writable '  of the file' '--bind-try profiles/root' --bind-try profiles/root "$tmp/profiles/root"
writable '  by a link' '--bind sub/link /mnt' --bind sub/link /mnt
writable '  even where another one covers it' "--bind $tmp $tmp" --bind "$tmp" "$tmp" --ro-bind profiles "$tmp/profiles"
writable 'a bind by a descriptor' '--bind-fd 4 /mnt' --bind-fd 4 /mnt 4<profiles
mkdir work
writable 'the upper layer of an overlay' '--overlay profiles work /mnt' --overlay-src sub --overlay profiles work /mnt
run "$HUTCH" --bind sub /mnt --profile profiles/root -- echo ran
is 'what lies beside it may be written' "$out" ran
run "$HUTCH" --profile profiles/root --ro-bind "$tmp" /mnt --ro-bind-fd 4 /srv -- echo ran 4<profiles
is '  and it may be read' "$out" ran
profile binds '--profile ./root' '--bind ${cwd} ${cwd}'
complains 'a profile that hands out itself' profile-unsafe profiles/binds:2 "--bind $tmp $tmp: .*profiles/binds" \
  --profile profiles/binds -- echo ran
run "$HUTCH" "${base[@]}" --keep-id --tmpfs /tmp --bind "$tmp/profiles" /tmp/one --bind "$tmp/profiles" /tmp/two \
  --ro-bind "$HUTCH" /tmp/hutch -- /tmp/hutch --ro-bind / / --profile /tmp/one/root --bind /tmp/two /mnt -- echo ran
like 'a directory that is mounted twice is one' "$status:$out:$err" '125::.*--bind /tmp/two /mnt: the sandbox could write'

# --- options for profiles ---------------------------------------------------------------

A=caller B='' run "$HUTCH" "${base[@]}" --clearenv --setenv A other --keepenv A --keepenv B --keepenv UNSET -- /usr/bin/env
is '--keepenv: what the caller has' "$(grep -v ^PWD= <<<"$out")" $'A=caller\nB='
run "$HUTCH" "${base[@]}" --setenv UNSET x --keepenv UNSET -- sh -c 'echo "${UNSET-none}"'
is '  and does not have' "$out" none
A=caller run "$HUTCH" "${base[@]}" --keepenv A --unsetenv A -- sh -c 'echo "${A-none}"'
is '  until another option changes it' "$out" none
refuses '  under a name that there can be' "--keepenv A=B: not the name" "${base[@]}" --keepenv A=B -- echo ran

mkdir show && echo text >show/file && ln -s file show/to-file && ln -s /nowhere show/dangling
run "$HUTCH" "${system[@]}" --show-try "$tmp/show/file" --show-try "$tmp/show/to-file" --show-try "$tmp/show/dangling" \
  --show-try "$tmp/show/none" --show-try "$tmp/show/file/below" -- \
  sh -c 'cd "$1"; readlink to-file dangling; cat to-file; ls -A; echo >file' sh "$tmp/show"
is '--show-try: links are links, and what is missing is not there' "$out" \
  $'file\n/nowhere\ntext\ndangling\nfile\nto-file'
like '  and read-only' "$err" 'Read-only file system'
refuses '  in its own place' '--show-try show: the path must begin with a slash' "${base[@]}" --show-try show -- echo ran

umask 000
run "$HUTCH" --dry-run "${base[@]}" --tmpfs /tmp --bind-create "$tmp/home/a/b" /tmp/home -- true
is '--bind-create: nothing is made for a --dry-run' "$status $(ls -A home)" '0 '
run "$HUTCH" "${base[@]}" --tmpfs /tmp --bind-create "$tmp/home/a/b" /tmp/home -- sh -c 'echo kept >/tmp/home/file'
is '  else the source, for its owner alone' "$(cat home/a/b/file) $(stat -c %a home/a home/a/b | one_line)" 'kept 700 700'
umask 022
run "$HUTCH" "${base[@]}" --tmpfs /tmp --bind-create "$tmp/home/a/b" /tmp/home -- cat /tmp/home/file
is '  and what it holds is kept' "$out" kept
refuses '  unless it cannot be made' '--bind-create /proc/none/here /mnt: mkdir /proc/none/here: ' \
  "${base[@]}" --bind-create /proc/none/here /mnt -- echo ran

plan
