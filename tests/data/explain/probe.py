"""What paths are, for a process that really tries. Runs inside the sandbox.

Reads paths from the standard input, each ended by a NUL byte, and prints a JSON array with one
object a path. Nothing is taken from what access(2) promises: files are opened and executed, and in
directories an entry is made and removed again. Only what belongs to the system, and not to the
test, is not executed: the second NUL-ended word, behind a path, is "1" where it may be.
"""
import errno
import json
import os
import stat
import sys

KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFCHR: "character-device",
    stat.S_IFBLK: "block-device",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
}
NODEV = 4  # ST_NODEV


def attempt(function, *arguments):
    """None, or the name of the error."""
    try:
        function(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


def open_for(path, flags):
    os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY))


def make_entry(path):
    entry = path + b"/made by the probe"
    os.close(os.open(entry, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.unlink(entry)


def execute(path):
    """None if PATH became a process, else the name of the error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        null = os.open("/", os.O_RDONLY)
        for standard in range(3):
            os.dup2(null, standard)
        error = attempt(os.execve, path, [path], {})
        os.write(writing, error.encode())
        os._exit(1)
    os.close(writing)
    error = os.read(reading, 64).decode() or None
    os.close(reading)
    os.waitpid(child, 0)
    return error


def may_execute(path):
    return None if os.access(path, os.X_OK, effective_ids=True) else "EACCES"


def find_place(path, depth=0):
    """The deepest place on the way to PATH that there is, and whether it is PATH itself.

    A link that leads nowhere is its own directory's."""
    place = b"/" if path.startswith(b"/") else os.getcwdb()
    parts = [part for part in path.split(b"/") if part not in (b"", b".")]
    if path.endswith((b"/", b"/.")) and parts:
        parts.append(b".")
    for part in parts:
        try:
            if not stat.S_ISDIR(os.lstat(place).st_mode):
                return place, False
            if part == b".":
                continue
            if part == b"..":
                os.lstat(place + b"/.")
                place = os.path.dirname(place) or b"/"
                continue
            step = place.rstrip(b"/") + b"/" + part
            if stat.S_ISLNK(os.lstat(step).st_mode):
                if depth > 40:
                    return place, False
                target = os.path.join(place, os.readlink(step))
                step, whole = find_place(target, depth + 1)
                if not whole:
                    return place, False
            place = step
        except OSError:
            return place, False
    return place, True


def look(path, ours):
    place = find_place(path)[0] if len(path) < 4096 else None
    found = {"inside": place and place.decode("utf-8", "replace"), "bytes": (place or b"").hex()}
    try:
        status = os.stat(path)
    except OSError as error:
        name = errno.errorcode[error.errno]
        nothing = {"present": False, "kind": None, "read-only": False, "devices": False}
        return found | nothing | {"read": name, "write": name, "execute": name}
    kind = stat.S_IFMT(status.st_mode)
    flags = os.statvfs(path).f_flag
    found |= {
        "present": True,
        "kind": KINDS[kind],
        "read-only": bool(flags & os.ST_RDONLY),
        "devices": not flags & NODEV,
        "identity": [status.st_dev, status.st_ino],
        "read": attempt(open_for, path, os.O_RDONLY),
    }
    if kind == stat.S_IFDIR:
        found["write"] = attempt(make_entry, path)
        found["execute"] = attempt(os.stat, path + b"/.")
    else:
        found["write"] = attempt(open_for, path, os.O_WRONLY)
        real = ours or kind != stat.S_IFREG
        found["execute"] = execute(path) if real else may_execute(path)
    if kind == stat.S_IFIFO and found["write"] == "ENXIO":
        # Without a reader; opening for both does not ask for one.
        found["write"] = attempt(open_for, path, os.O_RDWR)
    return found


words = sys.stdin.buffer.read().split(b"\0")[:-1]
answers = [look(path, ours == b"1") for path, ours in zip(words[::2], words[1::2])]
json.dump(answers, sys.stdout)
