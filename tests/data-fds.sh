#!/bin/bash
# Descriptors as operands: files out of data, arguments, and mounts of what is open.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

printf 'one\ntwo\n' >data
printf 'more\n' >extra
mkdir dir && echo in dir >dir/file
fresh() { inside --tmpfs /tmp "$@"; }
words() { printf '%s\0' "$@"; }

# Files out of data
fresh --file 11 /tmp/a/f -- sh -c 'cat /tmp/a/f; stat -c %a /tmp/a/f; echo x >>/tmp/a/f && tail -n 1 /tmp/a/f' 11<data
is '--file makes a file with what the descriptor holds' "$out" $'one\ntwo\n666\nx'
fresh --bind-data 11 /tmp/f -- sh -c 'cat /tmp/f; stat -c %a /tmp/f; echo x >>/tmp/f && tail -n 1 /tmp/f' 11<data
is '--bind-data mounts such a file' "$out" $'one\ntwo\n600\nx'
fresh --ro-bind-data 11 /tmp/f -- sh -c 'cat /tmp/f; stat -c %a /tmp/f; echo x >>/tmp/f' 11<data
is '--ro-bind-data too' "$out" $'one\ntwo\n600'
like '  read-only' "$err" 'Read-only file system'
is 'what is written there stays inside' "$(cat data)" $'one\ntwo'
fresh --perms 0444 --bind-data 11 /tmp/f --perms 0400 --ro-bind-data 12 /tmp/g -- stat -c %a /tmp/f /tmp/g 11<data 12<extra
is '--perms chooses their modes' "$out" $'444\n400'
inside --ro-bind-data 11 /etc/passwd -- cat /etc/passwd 11<data
is 'data can cover a file of a read-only directory' "$out" $'one\ntwo'
fresh --file 11 /tmp/f --ro-bind-data 12 /tmp/f -- cat /tmp/f 11<data 12<extra
is 'and a file made of data' "$out" more
fresh --file 11 /tmp/f -- cat /tmp/f 11< <(cat data extra)
is 'a pipe is read to its end' "$out" $'one\ntwo\nmore'
head -c 3000000 /dev/urandom >large
cp large large2
fresh --ro-bind-data 11 /tmp/f --file 12 /tmp/g -- sh -c 'sha256sum </tmp/f; sha256sum </tmp/g' 11< <(cat large2) 12<large
sum=$(sha256sum <large)
is 'large data arrives whole' "$out" "$sum"$'\n'"$sum"
exec 11<data
read -r -u 11 _
fresh --file 11 /tmp/f -- cat /tmp/f
is 'a file is read from where its descriptor stands' "$out" two
exec 11<&-
fresh --file 11 /tmp/f -- sh -c 'stat -c %s /tmp/f' 11</dev/null
is 'no data make an empty file' "$out" 0
fresh --file 0 /tmp/f -- cat /tmp/f <data
is 'the standard input can be such a descriptor' "$out" $'one\ntwo'
fresh "${helpers[@]}" --file 11 /tmp/f -- list-fds 11<data
is 'none of them is left to the command' "$out" '0 1 2'

# Arguments
run "$HUTCH" --args 11 -- sh -c 'echo $A' 11< <(words "${base[@]}" --setenv A 1)
is '--args reads options' "$out" 1
run "$HUTCH" "${base[@]}" --args 11 -- sh -c 'echo $A' 11< <(printf -- '--setenv\0A\0last')
is '  the NUL after the last word is optional' "$out" last
run "$HUTCH" "${base[@]}" --args 11 -- sh -c 'echo "${A-unset}|$B"' 11< <(words --setenv A '' --setenv B b)
is '  empty words are words' "$out" '|b'
run "$HUTCH" "${base[@]}" --args 11 -- sh -c 'echo "$A"' 11< <(words --setenv A $'two\nlines --bind')
is '  and words may hold anything else' "$out" $'two\nlines --bind'
run "$HUTCH" "${base[@]}" --args 11 --args 12 --setenv C 3 -- sh -c 'echo $A$B$C' 11< <(words --setenv A 1) \
  12< <(words --setenv B 2 --setenv C 2)
is '  it may be given again, in its place among the others' "$out" 123
run "$HUTCH" "${base[@]}" --args 11 -- echo mine 11</dev/null
is '  no data are no options' "$out" mine
run "$HUTCH" "${base[@]}" --args 11 -- sh -c 'echo mine $A' 11< <(words --setenv A 1 --)
is '  they may end with --' "$out" 'mine 1'
for smuggled in '-- echo theirs' 'echo theirs' '-- --setenv A 2'; do
  # shellcheck disable=SC2086 # one word each
  run "$HUTCH" "${base[@]}" --args 11 -- sh -c 'echo mine $A' 11< <(words --setenv A 1 $smuggled)
  like "data cannot put a command in place of that of the command line ($smuggled)" "$status:$out" '^(0:mine 1|125:)$'
done
run "$HUTCH" "${base[@]}" --args 11 -- list-fds 11< <(words --setenv A 1)
is '  and the descriptor is not left to the command' "$out" '0 1 2'
mapfile -t many < <(for ((i = 0; i < 2500; i++)); do printf '%s\n' --setenv "V$i" "$i"; done)
run "$HUTCH" "${base[@]}" --args 11 -- sh -c 'echo $V0 $V2499' 11< <(words "${many[@]}")
is 'thousands of words are no matter' "$out" '0 2499'
refuses 'an unknown option in the data is refused' 'unknown option: --bogus' "${base[@]}" --args 11 -- echo ran \
  11< <(words --bogus)
