"""What is started: the peers, and what each of them is given for a workload.

A function of this module returns the words of a command for one peer, or None where the peer has
no way to do the workload. Every command runs `true`, or another payload that it is given.
"""

import json
import os

# Outside of all that is bound by `mounts`, and named alike on every host.
SUBTREES = ("/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/var")
RUNTIMES = ("crun", "runc")


class Peer:
    """A program that starts a sandbox: how it is called in the table, its kind, and its path."""

    def __init__(self, name, kind, path):
        self.name, self.kind, self.path = name, kind, path

    @property
    def takes_bwrap_options(self):
        return self.kind in ("hutch", "bwrap")


def tiny(peer, room, share_net=False, payload=("true",)):
    """The host read-only, every namespace, proc and dev."""
    if peer.takes_bwrap_options:
        share = ["--share-net"] if share_net else []
        return [peer.path, "--ro-bind", "/", "/", "--unshare-all", *share,
                "--proc", "/proc", "--dev", "/dev", *payload]
    if peer.kind == "floor":
        path = [payload[0] if "/" in payload[0] else "/usr/bin/" + payload[0]]
        return [peer.path, "tiny-net" if share_net else "tiny", *path, *payload[1:]]
    if peer.kind == "unshare":
        net = [] if share_net else ["--net"]
        return [peer.path, "--map-root-user", "--mount", "--pid", "--fork", "--uts", "--ipc",
                "--cgroup", *net, "--mount-proc", *payload]
    if peer.kind == "firejail":
        net = [] if share_net else ["--net=none"]
        return [peer.path, "--quiet", "--noprofile", "--private-dev", *net, *payload]
    if peer.kind in RUNTIMES:
        bundle = make_bundle(room, share_net, payload)
        options = ["--cgroup-manager=disabled"] if peer.kind == "crun" else []
        return [peer.path, *options, "run", "--bundle", bundle, "@id@"]
    return list(payload)  # the payload alone


def tiny_net(peer, room, payload=("true",)):
    return tiny(peer, room, True, payload)


def build(peer, room):
    """Thirty mixed operations, as a package builder gives them."""
    if not peer.takes_bwrap_options:
        return None
    source = os.path.join(room, "build")
    words = [peer.path, "--unshare-all", "--uid", "0", "--gid", "0", "--hostname", "localhost",
             "--die-with-parent", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin",
             "--setenv", "HOME", "/build", "--setenv", "STORE", "/store"]
    words += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "sbin"):
        words += ["--symlink", "usr/" + name, "/" + name]
    words += ["--dir", "/etc"]
    for name in ("passwd", "group", "hosts", "resolv.conf"):
        words += ["--ro-bind", os.path.join(source, name), "/etc/" + name]
    words += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
              "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
              "--ro-bind-try", "/etc/missing", "/etc/missing"]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp",
              "--tmpfs", "/run", "--dir", "/run/lock", "--dir", "/var/tmp",
              "--symlink", "/run", "/var/run"]
    for i in range(8):
        words += ["--ro-bind", os.path.join(source, "store", str(i)), "/store/%d" % i]
    words += ["--bind", os.path.join(source, "work"), "/build", "--chdir", "/build", "true"]
    return words


def binds(peer, room, count):
    """The host read-only, and that many directories more."""
    words = []
    for i in range(count):
        option = [] if peer.kind == "floor" else ["--ro-bind"]
        words += [*option, os.path.join(room, "binds", str(i)), "/tmp/m/%d" % i]
    if peer.kind == "floor":
        return [peer.path, "binds", *words, "/usr/bin/true"]
    if peer.takes_bwrap_options:
        return [peer.path, "--unshare-all", "--share-net", "--ro-bind", "/", "/",
                "--tmpfs", "/tmp", *words, "true"]
    return None


def subtrees(peer, _room):
    """Eight directories of the host."""
    if not peer.takes_bwrap_options:
        return None
    words = [peer.path, "--unshare-all", "--share-net"]
    for path in SUBTREES:
        words += ["--ro-bind-try", path, path]
    return [*words, "true"]


def work(peer, room, *words):
    """A program of ours inside; the peer decides whether a filter is loaded."""
    program = os.path.join(room, "bin", "work")
    if peer.kind == "outside":
        return [program, *words]
    return [peer.path, "--unshare-all", "--share-net", "--ro-bind", "/", "/",
            "--proc", "/proc", "--dev", "/dev", program, *words]


def make_bundle(room, share_net, payload):
    """Writes what a container runtime is told, once; the root directory is prepared."""
    bundle = os.path.join(room, "bundle-%d-%s" % (share_net, payload[0]))
    if os.path.isdir(bundle):
        return bundle
    os.mkdir(bundle)
    safe = ["nosuid", "noexec"]
    mounts = [
        ("/usr", "bind", "/usr", ["rbind", "ro", "nosuid", "nodev"]),
        ("/proc", "proc", "proc", safe),
        ("/dev", "tmpfs", "tmpfs", ["nosuid", "mode=755"]),
        ("/dev/pts", "devpts", "devpts", [*safe, "newinstance", "ptmxmode=0666", "mode=0620"]),
    ]
    spaces = ["user", "mount", "pid", "ipc", "uts"] + ([] if share_net else ["network"])
    uid, gid = os.stat(room).st_uid, os.stat(room).st_gid
    sets = ("bounding", "effective", "inheritable", "permitted", "ambient")
    config = {
        "ociVersion": "1.0.0",
        "root": {"path": os.path.join(room, "rootfs"), "readonly": True},
        "process": {"user": {"uid": 0, "gid": 0}, "args": list(payload), "cwd": "/",
                    "env": ["PATH=/usr/bin:/bin"], "noNewPrivileges": True,
                    "capabilities": {name: [] for name in sets}},
        "mounts": [{"destination": destination, "type": kind, "source": source, "options": options}
                   for destination, kind, source, options in mounts],
        "linux": {"namespaces": [{"type": kind} for kind in spaces],
                  "uidMappings": [{"containerID": 0, "hostID": uid, "size": 1}],
                  "gidMappings": [{"containerID": 0, "hostID": gid, "size": 1}]},
    }
    with open(os.path.join(bundle, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file)
    return bundle


def furnish(room, bind_count, file_count):
    """Makes the files that the commands name."""
    os.makedirs(os.path.join(room, "build", "work"))
    for name in ("passwd", "group", "hosts", "resolv.conf"):
        with open(os.path.join(room, "build", name), "w", encoding="utf-8") as file:
            file.write("# %s\n" % name)
    for i in range(8):
        os.makedirs(os.path.join(room, "build", "store", str(i)))
    os.mkdir(os.path.join(room, "binds"))
    for i in range(bind_count):
        os.mkdir(os.path.join(room, "binds", str(i)))
    for name in ("proc", "dev", "usr"):
        os.makedirs(os.path.join(room, "rootfs", name))
    for name in ("bin", "lib", "lib64", "sbin"):
        os.symlink("usr/" + name, os.path.join(room, "rootfs", name))
    os.mkdir(os.path.join(room, "files"))
    for i in range(file_count):
        directory = os.path.join(room, "files", str(i // 100))
        if i % 100 == 0:
            os.mkdir(directory)
        with open(os.path.join(directory, str(i % 100)), "w", encoding="utf-8") as file:
            file.write("%d\n" % i * 200)
    os.mkdir(os.path.join(room, "mounts"))
