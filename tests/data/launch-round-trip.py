#!/usr/bin/python3
"""launch-round-trip.py BIN ROOM COUNT [SEED]: random Exec lines, and what they start once wrapped.

BIN holds hutch-wrap, a hutch that only records its words, and the program "recorder", which does
too; both write to the file that RECORD names. Makes COUNT lines in every way of quoting, without
field codes for files and with them, has hutch-wrap wrap them, and lets GLib start both entries: the
words behind "--" must be those that the application's own entry yields, and the files must be named
by options. Prints what was covered, and each line with which something is wrong.
"""
import os
import random
import subprocess
import sys
import time

import gi
gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

ACTIONS = 40
ODD = list(' \t\n"\'\\><~|&;$*?#()`') + ['%%', 'é', '日本', '=', '{', '!', '--', '@', '@@', '\\n', '\\s']
PLAIN = ['a', 'b', 'word', '0', '/', '.', '-', '_', '=', ',', ':', '@', '+', '%%', 'é', '日本']
FILES = ['plain', 'two words', "quo'te", 'per%cent', 'doll$ar', '日本', 'back\\slash', '--dash',
         '@hutch-end@', 'new\nline']
seen = {'lines': 0, 'words': 0, 'files': 0}


def quoted(rng, pieces):
    """The PIECES of a word, as some way of quoting has them."""
    way, text = rng.choice(['double', 'single', 'backslash', 'mixed']), ''.join(pieces)
    if way == 'mixed':
        at = rng.randint(0, len(pieces))
        return quoted(rng, pieces[:at]) + quoted(rng, pieces[at:])
    if way == 'double':
        return '"' + ''.join('\\' + c if c in '"`$\\' else c for c in text) + '"'
    if way == 'single':
        return "'" + text.replace("'", "'\\''") + "'"
    safe = ''.join(c if c.isalnum() or c in '%/.-_=' else '\\' + c for c in text if c != '\n')
    return safe or '""'


def word(rng):
    if rng.random() < 0.4:
        text = ''.join(rng.choices(PLAIN, k=rng.randint(1, 4)))
    else:
        text = quoted(rng, rng.choices(ODD + PLAIN, k=rng.randint(0, 6)))
    # To GLib a comment; hutch-wrap says that launchers disagree.
    return text if not text.startswith('#') else '"' + text


def line(rng, code):
    start = rng.choice([['recorder'], ['"recorder"'], ["'recorder'"], ['env', 'A=b', 'recorder'],
                        ['"env"', '"A=b c"', 'recorder']])
    words = [word(rng) for _ in range(rng.randint(0, 5))]
    words += rng.choices(['%i', '%c', '%k'], k=rng.randint(0, 1))
    rng.shuffle(words)
    if code:
        before = rng.choice(['', '', '--file=', 'a%%b', '-f', 'dir/x=']) if code in '%f%u' else ''
        words.insert(rng.randint(0, len(words)), before + code)
    seen['words'] += len(words)
    return rng.choice([' ', '  ']).join(start + words)


def entry(lines):
    """The text of an entry with LINES: its own, then its actions'."""
    text = GLib.KeyFile()
    for index, exec_line in enumerate(lines):
        group = f'Desktop Action a{index}' if index else 'Desktop Entry'
        text.set_string(group, 'Name', f'Name {index}')
        escaped = exec_line.replace('\\', '\\\\').replace('\t', '\\t').replace('\n', '\\n')
        text.set_value(group, 'Exec', escaped)
    text.set_string('Desktop Entry', 'Type', 'Application')
    text.set_string('Desktop Entry', 'Icon', 'an icon')
    if len(lines) > 1:
        text.set_string_list('Desktop Entry', 'Actions', [f'a{i}' for i in range(1, len(lines))])
    return text.to_data()[0]


def launched(info, start):
    """The words that START, given INFO, has recorded."""
    record = os.environ['RECORD']
    start(info)
    end = time.monotonic() + 10
    while not os.path.exists(record):
        if time.monotonic() > end:
            return ['nothing was started']
        time.sleep(0.001)
    with open(record, encoding='utf-8', errors='surrogateescape') as file:
        words = file.read().split('\0')[:-1]
    os.unlink(record)
    return words


def compare(exec_line, own, wrapped, paths, start, files):
    """Prints what differs between two entries."""
    wanted = launched(Gio.DesktopAppInfo.new_from_filename(own), start)
    info = Gio.DesktopAppInfo.new_from_filename(wrapped)
    got = launched(info, start) if info else ['the wrapped entry cannot be loaded']
    shown, at = [], 1
    while at + 2 < len(got) and got[at] == '--ro-bind-fd':
        shown, at = shown + [got[at + 2]], at + 3
    words = [w.replace(wrapped, own) for w in got[at + 1:]]
    if got[at:at + 1] != ["--"]:
        words = got
    while words and words[0] != 'recorder':
        words.pop(0)
    seen['lines'] += 1
    seen['files'] += len(shown)
    if words[1:] != wanted or shown != (paths if files else []):
        print(f'{exec_line!r}\n  own      {wanted!r}\n  wrapped  {got!r}\n  files    {paths!r}')
        return 1
    return 0


def wrap(room, name, lines):
    own, wrapped = f'{room}/system/{name}.desktop', f'{os.environ["XDG_DATA_HOME"]}/applications/{name}.desktop'
    with open(own, 'w', encoding='utf-8') as file:
        file.write(entry(lines))
    done = subprocess.run(['hutch-wrap', own, '--profile', f'{room}/profile'], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        print(lines, done.stderr)
    return own, wrapped


def main():
    room, count = sys.argv[2], int(sys.argv[3])
    rng = random.Random(sys.argv[4] if len(sys.argv) > 4 else None)
    os.environ['PATH'] = sys.argv[1] + ':' + os.environ['PATH']
    os.makedirs(f'{room}/system', exist_ok=True)
    os.makedirs(f'{room}/files', exist_ok=True)
    for name in FILES:
        with open(f'{room}/files/{name}', 'w', encoding='utf-8'):
            pass
    if os.path.exists(os.environ['RECORD']):
        os.unlink(os.environ['RECORD'])
    wrong = 0
    for batch in range(0, count * 2 // 3, ACTIONS):
        lines = [line(rng, '') for _ in range(ACTIONS + 1)]
        own, wrapped = wrap(room, f'batch{batch}', lines)
        for i in range(1, len(lines)):
            wrong += compare(lines[i], own, wrapped, [],
                             lambda info, i=i: info.launch_action(f'a{i}', None), True)
    for index in range(count // 3):
        code = rng.choice(['%f', '%F', '%u', '%U', '%%'])
        exec_line = line(rng, code)
        own, wrapped = wrap(room, f'files{index}', [exec_line])
        # Without a code for several GLib starts the application once for each.
        names = rng.sample(FILES, k=rng.randint(0, 3 if code in ('%F', '%U') else 1))
        paths = [f'{room}/files/{name}' for name in names]
        uris = [GLib.filename_to_uri(path, None) for path in paths]
        if code in ('%u', '%U') and rng.random() < 0.3:
            uris, paths = ['https://example.org/a%20b'], []
        wrong += compare(exec_line, own, wrapped, paths,
                         lambda info, uris=uris: info.launch_uris(uris, None), code != '%%')
    print(' '.join(f'{key} {value}' for key, value in seen.items()))
    return wrong > 0


sys.exit(main())
