#!/bin/bash
# hutch-wrap: what becomes of desktop entries, what launchers then start, and what is left alone.
# shellcheck disable=SC2016 # entries and the shell inside expand what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

wrapper=${HUTCH%/*}/hutch-wrap
[[ -x $wrapper ]] || skip_all 'hutch-wrap is not built'
[[ -d $here/../profiles ]] || skip_all 'the profiles are not here'
needs gio desktop-file-validate
export HOME=$tmp/home XDG_CONFIG_HOME=$tmp/config XDG_RUNTIME_DIR=$tmp/run XDG_DATA_HOME=$tmp/home/data \
  XDG_DATA_DIRS=$tmp/first:$tmp/second RECORD=$tmp/record
unset HUTCH_APP DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
first=$tmp/first/applications second=$tmp/second/applications own=$XDG_DATA_HOME/applications
mkdir -p "$HOME" "$XDG_CONFIG_HOME/hutch" "$XDG_RUNTIME_DIR" "$first" "$second/kde4/deep" bin real
chmod 700 "$XDG_RUNTIME_DIR"
cp -r "$here/../profiles" "$XDG_CONFIG_HOME/hutch/"
chmod -R u+w,go-w "$XDG_CONFIG_HOME/hutch"

# Beside this hutch-wrap is a hutch that records its words. The other one is the real one.
cp "$wrapper" bin/ && cp "$HUTCH_HELPERS/record-words" bin/hutch && cp "$HUTCH_HELPERS/record-words" bin/recorder
cp "$wrapper" "$HUTCH" real/
PATH=$tmp/bin:$PATH

# entry PATH LINE...: writes an entry; LINEs follow the first two of its main group.
entry() {
  mkdir -p "${1%/*}"
  printf '%s\n' '[Desktop Entry]' Type=Application Name=Thing "${@:2}" >"$1"
}
wrap() { run hutch-wrap "$@"; }
key() { sed -n "s/^$1=//p" "$own/${2:-thing}.desktop" | head -n 1; }
# shellcheck disable=SC2317 # ok calls it
valid() {
  desktop-file-validate "$own/${1:-thing}.desktop" >"$tmp/valid" 2>&1
  sed 's/^/# /' "$tmp/valid"
  [[ ! -s $tmp/valid ]]
}
# recorded COMMAND...: what it starts, each word in brackets, and FD for a number
recorded() {
  rm -f "$RECORD"
  run "$@"
  eventually test -e "$RECORD" && out=$(tr '\0' '\n' <"$RECORD" | sed -E 's/^[0-9]+$/FD/; s/.*/[&]/' | tr -d '\n')
}
wrong() { # SENTENCE STATUS REGEX ARGS...: hutch-wrap refuses, and nothing changes
  local before
  before=$(ls -lAi --full-time "$own" 2>&1)
  wrap "${@:4}"
  is "$1" "$status $out" "$2 "
  like '  and says why' "$err" "$3"
  is '  and leaves everything as it was' "$(ls -lAi --full-time "$own" 2>&1)" "$before"
}
start="$tmp/bin/hutch-wrap --run=thing --profile=desktop --"

# --- one entry -----------------------------------------------------------------

cat >"$first/thing.desktop" <<'ENTRY'
# a comment in front
[Desktop Entry]
Version=1.4
Type=Application
Name=Thing
Name[de]=Ding
GenericName=Something
GenericName[fr]=Chose
# a comment within
Comment=does things
Keywords=one;two;
Keywords[de]=eins;zwei;
Exec=recorder --new "two words" %F --last
Path=/
Icon=thing
Terminal=true
NoDisplay=true
OnlyShowIn=GNOME;KDE;
MimeType=text/plain;x-scheme-handler/thing;
Categories=Utility;
Implements=org.example.Thing;
StartupNotify=true
StartupWMClass=thing-window
DBusActivatable=true
PrefersNonDefaultGPU=true
X-Flatpak=org.example.Thing
X-GNOME-UsesNotifications=true
Actions=new;quit;bus;

