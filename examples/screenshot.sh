#!/bin/bash
# screenshot.sh FILE.png TITLE COMMAND [ARGS...]: a picture of a program with a window, from a screen
# that nobody sees.
#
#   screenshot.sh hello.png Greeting zenity --info --title Greeting --text 'Hello there'
#
# COMMAND runs in a sandbox, by the profile `desktop`: it has the screen and a home directory of its
# own, which is kept in $XDG_DATA_HOME/hutch/homes, and not yours. As soon as it has a window whose
# title holds TITLE, the picture is taken and COMMAND is ended. Wants Xvfb, xwininfo, and `import` of
# ImageMagick.
set -u
if [ $# -lt 3 ]; then
  echo "usage: ${0##*/} FILE.png TITLE COMMAND [ARGS...]" >&2
  exit 2
fi
picture=$1 title=$2
shift 2

notes=$(mktemp -d) || exit
program='' screen=''
# shellcheck disable=SC2317 # a trap calls it
cleanup() {
  # hutch passes the signal on, and ends what is left inside.
  [ -z "$program" ] || { kill "$program" && wait "$program"; } 2>/dev/null
  [ -z "$screen" ] || { kill "$screen" && wait "$screen"; } 2>/dev/null
  rm -rf "$notes"
}
trap cleanup EXIT

# A screen of its own. This matters: who can talk to an X server can look into every window of it.
# Xvfb looks for a number that is free and writes it to descriptor 3.
Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp 3>"$notes/number" 2>"$notes/Xvfb" &
screen=$!
for ((i = 0; i < 100; i++)); do
  [ ! -s "$notes/number" ] || break
  sleep 0.1
done
DISPLAY=:$(cat "$notes/number")
export DISPLAY

# The profile shares the network, which a picture does not want. HUTCH_APP names the home directory.
# If the sandbox cannot be made, descriptor 3 gets the reason.
export HUTCH_APP=${HUTCH_APP:-screenshot}
hutch --error-fd 3 --profile desktop --unshare-net -- "$@" 3>"$notes/failure" &
program=$!

has_window() { xwininfo -root -tree 2>/dev/null | grep -qF "$title"; }
for ((i = 0; i < 200; i++)); do
  if has_window; then
    sleep "${SCREENSHOT_DELAY:-1}" # until it is painted
    import -window root "$picture"
    exit
  fi
  kill -0 "$program" 2>/dev/null || break
  sleep 0.1
done
echo "${0##*/}: no window with the title $title" >&2
cat "$notes/failure" >&2
exit 1
