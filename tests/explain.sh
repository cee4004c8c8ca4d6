#!/bin/bash
# --explain says what a path is inside, and agrees with a process that really looks.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# PAIRS=20000 compares more of them, SEED=... the same ones again.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

[[ -x /usr/bin/python3 ]] || skip_all 'python3 is not here'

# ask OPTIONS...: leaves the $answers.
ask() {
  run "$HUTCH" --json "$@"
  answers=$out
}
# answer NUMBER KEY...: values of one of them.
answer() {
  /usr/bin/python3 -c '
import json, sys
answer = json.loads(sys.argv[1])[int(sys.argv[2])]
value = {None: "null", True: "yes", False: "no"}
def show(key):
    found = answer[key]
    if isinstance(found, dict):
        return str(found["index"]) + " " + " ".join(found["words"])
    return found if isinstance(found, str) else value[found]
print("|".join(show(key) for key in sys.argv[3:]))' "$answers" "$@" 2>&1
}
access=(read write execute)
tree_state() { find "$1" -printf '%p %y %m %i %n %s %T@ %C@ %l\n' 2>"$tmp/closed" | sort | sha256sum; }

# --- Random sandboxes ------------------------------------------------------------------------

# compared NAME: how many were compared, and how many differ.
compared() { sed -n "s/^$1 \\([0-9]*\\) compared, \\([0-9]*\\) differ\$/\\1 \\2/p" "$tmp/.out"; }
compare_pairs() {
  local what=$1 count=$2 name kind
  shift 2
  limit=250 run "$@" /usr/bin/python3 "$here/data/explain/pairs.py" "$HUTCH" "pairs $what" "$count" ${SEED:+"$SEED"}
  printf '# %s: %s\n' "$what" "$(head -n 1 "$tmp/.out")"
  for name in presence kind read-only devices read write execute; do
    is "$what: $name is as the probe finds it, $count times" "$(compared "$name")" "$count 0"
  done
  for name in inside host operation untouched; do
    like "$what: so is what is said of it: $name" "$(compared "$name")" '^[1-9][0-9]{2,} 0$'
  done
  like "$what: what is refused is refused in the same words" "$(compared refusal)" '^[0-9]+ 0$'
  grep -E '^(kind|write): .*None' "$tmp/.out" >>seen
  grep -Ev '^(seed|[a-z-]+ [0-9]+ compared)' "$tmp/.out" | cut -c 1-2000 | sed 's/^/# /'
}
compare_pairs 'as a user' "${PAIRS:-2000}"
sed 's/^/# /' "$tmp/.err"
if unshare -Urm true 2>/dev/null; then
  compare_pairs 'with mounts' 1000 unshare -Urm
else
  skip 'with mounts' 'unshare makes no user namespace'
fi
# A comparison of what was never there shows nothing.
for kind in directory file character-device pipe socket; do
  like "there was a $kind" "$(grep '^kind: ' seen)" "$kind [1-9]"
done
for kind in EACCES EROFS ENOENT ENOTDIR ELOOP ENAMETOOLONG ENXIO None; do
  like "there was $kind" "$(grep '^write: ' seen)" "$kind [1-9]"
done

# --- One by one ------------------------------------------------------------------------------

mkdir -p tree/sub tree/closed tree/'with space' tree/ñ
echo data >tree/file
printf '#!/bin/sh\nexit 0\n' >tree/program
chmod 755 tree/program
echo secret >tree/closed/in
chmod 0 tree/closed
ln -s program tree/link
ln -s /nowhere tree/dangling
ln -s loop tree/loop
mkfifo tree/fifo
before=$(tree_state tree)

ask --ro-bind tree /t --explain /t/file --explain /t/program --explain /t/sub --explain /t/link --explain /t
is 'of a file that is bound read-only: what it is' "$(answer 0 present kind read-only)" 'yes|file|yes'
is '  what it gives' "$(answer 0 "${access[@]}")" 'null|EROFS|EACCES'
is '  where it comes from' "$(answer 0 host)" "$tmp/tree/file"
is '  and which operation decides' "$(answer 0 operation)" '1 --ro-bind tree /t'
is 'of a program' "$(answer 1 "${access[@]}")" 'null|EROFS|null'
is 'of a directory' "$(answer 2 kind "${access[@]}")" 'directory|null|EROFS|null'
is 'a link is what it leads to' "$(answer 3 path inside host kind)" "/t/link|/t/program|$tmp/tree/program|file"
is 'of the place itself' "$(answer 4 inside host)" "/t|$tmp/tree"