[Desktop Action new]
Name=New
Name[de]=Neu
Exec=env A=b recorder new
Icon=new

[Desktop Action quit]
Name=Quit
Exec=/bin/sh -c "recorder quit"

[Desktop Action bus]
Name=Bus

[X-Other Group]
Anything=goes
Exec=recorder other
ENTRY
cp "$first/thing.desktop" system-copy
wrap thing
is 'an entry is wrapped, and its path printed' "$status $out" "0 $own/thing.desktop"
ok '  into one that is valid' valid
is '  which everybody may read' "$(stat -c %a "$own/thing.desktop")" 644
ok "  and the system's stays as it was" cmp system-copy "$first/thing.desktop"
like '  an action that only D-Bus could start is left out, with a word' "$err" '^hutch-wrap: [^ ]*first/applications/thing.desktop: \[Desktop Action bus\] has no Exec and is left out'
is 'what differs are these lines' "$(diff "$first/thing.desktop" "$own/thing.desktop" | grep '^[<>] .' | sort)" "$(sort <<LINES
< Actions=new;quit;bus;
< DBusActivatable=true
< Exec=/bin/sh -c "recorder quit"
< Exec=env A=b recorder new
< Exec=recorder --new "two words" %F --last
< Exec=recorder other
< Name=Bus
< [Desktop Action bus]
> Actions=new;quit;
> Exec=$start /bin/sh -c "recorder quit"
> Exec=$start env A=b recorder new
> Exec=$start recorder --new "two words" @hutch-ro@ %F @hutch-end@ --last
> Exec=$start recorder other
> TryExec=recorder
> X-Hutch-Files=ro
> X-Hutch-Profile=desktop
> X-Hutch-Source=$first/thing.desktop
> X-Hutch-Wrapped=${HUTCH_VERSION:-$(hutch-wrap --version | sed 's/.* //')}
LINES
)"

inode() { stat -c '%i %Y' "$own/thing.desktop"; }
before=$(inode)
wrap "$first/thing"
is 'once more, and by its path, nothing is written' "$status $(inode)" "0 $before"
wrap thing.desktop --print
is '--print shows the same' "$out" "$(cat "$own/thing.desktop")"
wrap thing --profile base --files=none -- --unshare-net --setenv X 'a "b" $c %d\e'
is 'a profile and options are written' "$status $(key Exec)" \
  "0 $tmp/bin/hutch-wrap --run=thing --profile=base --unshare-net --setenv X "'"a \\"b\\" \\$c %%d\\\\e" -- recorder --new "two words" %F --last'
