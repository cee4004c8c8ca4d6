#!/bin/bash
# Programs with windows, on a screen that nobody sees.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib-examples.sh
. "$(dirname "$0")/lib-examples.sh" || exit 1

needs Xvfb xwininfo import identify zenity
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS DISPLAY XAUTHORITY

colours() { identify -format '%w %h %k' "$1" 2>/dev/null; }

project
run "$examples/screenshot.sh" blank.png Nothing xwininfo -root
unlike 'screenshot: a program without a window has no picture' "$status" '^0$'
like '  which is said' "$err" 'no window with the title Nothing'
ok '  and nothing is made' test ! -e blank.png
run env -u HOME "$examples/screenshot.sh" blank.png Nothing zenity --info
like '  where the sandbox cannot be made, there is the reason' "$err" '"code": "profile-variable"'

echo 'the key' >"$HOME/key"
new_mark
run "$examples/screenshot.sh" info.png "Greeting $mark" zenity --info --title "Greeting $mark" --text 'Hello there'
returns 'screenshot: a GTK program opens its window' 0
read -r width height count < <(colours info.png)
is '  there is a picture of the whole screen' "${width-} ${height-}" '800 600'
ok '  which is not blank' test "${count:-0}" -gt 50
ok '  the program has ended' eventually none_left
is '  and its home directory is kept' "$(ls "$HOME/.local/share/hutch/homes")" screenshot
HUTCH_APP=reader run "$examples/screenshot.sh" text.png Text sh -c \
  'ls -A ~ >~/seen; cat "$1"/key ~/key >>~/seen 2>/dev/null; exec zenity --text-info --title Text --filename ~/seen' sh "$HOME"
returns 'a program that looks around has a window, too' 0
unlike '  and sees nothing of the home directory' "$(<"$HOME/.local/share/hutch/homes/reader/seen")" 'key|projects'

plan
