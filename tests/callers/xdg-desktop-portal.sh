#!/bin/bash
# xdg-desktop-portal and flatpak: each looks at the icons that applications hand over in a sandbox.
# Packages: xdg-desktop-portal flatpak libgdk-pixbuf2.0-bin librsvg2-common librsvg2-bin bubblewrap
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

drawing() {
  printf '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d"><rect width="9" height="9"/></svg>' "$@"
}
for side in 64 512 513; do
  drawing "$side" "$side" >"$side.svg"
  rsvg-convert "$side.svg" >"$side.png"
done
drawing 64 32 >oblong.svg
rsvg-convert oblong.svg >oblong.png
head -c 100 /dev/urandom >noise.png

for program in xdg-desktop-portal-validate-icon flatpak-validate-icon; do
  validate() { run "/usr/libexec/$program" --sandbox "$@"; }
  for file in 64.png 512.png 64.svg; do
    validate 512 512 "$PWD/$file"
    like "$program accepts $file" "$status $out" '^0 .*width=(64|512)'
  done
  for file in 513.png oblong.png noise.png; do
    validate 512 512 "$PWD/$file"
    unlike "$program refuses $file" "$status $out" '^0 |bwrap: '
  done
  validate 512 512 "$PWD/missing.png"
  is "$program refuses what is not there" "$status $out" \
    "1 bwrap: Can't find source path $PWD/missing.png: No such file or directory"
done
plan