ok '  validly' valid
wrap --list
is '--list tells' "$out" "thing"$'\t'"base"$'\t'"$first/thing.desktop"
wrap --list --json
is '  and tells programs' "$(tr -s ' \n' ' ' <<<"$out")" "[ { \"id\": \"thing\", \"path\": \"$own/thing.desktop\", \
\"source\": \"$first/thing.desktop\", \"source-exists\": true, \"profile\": \"base\", \"files\": \"none\", \
\"options\": [ \"--unshare-net\", \"--setenv\", \"X\", \"a \\\"b\\\" \$c %d\\\\e\" ], \"version\": \"$(key X-Hutch-Wrapped)\" } ] "
mv "$first/thing.desktop" moved
wrap --list
like '  also that the application is gone' "$out" 'thing.desktop'$'\t''\(is gone\)$'
mv moved "$first/thing.desktop"
wrap --remove thing
is '--remove takes it away' "$status $out$err $(compgen -G "$own/*.desktop")" '0  '
ok '  and nothing else' test -e "$first/thing.desktop"
wrong '  once' 1 '^hutch-wrap: thing: is not wrapped$' --remove thing
wrap --list
is '  and nothing is listed' "$status $out" '0 '

# --- command lines -----------------------------------------------------------------

# exec SENTENCE OLD NEW: wraps an entry with the Exec value OLD, as it stands in the file
exec_becomes() {
  entry "$first/thing.desktop" "Exec=$2" "${@:4}"
  wrap thing
  is "$1" "$status $(key Exec)" "0 $start $3"
  ok '  which is valid' valid
}
exec_becomes 'a plain command' 'recorder' 'recorder'
exec_becomes 'an absolute path' '/usr/bin/recorder a' '/usr/bin/recorder a'
exec_becomes 'quotes stay as they are' 'recorder "a b" "" "\\"\\$\\`\\\\"' 'recorder "a b" "" "\\"\\$\\`\\\\"'
exec_becomes "a shell's quotes become those of entries" "sh -c 'recorder \"\$@\"' sh a\\\\ b ~/c x\"y z\"" \
  'sh -c "recorder \\"\\$@\\"" sh "a b" "~/c" "xy z"'
exec_becomes '  also behind a backslash too few' 'recorder \$' 'recorder "\\$"'
exec_becomes 'tabs and line breaks stay what they are' 'recorder "a\tb\nc"' 'recorder "a\tb\nc"'
exec_becomes 'a percent sign stays one' 'recorder 100%% "100%% a"' 'recorder 100%% "100%% a"'
exec_becomes 'codes for the icon, the name and the place stay' 'recorder %i %c %k' 'recorder %i %c %k'
for code in %f %F %u %U; do
  exec_becomes "files are marked: $code" "recorder $code end" "recorder @hutch-ro@ $code @hutch-end@ end"
done
exec_becomes '  also behind something' 'recorder --file=%f' 'recorder @hutch-ro@--file= --file=%f @hutch-end@'
exec_becomes '  but not in front of something' 'recorder x%fy' 'recorder x%fy'
exec_becomes '  and out of quotes, where it has no meaning' 'recorder "%f"' 'recorder @hutch-ro@ %f @hutch-end@'
exec_becomes 'another key for the program stays' recorder recorder TryExec=/opt/thing
is '  as it is' "$(key TryExec)" /opt/thing
for line in 'env A=b C=d /opt/prog x:/opt/prog' '/usr/bin/env prog:prog' 'env -i prog:env' '"/opt/a b" c:/opt/a b' 'sh -c x:sh'; do
  entry "$first/thing.desktop" "Exec=${line%:*}"
  wrap thing
  is "without it, it is the program: ${line%:*}" "$(key TryExec)" "${line##*:}"
done

broken() { # SENTENCE REGEX LINE...
  entry "$first/thing.desktop" "${@:3}"
  wrong "$1" 1 "^hutch-wrap: $first/thing.desktop: $2" thing
}
wrap --remove thing
broken 'a quote that is not closed' '\[Desktop Entry\] Exec: a quote or a backslash lacks what belongs to it: "b$' 'Exec=recorder "b'
broken 'an action with one' '\[Desktop Action x\] Exec: a quote' Exec=recorder 'Actions=x;' '[Desktop Action x]' Name=x "Exec=a 'b"
broken 'a comment' '\[Desktop Entry\] Exec: launchers disagree.*: #b$' 'Exec=recorder #b'
broken 'a command line without a command' '\[Desktop Entry\] Exec: holds no command$' 'Exec= '
broken 'no command line' '\[Desktop Entry\] Exec: there is none' DBusActivatable=true
broken 'words that are marks' '\[Desktop Entry\] Exec: @hutch-end@ is a word of' 'Exec=recorder @hutch-end@'
broken 'two command lines' '\[Desktop Entry\] Exec: is there twice$' Exec=recorder Exec=other
broken '  in two groups of the same name' '\[Desktop Entry\] Exec: is there twice$' Exec=recorder '[Desktop Entry]' Exec=other
broken '  of an action' '\[Desktop Action x\] Exec: is there twice$' Exec=recorder 'Actions=x;' '[Desktop Action x]' Name=x Exec=a Exec=b
broken 'a second word on D-Bus' '\[Desktop Entry\] DBusActivatable: is there twice$' Exec=recorder DBusActivatable=true DBusActivatable=true
broken 'a hidden entry' '\[Desktop Entry\] Hidden: ' Exec=recorder Hidden=true
broken 'a wrapped entry of the system' '\[Desktop Entry\] X-Hutch-Wrapped: is wrapped already$' Exec=recorder X-Hutch-Wrapped=1
printf '%s\n' '[Desktop Entry]' Type=Link Name=x URL=x >"$first/thing.desktop"
wrong 'a link' 1 'thing.desktop: \[Desktop Entry\] Type: Link is no application$' thing
printf '%s\n' '[Other]' Exec=x >"$first/thing.desktop"
wrong 'a file of something else' 1 'thing.desktop: has no group \[Desktop Entry\]' thing
echo nonsense >"$first/thing.desktop"
wrong 'a file that is no entry' 1 'thing.desktop: Key file' thing

mkfifo pipe.desktop
wrong 'a pipe is not read' 1 'pipe.desktop: is no regular file$' ./pipe
rm pipe.desktop
entry "$first/thing.desktop" Exec=recorder 'Exec[de]=other' 'TryExec[de]=other' 'Actions=x;' 'Actions[de]=y;' \
  '[Desktop Action x]' Name=x Exec=recorder 'Exec[fr]=other' '[Desktop Action y]' Name=y 'Exec[de]=other'
wrap thing
is 'what starts an application has no translations' "$(grep -E '(Exec|Actions)\[|other' "$own/thing.desktop")" ''
like '  which is said' "$err" 'thing.desktop: \[Desktop Entry\] Exec\[de\] is left out: Exec has no translations'
wrap --remove thing

# --- where entries are -------------------------------------------------------------

entry "$first/thing.desktop" 'Exec=recorder first'
entry "$second/thing.desktop" 'Exec=recorder second'
entry "$second/kde4/deep/foo-bar.desktop" 'Exec=recorder deep'
entry "$tmp/elsewhere/else where.desktop" 'Exec=recorder elsewhere'
wrap thing
like 'the first directory counts' "$(key Exec)" ' first$'
for name in kde4-deep-foo-bar "$second/kde4/deep/foo-bar.desktop"; do
  wrap "$name"
  is "an entry further below has a longer id: ${name##*/}" "$status $out" "0 $own/kde4-deep-foo-bar.desktop"
  is '  which is the name of its home' "$(key Exec kde4-deep-foo-bar)" "$tmp/bin/hutch-wrap --run=kde4-deep-foo-bar --profile=desktop -- recorder deep"
  wrap --remove "$name"
  returns '  and is removed by it' 0