ask --bind tree /t --explain /t/file --explain /t/dangling --explain /t/loop --explain /t/no --explain /t/closed/in --explain /t/file/x
is 'of a file that is bound writable' "$(answer 0 read-only "${access[@]}")" 'no|null|null|EACCES'
is 'a link that leads nowhere dangles' "$(answer 1 present kind dangling "${access[@]}")" 'no|null|yes|ENOENT|ENOENT|ENOENT'
is '  as one that leads to itself' "$(answer 2 present dangling read)" 'no|yes|ELOOP'
is 'what is not there does not' "$(answer 3 present dangling read inside)" 'no|no|ENOENT|/t'
is 'what cannot be looked at is not present' "$(answer 4 present "${access[@]}")" 'no|EACCES|EACCES|EACCES'
is 'nothing is below a file' "$(answer 5 present read)" 'no|ENOTDIR'

ask --ro-bind tree /t --tmpfs /t/sub --explain /t/sub/new --explain /t/sub --explain /etc/passwd --explain /t/file
is 'a later operation decides below it' "$(answer 0 operation)|$(answer 1 operation host)" '2 --tmpfs /t/sub|2 --tmpfs /t/sub|null'
is 'what the host has and the sandbox does not show is hidden' "$(answer 2 present hidden operation)" 'no|yes|null'
is '  what is neither here nor there is not' "$(answer 0 hidden)|$(answer 3 hidden)" 'no|no'

ask --tmpfs /m --dir /m/d --file 5 /m/f --perms 0700 --ro-bind-data 6 /m/data --chmod 0 /m/d --remount-ro /m \
  --explain /m/d --explain /m/f --explain /m/data --explain /m --explain /m/d/x 5< <(echo one) 6< <(echo two)
is '--dir decides about what it made' "$(answer 0 operation host)" '2 --dir /m/d|null'
is '  --chmod and --remount-ro are seen in what one gets' "$(answer 0 "${access[@]}")" 'EACCES|EACCES|EACCES'
is '--file too' "$(answer 1 operation "${access[@]}")" '3 --file 5 /m/f|null|EROFS|EACCES'
is '--ro-bind-data too' "$(answer 2 operation read-only "${access[@]}")" '5 --ro-bind-data 6 /m/data|yes|null|EROFS|null'
is 'a mount that was made read-only says so' "$(answer 3 read-only write)" 'yes|EROFS'

ask --dev /dev --dev-bind /dev/null /a --bind /dev/null /b --explain /dev/null --explain /a --explain /b --explain /dev
is 'devices work below --dev' "$(answer 0 kind devices "${access[@]}")" 'character-device|yes|null|null|EACCES'
is '  and with --dev-bind' "$(answer 1 devices read host)" 'yes|null|/dev/null'
is '  not with --bind' "$(answer 2 kind devices read write)" 'character-device|no|EACCES|EACCES'

ask --bind tree /t --explain /t/fifo --explain '/t/with space' --explain /t/ñ --explain t/file --explain ../t/file --explain /t//./sub/../file
is 'a fifo is not waited for' "$status $(answer 0 kind)" '0 pipe'
is 'a name with a space' "$(answer 1 path present)" '/t/with space|yes'
is '  or with other letters' "$(answer 2 path present)" '/t/ñ|yes'
is 'a relative path starts at the working directory inside' "$(answer 3 path inside)|$(answer 4 inside)" 't/file|/t/file|/t/file'
is 'what is asked is told as it was, and where it leads' "$(answer 5 path inside)" '/t//./sub/../file|/t/file'

ask --ro-bind tree /t --cap-add dac_override --explain /t/closed/in --explain /t/file
is 'it is asked with the capabilities of the command' "$(answer 0 present read)|$(answer 1 operation host)" \
  "yes|null|1 --ro-bind tree /t|$tmp/tree/file"
exec 5<tree
ask --ro-bind-fd 5 /t --explain /t/file
is 'what a descriptor stands for has a name on the host, too' "$(answer 0 operation host)" "1 --ro-bind-fd 5 /t|$tmp/tree/file"
exec 5<&-
ask --ro-bind / / --explain "$tmp/tree/file" --explain / --explain /proc/self/root
is 'the whole host at the root' "$(answer 0 host)|$(answer 1 host)" "$tmp/tree/file|/"
is '  seen by way of proc' "$(answer 2 host)" /
is 'nothing of the host was changed' "$(tree_state tree)" "$before"

