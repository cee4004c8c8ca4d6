#!/bin/bash
# mat2: removes metadata with exiftool and ffmpeg, each in a sandbox.
# Packages: mat2 libimage-exiftool-perl ffmpeg bubblewrap gir1.2-gdkpixbuf-2.0 gir1.2-poppler-0.18 file
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

media() { ffmpeg -v error -f lavfi -i "$1" -metadata title=Secret -metadata artist=Somebody "${@:2}"; }
media testsrc=size=32x24 -frames:v 1 picture.png
media testsrc=size=32x24 -frames:v 1 picture.jpg
media testsrc=size=32x24 -frames:v 1 picture.tiff
media testsrc=size=32x24:rate=5 -t 1 -c:v mpeg4 film.mp4
media testsrc=size=32x24:rate=5 -t 1 -c:v mpeg4 film.avi
media testsrc=size=32x24:rate=5 -t 1 -c:v wmv2 film.wmv
media sine -t 1 sound.flac
exiftool -q -overwrite_original -Comment=Secret -Author=Secret picture.png
exiftool -q -overwrite_original -Comment=Secret -Artist=Secret picture.jpg picture.tiff
mkdir 'a name with spaces'
cp picture.png 'a name with spaces/ä picture.png'
cp picture.jpg -- --picture.jpg

# As file managers call it. (The command mat2 of this release uses a sandbox only when told --no-sandbox.)
cat >clean.py <<'END_OF_PROGRAM'
"""clean.py FILE [lightweight]: prints the metadata of FILE, and removes it."""
import sys
from libmat2 import parser_factory
parser, _ = parser_factory.get_parser(sys.argv[1])
if parser is None:
    sys.exit("refused")
assert parser.sandbox
print(parser.get_meta())
parser.lightweight_cleaning = len(sys.argv) > 2
if not parser.remove_all():
    sys.exit("not removed")
END_OF_PROGRAM

secrets() { exiftool -a -G "$1" | grep -c -E 'Secret|Somebody'; }
clean() {
  local file=./$1 cleaned=./${1%.*}.cleaned.${1##*.}
  unlike "$1${2+, }${2-} has metadata" "$(secrets "$file")" '^0$'
  rm -f "$cleaned"
  run /usr/bin/python3 clean.py "$file" "${@:2}"
  like "  that is found" "$status $out" '^0 .*(Secret|Somebody)'
  is "  and removed" "$(secrets "$cleaned")" 0
  is "  leaving what else there was" "$(file -b --mime-type "$cleaned")" "$(file -b --mime-type "$file")"
}

clean picture.png
clean picture.png lightweight
clean picture.jpg
clean picture.jpg lightweight
clean picture.tiff
clean film.mp4
clean film.avi
clean film.wmv
clean sound.flac
clean 'a name with spaces/ä picture.png'
clean --picture.jpg

head -c 2000 /dev/urandom >broken.mp4
run /usr/bin/python3 clean.py ./broken.mp4
unlike 'a broken film is refused' "$status" '^0$'
ok '  and nothing is left of it' test ! -e broken.cleaned.mp4
run mat2 --no-sandbox film.mp4
is 'the command mat2 does the same' "$status $(secrets film.cleaned.mp4)" '0 0'
plan
