#!/bin/bash
# gnome-desktop: thumbnails, as file managers have them made, each by a thumbnailer in a sandbox.
# Packages: gir1.2-gnomedesktop-3.0 libgnome-desktop-3-20 libgdk-pixbuf2.0-bin librsvg2-common
# Packages: ffmpegthumbnailer ffmpeg python3-gi bubblewrap
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

cat >thumbnail.py <<'END_OF_PROGRAM'
"""thumbnail.py FILE TYPE: makes a thumbnail, and prints its size and the colour of a pixel."""
import os
import sys
import gi
gi.require_version("GnomeDesktop", "3.0")
from gi.repository import GLib, GnomeDesktop

factory = GnomeDesktop.DesktopThumbnailFactory.new(GnomeDesktop.DesktopThumbnailSize.NORMAL)
uri = GLib.filename_to_uri(os.path.abspath(sys.argv[1]))
if not factory.can_thumbnail(uri, sys.argv[2], 0):
    sys.exit("there is no thumbnailer")
try:
    picture = factory.generate_thumbnail(uri, sys.argv[2])
except GLib.Error as error:
    sys.exit(f"there is no thumbnail: {error.message}")
print(picture.get_width(), picture.get_height(), *picture.get_pixels()[:3])
END_OF_PROGRAM
thumbnail() { run /usr/bin/python3 thumbnail.py "$@"; }

red() { ffmpeg -v error -f lavfi -i "color=red:size=$1" "${@:2}"; }
red 512x256 -frames:v 1 wide.png
red 512x256 -frames:v 1 wide.jpg
red 640x480:rate=5 -t 2 -c:v mpeg4 film.mp4
cat >tall.svg <<'END_OF_DRAWING'
<svg xmlns="http://www.w3.org/2000/svg" width="300" height="600"><rect width="300" height="600" fill="red"/></svg>
END_OF_DRAWING
cp wide.png 'ä name with spaces.png'
head -c 1000 wide.png >short.png
head -c 1000 /dev/urandom >noise.png

thumbnail wide.png image/png
like 'a PNG file has a thumbnail' "$out" '^128 64 25[345] [0-3] [0-3]$'
thumbnail wide.jpg image/jpeg
like 'a JPEG file' "$out" '^128 64 25[0-5] [0-3] [0-3]$'
thumbnail 'ä name with spaces.png' image/png
like 'a file with a strange name' "$out" '^128 64 25[345] [0-3] [0-3]$'
thumbnail tall.svg image/svg+xml
like 'an SVG file' "$out" '^64 128 25[345] [0-3] [0-3]$'
thumbnail film.mp4 video/mp4
like 'a film' "$out" '^128 96 '
thumbnail noise.png image/png
like 'noise has none' "$out" '^there is no thumbnail: '
thumbnail missing.png image/png
like 'a file that does not exist has none' "$out" '^there is no thumbnail: '

# A thumbnailer that runs its file, which tells what it sees by the size of its picture.
mkdir -p .local/share/thumbnailers
printf '[Thumbnailer Entry]\nTryExec=python3\nExec=/usr/bin/python3 %%i %%o\nMimeType=application/x-spy;\n' \
  >.local/share/thumbnailers/spy.thumbnailer
echo secret >secret
cat >head.py <<'END_OF_PROGRAM'
import os, signal, socket, struct, sys, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def draw(width):
    rows = b"\0" + b"\1\2\3" * width
    with open(sys.argv[1], "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, 8, 2, 0, 0, 0)) +
                  chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
def refused(action):
    try:
        action()
    except OSError as error:
        return error.errno
    return 100
END_OF_PROGRAM
spy() {
  printf '%s\n' "$(cat head.py)" "$1" >file
  thumbnail file application/x-spy
}
spy 'draw(7)'
is 'a thumbnailer runs' "$out" '7 1 1 2 3'
spy 'draw(1 + sum(os.path.exists(path) for path in ("/home/caller/secret", "/root", "/run", "/sys", "/etc/passwd")))'
is '  and sees nothing of the home or the system' "$out" '1 1 1 2 3'
spy 'draw(len(socket.if_nameindex()))'
is '  or a network' "$out" '1 1 1 2 3'
spy 'draw(sum(map(str.isdigit, os.listdir("/proc"))))'
is '  or other processes' "$out" '2 1 1 2 3'
spy 'draw(os.getuid() % 1000)'
is '  is its user' "$out" '234 1 1 2 3'
spy 'draw(refused(lambda: open(sys.argv[0], "a")))'
is '  and cannot change its file' "$out" '30 1 1 2 3'
spy 'draw(refused(lambda: open("/usr/bin/new", "w")))'
is '  or the system' "$out" '30 1 1 2 3'
spy 'sys.exit(3)'
like 'one that fails makes no thumbnail' "$out" '^there is no thumbnail: .*code 3'
spy 'os.kill(os.getpid(), signal.SIGSEGV)'
like 'nor does one that crashes' "$out" '^there is no thumbnail: .*code 139'
is 'nothing is left of any' "$(echo /tmp/gnome-desktop-thumbnailer-*)" '/tmp/gnome-desktop-thumbnailer-*'
plan
