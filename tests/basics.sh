#!/bin/bash
# The command line: what comes back from a command, and what is said about a line that makes no sense.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

inside -- sh -c 'echo to stdout; echo to stderr >&2'
returns 'a command that succeeds gives 0' 0
is 'its output arrives' "$out" 'to stdout'
is 'and so does its error output, with nothing added' "$err" 'to stderr'

run "$HUTCH" "${base[@]}" -- cat <<<'from outside'
is 'its input is the input of hutch' "$out" 'from outside'

for number in 1 7 124 255; do
  inside -- sh -c "exit $number"
  returns "exit status $number comes back as it is" "$number"
done

for name in TERM KILL SEGV USR1; do
  inside -- sh -c "ulimit -c 0; kill -$name \$\$"
  returns "a command that SIG$name ends gives 128 and its number" $((128 + $(kill -l "$name")))
done
run how-ended "$HUTCH" "${base[@]}" -- sh -c 'kill -TERM $$'
is 'hutch itself exits then, it is not killed' "$out" 'exit 143'

inside -- no-such-command-anywhere
returns 'a command that is not in PATH gives 127' 127
like '  and its name is said' "$err" '^hutch: .*no-such-command-anywhere.*No such file or directory'
inside -- /usr/no/such/command
returns 'so does a path that does not exist' 127
inside -- /etc/passwd
returns 'a file that is not executable gives 126' 126
like '  and its name is said' "$err" '^hutch: .*/etc/passwd.*Permission denied'
inside -- /usr
returns 'a directory as a command gives 126' 126
inside -- sh -c 'no-such-command-anywhere 2>/dev/null'
returns 'a status 127 of the command itself comes back without a word' 127
is '  from hutch' "$err" ''

run "$HUTCH" --help
returns '--help succeeds' 0
like '  says how hutch is used' "$out" '^[Uu]sage: [^ ]*hutch .*COMMAND'
for option in --bind --ro-bind-data --unshare-net --cap-add --die-with-parent; do
  like "  names $option" "$out" "$option"
done
is '  and says nothing else' "$err" ''
run "$HUTCH" --version
returns '--version succeeds' 0
like '  prints name and version' "$out" '^hutch [0-9]+\.[0-9]+(\.[0-9]+)?$'

run "$HUTCH" "${base[@]}" echo no dashes
is 'the first word that is no option is the command' "$out" 'no dashes'
inside -- echo --bind -- x
is 'words after the command are never options' "$out" '--bind -- x'
mkdir bin
printf '#!/bin/sh\necho "$# arguments"\n' >bin/--bind
chmod +x bin/--bind
run "$HUTCH" "${base[@]}" --setenv PATH "$tmp/bin:$PATH" -- --bind /a /b
is 'after --, even a command called --bind is a command' "$out" '2 arguments'

run "$HUTCH" "${base[@]}"
returns 'without a command, hutch fails' 125
like '  with a line of its own' "$err" '^hutch: '
run "$HUTCH" "${base[@]}" --
returns 'with nothing after -- too' 125

refuses 'an unknown option is refused' 'unknown option: --bogus' "${base[@]}" --bogus -- echo ran
refuses 'one that is only the beginning of an option too' 'unknown option: --ro-bin' --ro-bin / / -- echo ran
refuses 'a short option too' 'unknown option: -h' -h -- echo ran
run "$HUTCH" "${base[@]}" --chdir=/usr -- pwd
is 'an operand may follow its option in one word, after =' "$out" /usr
refuses 'where there are two, it may not' 'unknown option: --bind=/usr' "${base[@]}" --bind=/usr /usr -- echo ran
refuses 'where there is none, it may not' 'unknown option: --keep-id=1' "${base[@]}" --keep-id=1 -- echo ran
refuses 'a missing operand is refused' '--bind takes two operands' "${base[@]}" --bind /usr
refuses 'no operand at all too' '--tmpfs takes' "${base[@]}" --tmpfs
refuses 'a bad size is refused' '--size 10x: not a number' "${base[@]}" --size 10x --tmpfs /tmp -- echo ran
refuses 'a negative size too' '--size -1: ' "${base[@]}" --size -1 --tmpfs /tmp -- echo ran
refuses 'an empty size too' '--size ' "${base[@]}" --size '' --tmpfs /tmp -- echo ran
refuses 'a size beyond 64 bits too' '--size 99999999999999999999: ' "${base[@]}" \
  --size 99999999999999999999 --tmpfs /tmp -- echo ran
refuses 'bad permissions are refused' '--perms 0799: ' "${base[@]}" --perms 0799 --tmpfs /tmp -- echo ran
refuses 'too many permissions too' '--perms 17777: ' "${base[@]}" --perms 17777 --tmpfs /tmp -- echo ran
refuses 'a bad user id is refused' '--uid abc: ' "${base[@]}" --uid abc -- echo ran
refuses 'the user id that means no user too' '--uid 4294967295: ' "${base[@]}" --uid 4294967295 -- echo ran
refuses 'a negative group id too' '--gid -5: ' "${base[@]}" --gid -5 -- echo ran
refuses 'a bad descriptor is refused' '--file x /tmp/f: ' "${base[@]}" --file x /tmp/f -- echo ran
refuses 'an unknown capability is refused' '--cap-add cap_fly: ' "${base[@]}" --cap-add cap_fly -- echo ran
refuses 'a missing source is refused' '--ro-bind /no/such/source /tmp: .*No such file or directory' "${base[@]}" \
  --ro-bind /no/such/source /tmp -- echo ran
refuses 'an empty destination is refused' '--tmpfs' "${base[@]}" --tmpfs '' -- echo ran
refuses 'a variable without a name is refused' '--setenv' "${base[@]}" --setenv '' x -- echo ran
refuses 'a variable with = in its name too' '--setenv A=B x: ' "${base[@]}" --setenv A=B x -- echo ran

# Nothing that is typed reaches the terminal as an order, or makes a line of its own.
refuses 'control characters in an operand are shown as what they are' '.x/a.x1b.31m.x0ahutch: fake' \
  "${base[@]}" --bind $'/x/a\e[31m\nhutch: fake' /y -- echo ran
refuses '  in an unknown option too' 'unknown option: --a.x0db' $'--a\rb'
if [[ -e /dev/full ]]; then
  run sh -c '"$HUTCH" --help >/dev/full'
  is 'help that cannot be printed is a failure of hutch' "$status" 125
  like '  which it says' "$err" '^hutch: .*No space left'
fi
printf '#!/no/such/interpreter\n' >script
chmod +x script
inside -- ./script
returns 'a script whose interpreter is missing is found, and not executable' 126
like '  which it says' "$err" '^hutch: .*script: the interpreter'
inside --argv0 other -- no-such-command-anywhere
like 'a command is missed by its own name' "$err" 'no-such-command-anywhere: No such file'

plan