# What would have to be made in a writable directory of the host
ask --bind tree /t --tmpfs /t/new --dir /t/far/away --symlink file /t/made --chmod 0700 /t/program --bind tree /t/top/below \
  --explain /t/new --explain /t/new/x --explain /t/far/away --explain /t/far --explain /t/made --explain /t/program \
  --explain /t/top/below/file --explain /t/file --explain /t/sub --explain /t/else
is 'a mount point that is still to be made is pending' "$status $(answer 0 present pending operation)" '0 no|yes|2 --tmpfs /t/new'
is '  as is what lies below it' "$(answer 1 pending)" yes
is '  a directory' "$(answer 2 present pending operation)" 'no|yes|3 --dir /t/far/away'
is '  and its parent' "$(answer 3 present pending)" 'no|yes'
is '  a link' "$(answer 4 pending operation)" 'yes|4 --symlink file /t/made'
is '  a mode that is to be changed' "$(answer 5 present pending)" 'yes|yes'
is '  what is bound there' "$(answer 6 pending)" yes
is 'what is there already is not' "$(answer 7 pending read write)|$(answer 8 pending)|$(answer 9 pending read)" 'no|null|null|no|no|ENOENT'
is '  and none of it is made' "$(tree_state tree)" "$before"
mkdir upper work
both=$(tree_state upper)$(tree_state work)
ask --overlay-src tree/sub --overlay upper work /o --explain /o --explain /o/x
is 'an overlay is told' "$status $(answer 0 present operation)" '0 yes|2 --overlay upper work /o'
is '  without writing to its directories' "$(tree_state upper)$(tree_state work)" "$both"

# --- The text --------------------------------------------------------------------------------

run "$HUTCH" --ro-bind tree /t --explain /t/file --explain /t/no --explain /t/dangling --explain /etc/passwd --explain /t/link
is 'without --json it is for people' "$status $err" '0 '
like '  who read what it is' "$out" $'(^|\n)/t/file: file, read-only\n'
like '  which option decides' "$out" $'\n +by +--ro-bind tree /t\n'
like '  what is behind it' "$out" $'\n +host +'"$tmp/tree/file"$'\n'
like '  what they would get' "$out" $'\n +read +yes\n +write +EROFS[^\n]*\n +execute +EACCES'
like '  what is not there' "$out" $'\n/t/no: [^\n]*No such file or directory\n'
like '  what is hidden' "$out" $'\n/etc/passwd: [^\n]*'
like '  where a link leads' "$out" $'\n/t/link: [^\n]*(\n +[^\n]*)*/t/program'
unlike '  and no escape sequences' "$out" $'\e'
run "$HUTCH" --ro-bind tree /t --explain $'/t/a\nb\e[1m'
unlike 'a name cannot do anything to the terminal' "$out" $'\e|\nb'

# --- What it does not do ---------------------------------------------------------------------

run "$HUTCH" "${base[@]}" --bind tree /mnt --explain /mnt/file -- touch /mnt/ran
is 'a command may follow, and is not run' "$status $(test -e tree/ran && echo ran)" '0 '
run "$HUTCH" "${base[@]}" --explain /usr -- no-such-command
returns '  it need not exist' 0
refuses 'a sandbox that cannot be built is a failure' '--ro-bind /no/such /t: ' --ro-bind /no/such /t --explain /t/file
refuses '  in JSON too' '--ro-bind /no/such /t: ' --json --ro-bind /no/such /t --explain /t/file
refuses 'the path must not be empty' "--explain '': the path is empty" --ro-bind / / --explain ''
refuses '--explain does not go together with --print-plan' '--print-plan.*--explain|--explain.*--print-plan' \
  --ro-bind / / --print-plan json --explain /
refuses '--json alone is about nothing' '--json: needs' "${base[@]}" --json -- echo ran
if [[ -c /dev/full ]]; then
  ok 'an answer that cannot be written is a failure' sh -c '"$1" --ro-bind / / --explain / 2>said >/dev/full; test $? = 125' sh "$HUTCH"
  like '  which is told' "$(<said)" '^hutch: .*No space left on device'
fi

plan