refuses 'a missing operand too, which the command line does not supply' '--bind takes two operands' "${base[@]}" \
  --args 11 /tmp -- echo ran 11< <(words --bind /usr)
refuses '--args in the data is refused' '--args' "${base[@]}" --args 11 -- echo ran 11< <(words --args 12) 12</dev/null

# Descriptors that will not do
for option in --file --bind-data --ro-bind-data --bind-fd --ro-bind-fd; do
  refuses "$option refuses a descriptor that is not open" "$option 99 /tmp/f: .*Bad file descriptor" "${base[@]}" \
    --tmpfs /tmp "$option" 99 /tmp/f -- echo ran
  refuses "  one that is no number" "$option 1x /tmp/f: " "${base[@]}" --tmpfs /tmp "$option" 1x /tmp/f -- echo ran
  refuses "  a negative one" "$option -1 /tmp/f: " "${base[@]}" --tmpfs /tmp "$option" -1 /tmp/f -- echo ran
done
for option in --args --seccomp --add-seccomp-fd --keep-fd; do
  refuses "$option refuses a descriptor that is not open" "$option 99: .*Bad file descriptor" "${base[@]}" \
    "$option" 99 -- echo ran
  refuses "  and one that is no number" "$option '': |$option : |$option x: " "${base[@]}" "$option" x -- echo ran
done
refuses 'a descriptor only for writing is refused' '--file 11 /tmp/f: ' "${base[@]}" --tmpfs /tmp --file 11 /tmp/f \
  -- echo ran 11>>extra
refuses 'a directory is not data' '--file 11 /tmp/f: .*Is a directory' "${base[@]}" --tmpfs /tmp --file 11 /tmp/f \
  -- echo ran 11<dir
refuses 'two options do not share a descriptor' \
  '--file 11 /tmp/a.*--ro-bind-data 11 /tmp/b|--ro-bind-data 11 /tmp/b.*--file 11 /tmp/a' "${base[@]}" --tmpfs /tmp \
  --file 11 /tmp/a --ro-bind-data 11 /tmp/b -- echo ran 11<data
refuses '  not even when they are the same' '--ro-bind-data 11 /tmp/a.*--ro-bind-data 11 /tmp/b|/tmp/b.*/tmp/a' \
  "${base[@]}" --tmpfs /tmp --ro-bind-data 11 /tmp/a --ro-bind-data 11 /tmp/b -- echo ran 11<data
refuses '  nor a file and a filter' '--(file|seccomp) 11.*--(seccomp|file) 11' "${base[@]}" --tmpfs /tmp \
  --file 11 /tmp/a --seccomp 11 -- echo ran 11<data

# Mounts of what is open
fresh --bind-fd 11 /tmp/d -- sh -c 'cat /tmp/d/file; echo x >/tmp/d/new' 11<dir
is '--bind-fd mounts an open directory' "$out $(cat dir/new)" 'in dir x'
fresh --ro-bind-fd 11 /tmp/d -- sh -c 'cat /tmp/d/file; echo x >/tmp/d/more' 11<dir
is '--ro-bind-fd too' "$out" 'in dir'
like '  read-only' "$err" 'Read-only file system'
fresh --ro-bind-fd 11 /tmp/f --bind-fd 12 /tmp/g -- sh -c 'cat /tmp/f; echo y >/tmp/g' 11<data 12<extra
is 'an open file is mounted as a file' "$out $(cat extra)" $'one\ntwo y'
run open-path 11 dir "$HUTCH" "${base[@]}" --tmpfs /tmp --ro-bind-fd 11 /tmp/d -- cat /tmp/d/file
is 'a descriptor that is nothing but a place (O_PATH) will do' "$out" 'in dir'
run open-path 11 data "$HUTCH" "${base[@]}" --tmpfs /tmp --ro-bind-fd 11 /tmp/f -- cat /tmp/f
is '  for a file too' "$out" $'one\ntwo'
mkdir decoy && echo decoy >decoy/file
exec 11<dir
mv dir moved && mv decoy dir
fresh --ro-bind-fd 11 /tmp/d -- cat /tmp/d/file
is 'what was opened is mounted, not what has its name now' "$out" 'in dir'
exec 11<&-
mkdir gone && echo bye >gone-file
exec 11<gone 12<gone-file
rmdir gone && rm gone-file
run "$HUTCH" "${base[@]}" --tmpfs /tmp --ro-bind-fd 12 /tmp/f -- cat /tmp/f
like 'a deleted file is mounted, or refused in one line' "$status:$out:$err" $'^(0:bye:|125::hutch: --ro-bind-fd 12 /tmp/f: [^\n]*(\nhutch: hint: [^\n]*)?)$'
run "$HUTCH" "${base[@]}" --tmpfs /tmp --ro-bind-fd 11 /tmp/d -- ls /tmp/d
like 'a deleted directory too' "$status:$out:$err" $'^(0::|125::hutch: --ro-bind-fd 11 /tmp/d: [^\n]*(\nhutch: hint: [^\n]*)?)$'
exec 11<&- 12<&-
fresh "${helpers[@]}" --ro-bind-fd 11 /tmp/d -- list-fds 11<moved
is 'the descriptor is not left to the command' "$out" '0 1 2'

plan