done
cd elsewhere || exit
wrap "./else where"
is 'a file in no directory of entries is named as it is' "$status $out" "0 $own/else where.desktop"
like '  in its source, too' "$(key X-Hutch-Source 'else where')" "^$tmp/elsewhere/else where.desktop$"
recorded gio launch "$own/else where.desktop"
is '  and is started' "$out" '[--profile=desktop][--][recorder][elsewhere]'
cd ..
rm "elsewhere/else where.desktop"
wrap --remove 'else where'
returns 'what is gone can be removed' 0
env -i PATH="$PATH" HOME="$HOME" XDG_CONFIG_HOME="$XDG_CONFIG_HOME" XDG_DATA_HOME=relative HUTCH="$HUTCH" hutch-wrap "$first/thing.desktop" --profile base >/dev/null || exit
ok 'a relative XDG_DATA_HOME does not count' test -e "$HOME/.local/share/applications/thing.desktop"
XDG_DATA_HOME=$tmp/$'home\xff' wrap thing
XDG_DATA_HOME=$tmp/$'home\xff' wrap --list
is 'a directory that is not UTF-8 can be listed, too' "$status $out" "0 thing"$'\t'"desktop"$'\t'"$first/thing.desktop"
for id in nothing .. ../thing '' .hidden a/b; do
  wrong "no such application: '$id'" 1 '^hutch-wrap: ' "$id"
done

# --- what is not hutch-wrap's --------------------------------------------------------

