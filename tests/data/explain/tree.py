"""The tree that the sandboxes of pairs.py are made of."""
import os
import socket
import stat
import subprocess

SCRIPT = b"#!/bin/sh\nexit 0\n"
FILES = {"plain": 0o644, "exec": 0o755, "none": 0, "wronly": 0o222, "xonly": 0o111, "ro": 0o444,
         "rx": 0o555, "all": 0o777, "others": 0o007, "a name": 0o755, "ñandú": 0o644, "quo'te": 0o755}
DIRECTORIES = {"open": 0o755, "list": 0o644, "search": 0o311, "closed": 0, "sealed": 0o555,
               "drop": 0o333, "blind": 0o600}
LINKS = {"rel": "../files/exec", "up": "..", "dir": "../dirs/open", "shut": "../dirs/closed/x",
         "gone": "nowhere", "far": "/no/such/place", "loop-a": "loop-b", "loop-b": "loop-a",
         "self": "self", "chain": "rel", "lost": "gone", "system": "/usr/bin/env", "into": "dir/exec",
         "outside": "../../../../../../../etc/passwd", "slash": "../files/plain/", "empty dir": "."}


def tree_of(base):
    """Every name below BASE, relative."""
    names = [""]
    for directory, directories, files in os.walk(base):
        for name in directories + files:
            names.append(os.path.relpath(os.path.join(directory, name), base))
    return names


def make_tree(base):
    """What the sandboxes are made of; the names below each part of it."""
    for part in ("files", "dirs", "links", "special", "deep/a/b/c", "low1/both", "low2/both"):
        os.makedirs(f"{base}/{part}")
    for name, mode in FILES.items():
        for part in ("files", "low1", "low2/both"):
            put(f"{base}/{part}/{name}", SCRIPT, mode)
    for name, mode in DIRECTORIES.items():
        os.mkdir(f"{base}/dirs/{name}")
        os.mkdir(f"{base}/dirs/{name}/sub")
        put(f"{base}/dirs/{name}/exec", SCRIPT, 0o755)
        put(f"{base}/dirs/{name}/x", b"", 0o644)
        os.mkdir(f"{base}/low2/{name}")
        put(f"{base}/low2/{name}/exec", SCRIPT, 0o755)
    for name, target in LINKS.items():
        os.symlink(target, f"{base}/links/{name}")
    os.symlink("../low1/exec", f"{base}/low2/both/link")
    os.symlink("plain", f"{base}/low1/both/link")
    put(f"{base}/deep/a/b/c/exec", SCRIPT, 0o755)
    make_special(f"{base}/special")
    mount_more(base)
    names = tree_of(base)
    for name, mode in DIRECTORIES.items():
        os.chmod(f"{base}/dirs/{name}", mode)
        os.chmod(f"{base}/low2/{name}", mode)
    return names


def mount_more(base):
    """File systems that restrict what is on them, where this process may mount."""
    if os.geteuid() != 0:
        return
    for options in ("noexec", "ro", "nodev", "nosuid", "noexec,ro"):
        place = f"{base}/mounts/{options}"
        os.makedirs(place)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
        os.mkdir(f"{place}/dir")
        for name, mode in FILES.items():
            put(f"{place}/{name}", SCRIPT, mode)
        subprocess.run(["mount", "-o", f"remount,bind,{options}", place], check=True)


def put(path, data, mode):
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)


def make_special(base):
    for name, mode in {"fifo": 0o644, "pipe x": 0o777, "pipe ro": 0o444, "shut": 0}.items():
        os.mkfifo(f"{base}/{name}")
        os.chmod(f"{base}/{name}", mode)
    for name, mode in {"socket": 0o755, "socket ro": 0o444, "socket w": 0o222}.items():
        here = os.getcwd()
        os.chdir(base)
        socket.socket(socket.AF_UNIX).bind(name)
        os.chdir(here)
        os.chmod(f"{base}/{name}", mode)
    # A character device of the number 0 is everybody's to make.
    for name, device in {"device": os.makedev(0, 0), "zero": os.makedev(1, 5)}.items():
        try:
            os.mknod(f"{base}/{name}", stat.S_IFCHR | 0o666, device)
            os.chmod(f"{base}/{name}", 0o666)
        except PermissionError:
            pass
    put(f"{base}/line\nbreak", SCRIPT, 0o755)
    put(os.fsencode(base) + b"/bytes \xff\xfe", SCRIPT, 0o755)


def state_of(base):
    """What a look without touching can tell of the tree, as one value."""
    state = []
    for directory, directories, files in os.walk(base):
        for name in [""] + directories + files:
            path = os.path.join(directory, name)
            try:
                status = os.lstat(path)
            except PermissionError:
                continue
            link = os.readlink(path) if stat.S_ISLNK(status.st_mode) else ""
            state.append((os.fsencode(path), link, status.st_mode, status.st_ino, status.st_nlink,
                          status.st_uid, status.st_gid, status.st_size, status.st_mtime_ns,
                          status.st_ctime_ns))
    return sorted(state)