wrap --remove thing
entry "$own/thing.desktop" 'Exec=recorder mine'
cp "$own/thing.desktop" mine
wrong "the user's own is not replaced" 1 "^hutch-wrap: $own/thing.desktop: is not hutch-wrap's own: --force keeps it as $own/thing.desktop.before-hutch$" thing
wrong '  nor removed' 1 "is not hutch-wrap's own$" --remove thing
wrap thing --force
is '--force does' "$status $(key Exec)" "0 $start recorder mine"
ok '  and keeps it' cmp mine "$own/thing.desktop.before-hutch"
is '  where the new one says' "$(key X-Hutch-Source)" "$own/thing.desktop.before-hutch"
before=$(inode)
wrap thing
is '  again without it, as nothing changes' "$status $(inode)" "0 $before"
cp mine "$own/thing.desktop"
wrong 'two of them cannot be kept' 1 'thing.desktop.before-hutch: is there already' thing --force
wrap thing --print
rm "$own/thing.desktop" && printf '%s\n' "$out" >"$own/thing.desktop"
wrap --remove thing
ok '--remove puts it back' cmp mine "$own/thing.desktop"
is '  alone' "$(ls "$own")" "$(printf '%s\n' mimeinfo.cache thing.desktop | grep -Fx -f <(ls "$own"))"
echo precious >target
ln -sf "$tmp/target" "$own/thing.desktop"
wrong 'a link is not followed' 1 "is not hutch-wrap's own" thing
wrap "$first/thing.desktop" --force
is '  but replaced' "$(cat target) $(readlink "$own/thing.desktop.before-hutch")" "precious $tmp/target"
wrap --remove thing
is '  and comes back' "$(readlink "$own/thing.desktop")" "$tmp/target"
rm "$own"/thing.desktop*
if has strace; then
  run strace -f -qq -o trace -e inject=renameat2:error=EINVAL hutch-wrap thing
  is 'a file system that cannot rename without replacing will do' "$status $(key Exec) $(find "$own" -name '.hutch*')" \
    "0 $start recorder first "
  wrap --remove thing
else
  skip 'a file system that cannot rename without replacing will do' 'strace is not here'
fi
entry "$own/kde4/thing.desktop" Exec=recorder
entry "$first/kde4-thing.desktop" Exec=recorder
wrong 'another one with the same id' 1 "kde4/thing.desktop: has the same id as $own/kde4-thing.desktop would" kde4-thing
rm -r "$own/kde4"
chmod a-w "$own"
wrong 'a directory that cannot be written' 1 "^hutch-wrap: $own: Permission denied" thing
chmod u+w "$own"

# --- options of hutch ----------------------------------------------------------------

refused() { wrong "$1" 1 "$2" thing "${@:3}"; }
refused 'an option that hutch does not have' '^hutch: unknown option: --bogus' -- --bogus
refused 'an operand that it does not take' '^hutch: --cap-add NOTHING' -- --cap-add NOTHING
refused 'a profile that is not there' '^hutch: --profile=nothing: no such profile' --profile nothing
refused 'a descriptor that launchers do not have' '^hutch: --seccomp 9' -- --seccomp 9
refused 'a command' 'would start something else than the application' -- echo
refused '  behind its dashes' 'would start something else than the application' -- -- echo
for option in --help --version --dry-run --doctor --print-plan=json; do
  refused "an option that starts nothing: $option" 'start' -- "$option"
done
refused 'a relative path' 'dir: has to be an absolute path' -- --bind dir /dir
refused 'a line break' 'no desktop entry holds control characters' -- --setenv A $'b\nc'
refused 'what is not UTF-8' 'is not UTF-8' -- --setenv A $'\xff'
echo '--ro-bind / /' >$'bad\xff'
wrong 'a profile whose path is not UTF-8' 1 'the profile: .*: is not UTF-8' thing --profile $'./bad\xff'
refused 'a mark' 'is a word of hutch-wrap' -- --setenv A @hutch-end@
echo '--ro-bind / /' >profile
wrap thing --profile ./profile -- --symlink a /b --setenv A --
is 'a path of a profile is made absolute' "$status $(key X-Hutch-Profile)" "0 $tmp/profile"
wrong 'no application' 2 'there has to be one APP' --profile base
wrong 'two of them' 2 'there has to be one APP' a b
wrong 'an unknown option' 2 '--bogus' thing --bogus
wrong 'another way to show files' 2 '--files all: none of ro, rw, none' thing --files all
wrong '--list and --remove' 2 'stand alone' --list --remove thing
wrong '--json alone' 2 '--json is for --list' thing --json
wrap --help
like '--help helps' "$status $out" '^0 Usage:.*hutch-wrap'

# --- launchers -----------------------------------------------------------------------

entry "$first/thing.desktop" 'Exec=sh -c '\''exec "$@"'\'' sh recorder "a  b" %U 100%%'
wrap thing
recorded gio launch "$own/thing.desktop"
is 'started by gio' "$out" '[--profile=desktop][--][sh][-c][exec "$@"][sh][recorder][a  b][100%]'
mkdir -p "$HOME/Documents"
echo read >"$HOME/Documents/a b"
recorded gio launch "$own/thing.desktop" "$HOME/Documents/a b" https://example.org/ /nowhere "$HOME/Documents"
is 'files that are there are shown, by their names' "$out" "[--profile=desktop]\
[--ro-bind-fd][FD][$HOME/Documents/a b][--ro-bind-fd][FD][$HOME/Documents]\
[--][sh][-c][exec \"\$@\"][sh][recorder][a  b][$HOME/Documents/a b][https://example.org/][/nowhere][$HOME/Documents][100%]"
recorded hutch-wrap --run=thing --profile=desktop -- recorder @hutch-ro@--open= "--open=file://$HOME/Documents/a%20b" @hutch-end@ "$HOME/Documents"
is '  as URIs, too, and behind something' "$out" "[--profile=desktop][--ro-bind-fd][FD][$HOME/Documents/a b]\
[--][recorder][--open=file://$HOME/Documents/a%20b][$HOME/Documents]"
cd home || exit
recorded hutch-wrap --run=thing --profile=desktop -- recorder @hutch-ro@ 'Documents/a b' mailto:a@example.org '' @hutch-end@
is '  and relative ones, where the launcher is' "$out" "[--profile=desktop][--ro-bind-fd][FD][$HOME/Documents/a b]\
[--][recorder][Documents/a b][mailto:a@example.org][]"
cd ..
wrap thing --files rw -- --bind "$HOME/Documents" "$HOME/Documents"
recorded gio launch "$own/thing.desktop" "$HOME/Documents/a b"
like '  writable, if that is asked for, and covered by what the options show' "$out" "^\[--profile=desktop\]\
\[--bind-fd\]\[FD\]\[$HOME/Documents/a b\]\[--bind\]\[$HOME/Documents\]\[$HOME/Documents\]\[--\]"
wrap thing --files none
recorded gio launch "$own/thing.desktop" "$HOME/Documents/a b"
like '  or not' "$out" "^\[--profile=desktop\]\[--\]\[sh\].*\[$HOME/Documents/a b\]"
wrap thing
ln -s "$HOME" homes-other-name
for path in / "$tmp" "$HOME" "$tmp/homes-other-name" "$XDG_RUNTIME_DIR"; do
  recorded gio launch "$own/thing.desktop" "$path"
  like "a directory that holds more than documents is not: ${path##*/}" "$out" '^\[--profile=desktop\]\[--\]'
done
recorded hutch-wrap --run=thing --profile=desktop -- recorder @hutch-ro@ "$HOME/Documents" @hutch-rw@ "$HOME/Documents" @hutch-end@
is '  nor does a file with the name of a mark make others writable' "$out" "[--profile=desktop]\
[--ro-bind-fd][FD][$HOME/Documents][--ro-bind-fd][FD][$HOME/Documents][--][recorder][$HOME/Documents][@hutch-rw@][$HOME/Documents]"
touch "$HOME/Documents/closed" && mkdir "$HOME/Documents/locked" && touch "$HOME/Documents/locked/in" && chmod 0 "$HOME/Documents/locked"
recorded hutch-wrap --run=thing --profile=desktop -- recorder @hutch-ro@ "$HOME/Documents/locked/in" @hutch-end@
is 'a file that cannot be shown is named' "$err" "hutch-wrap: $HOME/Documents/locked/in: Permission denied"
chmod 700 "$HOME/Documents/locked" && rm -r "$HOME/Documents/"{locked,closed}
mkfifo pipe
ln -s "$HOME/Documents/a b" link
for path in pipe link; do
  recorded hutch-wrap --run=thing --profile=desktop -- recorder @hutch-ro@ "$path" @hutch-end@
  is "  nor is a $path" "$out" "[--profile=desktop][--][recorder][$path]"
  is '    which is said' "$err" "hutch-wrap: $tmp/$path: is no file and no directory, and is not shown inside"
done
run hutch-wrap --run=.. --profile=desktop -- recorder
is 'no other home is given out' "$status $err" '125 hutch-wrap: --run=..: is no id of a desktop entry'

mv bin/hutch bin/away
run "$tmp/bin/hutch-wrap" --run=thing --profile=desktop -- recorder
is 'without hutch nothing is started' "$status $out" '125 '
like '  which is said' "$err" "^hutch-wrap: $tmp/bin/hutch: No such file or directory$"
mv bin/away bin/hutch

if has python3 && /usr/bin/python3 -c 'import gi; gi.require_version("Gio", "2.0"); from gi.repository import Gio; Gio.DesktopAppInfo' 2>/dev/null; then
  limit=120 run /usr/bin/python3 -B "$here/data/launch-round-trip.py" "$tmp/bin" "$tmp" "${LAUNCH_LINES:-150}" ${LAUNCH_SEED:+"$LAUNCH_SEED"}
  like 'random command lines start the same once wrapped' "$status $out" "^0 lines [1-9][0-9]* words [1-9][0-9]* files [1-9]"
  invalid=$(desktop-file-validate "$own"/*.desktop 2>&1 | head -n 3)
  is '  and are valid' "$invalid" ''
else
  skip 'random command lines start the same once wrapped' 'python3-gi is not here'
fi

if has dex; then
  entry "$first/thing.desktop" 'Exec=env A=b recorder "a  b" %f c'
  wrap thing
  recorded dex "$own/thing.desktop"
  is 'started by dex' "$out" '[--profile=desktop][--][env][A=b][recorder][a  b][c]'
fi

# --- in earnest ------------------------------------------------------------------------

cat >"$first/viewer.desktop" <<'ENTRY'
[Desktop Entry]
Type=Application
Name=Viewer
Exec=sh -c "cat \\"\\$1\\" >~/seen; echo more >>\\"\\$1\\"; ls -A \\"\\$2\\" >>~/seen; mv ~/seen ~/done" sh %f /
ENTRY
sed -i "s| /\$| $HOME|" "$first/viewer.desktop"
touch "$HOME/secret"
room=$XDG_DATA_HOME/hutch/homes/viewer
run real/hutch-wrap viewer
returns 'an application is wrapped for the real hutch' 0
ok '  validly' valid viewer
run gio launch "$own/viewer.desktop" "$HOME/Documents/a b"
ok '  and runs in a home of its own' eventually test -e "$room/done"
is '  where it sees the file that was opened, and nothing else of the user' "$(one_line <"$room/done")" 'read Documents seen'
is '  and cannot write it' "$(cat "$HOME/Documents/a b")" read
mkdir "$HOME/many" && touch "$HOME/many/"{1..400}
(ulimit -Sn 256 && run real/hutch-wrap --run=viewer --profile=desktop -- sh -c 'ls ~/many | wc -l' sh @hutch-ro@ "$HOME/many/"* @hutch-end@ && echo "$status $out$err") >counted
is '  also more files than descriptors are at hand for' "$(<counted)" '0 400'
rm "$room/done"
run real/hutch-wrap viewer --files rw
run gio launch "$own/viewer.desktop" "$HOME/Documents/a b"
ok 'once more, writable' eventually test -e "$room/done"
is '  it can' "$(one_line <"$HOME/Documents/a b")" 'read more'
plan
